import Detection
import DetectionService
import Files
import VAE
import ZeroMQ

/// The exit code of sysexits.h that tells a service manager what kind of failure this was.
func exitStatus(of error: any Error) -> Int32 {
    switch error {
    case is ConfigurationError: 78  // EX_CONFIG
    case VAEError.file, CalibrationError.file: 66  // EX_NOINPUT
    case is VAEError, is CalibrationError: 65  // EX_DATAERR
    case is FilesError: 73  // EX_CANTCREAT
    case is ZMQError, is DaemonError: 69  // EX_UNAVAILABLE
    default: 70  // EX_SOFTWARE
    }
}
