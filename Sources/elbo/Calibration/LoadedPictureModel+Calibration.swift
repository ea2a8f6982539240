import Detection
import Inspection
import Tensors
import VAE

extension LoadedPictureModel {
    /// The calibration in a model's directory, checked to be this model's; refuses models that need to be told classes.
    func calibration(in directory: String, precision: Precision) throws -> LoadedCalibration {
        if let pixels = model as? Model, pixels.architecture.isConditional {
            throw VAEError.needsClasses
        }
        let calibration = try LoadedCalibration(
            directory: directory, model: digest, precision: precision)
        guard model.suits(calibration.calibration.computation) else {
            throw CalibrationError.malformed("its ranges of activations are none of this model")
        }
        return calibration
    }
}
