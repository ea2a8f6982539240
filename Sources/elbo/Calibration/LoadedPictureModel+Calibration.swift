import Datasets
import Detection
import Foundation
import Inspection
import Tensors
import VAE

/// The cores that this process may use.
var usableThreads: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

extension LoadedPictureModel {
    /// The calibration in a model's directory, checked to be this model's; refuses models that need to be told classes.
    func calibration(in directory: String, precision: Precision) throws -> LoadedCalibration {
        try requireUnconditional()
        return try LoadedCalibration(directory: directory, model: self, precision: precision)
    }

    /// Every score there can be of each image of `set`, which was read for this model.
    func scores(of set: ImageSet, by computation: Computation) throws -> [Scores] {
        if let inspection {
            return inspection.scores(of: set, by: computation.precision, threads: usableThreads)
        }
        return try pixels.scores(of: set, by: computation, computing: computation.possible)
    }
}
