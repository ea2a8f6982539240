import Datasets
import Files
import Replay
import Terminal
import VAE

/// Runs `body`; an error ends the program with its sentence and its exit code.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    try reporting(as: "elbo-replay", classify: exitStatus, body)
}

private func exitStatus(of error: any Error) -> ExitStatus {
    switch error {
    case ReplayError.endpoint: .usage
    case ReplayError.interrupted: .interrupted
    case is ReplayError: .unavailable
    case VAEError.file, DatasetError.notFound, DatasetError.unreadable,
        DatasetError.badSpecification, is FilesError:
        .noInput
    case is VAEError, is DatasetError: .dataFormat
    default: .software
    }
}
