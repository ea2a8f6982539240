public import Files
import Networks
public import Tensors
public import VAE

extension InspectionModel: PictureModel {
    /// Whether it can be computed so: bytes take the ranges that the model keeps.
    public func suits(_ computation: Computation) -> Bool {
        computation == self.computation(computation.precision)
    }

    /// How it is computed with a precision.
    public func computation(_ precision: Precision) -> Computation {
        Computation(precision: precision, ranges: precision == .int8 ? placeRanges : nil)
    }

    /// See `InspectionEngine`, which always computes the two scores of places.
    public func scorer(
        by computation: Computation, computing wanted: ScoreSet, capacity: Int
    ) -> any ImageScorer {
        InspectionEngine(self, by: computation.precision, capacity: capacity)
    }
}

/// A model of either kind read from a file, with the hash by which calibrations and verdicts name it.
public struct LoadedPictureModel: Sendable {
    /// The model.
    public let model: any PictureModel
    /// SHA-256 of the file's bytes.
    public let digest: SHA256Digest

    /// Reads `model.safetensors` in `directory`, refusing anything malformed.
    public init(directory: String) throws(VAEError) {
        try self.init(bytes: LoadedModel.bytes(inDirectory: directory))
    }

    /// Reads a model from the bytes of its file.
    public init(bytes: [UInt8]) throws(VAEError) {
        let file: Safetensors
        do throws(SafetensorsError) { file = try Safetensors(decoding: bytes) } catch {
            throw .malformed(error.reason)
        }
        model =
            InspectionModel.isDescribed(in: file)
            ? try InspectionModel(file) : try Model(file)
        digest = SHA256Digest(of: bytes)
    }

    /// The inspection model, if it is one.
    public var inspection: InspectionModel? { model as? InspectionModel }
}
