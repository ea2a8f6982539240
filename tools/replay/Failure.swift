import ArgumentParser
import Datasets
import Detection
import Files
import Replay
import VAE

/// Exit codes by sysexits.h; 1 is left to a run that misses verdicts.
enum Status: Int32 {
    case usage = 64
    case dataFormat = 65
    case noInput = 66
    case unavailable = 69
    case software = 70
    case interrupted = 75
}

/// A sentence for the operator, and the exit code that goes with it.
struct Failure: Error {
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
            case ReplayError.endpoint: .usage
            case ReplayError.interrupted: .interrupted
            case is ReplayError: .unavailable
            case VAEError.file, DatasetError.notFound, DatasetError.badSpecification: .noInput
            case is FilesError: .noInput
            case is VAEError, is DatasetError: .dataFormat
            default: .software
            }
        self.init("\(error)", status)
    }
}

/// Runs `body`; an error ends the program with its sentence on standard error and its exit code.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        let failure = error as? Failure ?? Failure(error)
        note("elbo-replay: \(failure.description)\n")
        throw ExitCode(failure.status.rawValue)
    }
}
