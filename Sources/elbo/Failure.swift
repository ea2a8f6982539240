import ArgumentParser
import Datasets
import Detection
import Files
import Glibc
import VAE
import VAETraining

/// Exit codes by sysexits.h, so that scripts and service managers can tell failures apart.
enum Status: Int32 {
    case usage = 64
    case dataFormat = 65
    case noInput = 66
    case software = 70
    case cannotCreate = 73
    case interrupted = 75
}

/// A sentence for the operator, and the exit code that goes with it.
struct Failure: Error, CustomStringConvertible {
    let description: String
    let status: Status

    init(_ description: String, _ status: Status) {
        self.description = description
        self.status = status
    }

    /// The failure that one of our modules' errors amounts to.
    init(_ error: any Error) {
        let status: Status =
            switch error {
            case VAEError.file, CalibrationError.file, DatasetError.notFound,
                DatasetError.unreadable:
                .noInput
            case is FilesError, DatasetError.badSpecification: .noInput
            case is VAEError, is CalibrationError, is DatasetError: .dataFormat
            case is TrainingError: .usage
            default: .software
            }
        self.init("\(error)", status)
    }
}

/// Runs `body`; an error ends the program with its sentence on standard error and its exit code.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch {
        let failure = error as? Failure ?? Failure(error)
        note("elbo: \(failure.description)")
        throw ExitCode(failure.status.rawValue)
    }
}

/// Writes a line to standard error.
func note(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}
