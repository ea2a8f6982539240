import Backbone
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

    /// Those of the backbone and of the autoencoder of places.
    public var parameterCount: Int { backbone.parameterCount + places.parameterCount }

    /// One: pictures are large, take no shorter together, and somebody waits for each.
    public func batchSize(atMost limit: Int) -> Int { 1 }

    /// See `InspectionEngine`.
    public func scorer(
        by computation: Computation, computing wanted: ScoreSet, capacity: Int
    ) -> any ImageScorer {
        InspectionEngine(
            self, by: computation.precision, computing: wanted, capacity: capacity)
    }
}

/// A model of either kind read from a file, with the hash by which calibrations and verdicts name it.
public struct LoadedPictureModel: IdentifiedModel {
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

    /// See `PictureModel.suits`.
    public func suits(_ computation: Computation) -> Bool { model.suits(computation) }

    /// Throws if the model cannot score an image without being told its class.
    public func requireUnconditional() throws(VAEError) {
        guard (model as? Model)?.architecture.isConditional != true else { throw .needsClasses }
    }

    /// The same as a model of pixels; throws if it is none.
    public var pixels: LoadedModel {
        get throws(VAEError) {
            guard let model = model as? Model else { throw .malformed("it is an inspection model") }
            return LoadedModel(model, digest: digest)
        }
    }

    /// The inspection model, if it is one.
    public var inspection: InspectionModel? { model as? InspectionModel }
}
