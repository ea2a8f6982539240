import Detection
import DetectionService
import Files
import ServiceConfiguration
import Terminal
import VAE
import ZeroMQ

/// The exit code of sysexits.h that tells a service manager what kind of failure this was.
func exitStatus(of error: any Error) -> ExitStatus {
    switch error {
    case is ConfigurationError: .configuration
    case VAEError.file, CalibrationError.file: .noInput
    case is VAEError, is CalibrationError: .dataFormat
    case is FilesError: .cannotCreate
    case is ZMQError, is DaemonError: .unavailable
    default: .software
    }
}
