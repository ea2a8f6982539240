public import Files
public import Images
import Networks

/// A trained model: its weights, what its input must look like, and where it came from.
public struct Model: Sendable {
    /// Weights and biases.
    public let weights: Weights
    /// Height and width in pixels of the images it was trained on; their product is the input size.
    public let imageShape: ImageShape
    /// What was done to pictures to make them the images it was trained on, and has to be done to
    /// whatever it judges.
    public let preprocessing: Preprocessing
    /// Facts about its making, as text by key: data, seed, epochs and so on.
    ///
    /// Never interpreted.
    public var provenance: [String: String]

    /// A model of `weights` for images of `imageShape`, which is the size that `preprocessing`
    /// resizes to, if it does.
    public init(
        weights: Weights, imageShape: ImageShape,
        preprocessing: Preprocessing = Preprocessing(), provenance: [String: String] = [:]
    ) {
        precondition(imageShape.pixels == weights.architecture.inputs, "the image does not fit")
        precondition(
            preprocessing.resize == nil || preprocessing.resize == imageShape,
            "the preprocessing makes images of another size")
        self.weights = weights
        self.imageShape = imageShape
        self.preprocessing = preprocessing
        self.provenance = provenance
    }

    /// The same model with other weights, for the same sizes.
    public func with(_ weights: Weights) -> Model {
        precondition(weights.architecture == architecture, "the weights are another model's")
        return Model(
            weights: weights, imageShape: imageShape, preprocessing: preprocessing,
            provenance: provenance)
    }

    /// The sizes and likelihood.
    public var architecture: Architecture { weights.architecture }
}

/// A model read from a file, with the hash by which calibrations and verdicts name it.
public struct LoadedModel: Sendable {
    /// The model.
    public let model: Model
    /// SHA-256 of the file's bytes.
    public let digest: SHA256Digest

    /// Reads `model.safetensors` in `directory`, refusing anything malformed.
    public init(directory: String) throws(VAEError) {
        self = try LoadedModel(bytes: Self.bytes(inDirectory: directory))
    }

    /// The bytes of a model directory's file, of which a beginning that no model has is not read on.
    public static func bytes(inDirectory directory: String) throws(VAEError) -> [UInt8] {
        do throws(FilesError) {
            return try readOrdinaryFile(Self.path(in: directory), limit: 1 << 31) { start in
                // The length of the header, then its first character.
                start.count > 8 && start[8] == UInt8(ascii: "{")
            }
        } catch { throw .file(error) }
    }

    /// Reads a model from the bytes of its file.
    public init(bytes: [UInt8]) throws(VAEError) {
        let file: Safetensors
        do throws(SafetensorsError) { file = try Safetensors(decoding: bytes) } catch {
            throw .malformed(error.reason)
        }
        model = try Model(file)
        digest = SHA256Digest(of: bytes)
    }

    /// A model that was read as one of several kinds.
    public init(_ model: Model, digest: SHA256Digest) {
        (self.model, self.digest) = (model, digest)
    }

    /// Throws if the model cannot score an image without being told its class.
    public func requireUnconditional() throws(VAEError) {
        guard !model.architecture.isConditional else { throw .needsClasses }
    }

    /// Where the model file of a model directory is.
    public static func path(in directory: String) -> String { directory + "/model.safetensors" }
}
