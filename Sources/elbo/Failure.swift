import Datasets
import Detection
import Files
import Images
import Networks
import Reports
import ServiceConfiguration
import Terminal
import VAE
import VAETraining
import ZeroMQ

/// Runs `body`; an error ends the program with its sentence and its exit code.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    try reporting(as: "elbo", classify: exitStatus, body)
}

private func exitStatus(of error: any Error) -> ExitStatus {
    switch error {
    case VAEError.file, CalibrationError.file, DatasetError.notFound, DatasetError.unreadable,
        DatasetError.badSpecification, is FilesError:
        .noInput
    case is ImagesError, is SafetensorsError: .dataFormat
    case is SVGRasterizerError: .cannotCreate
    case ReportError.otherSize, ReportError.needsLabels: .dataFormat
    case is ReportError: .usage
    case is VAEError, is CalibrationError, is DatasetError: .dataFormat
    case is TrainingError: .usage
    case is ConfigurationError: .configuration
    case is ZMQError: .unavailable
    default: .software
    }
}
