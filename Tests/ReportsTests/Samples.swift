import Datasets
import Images
import Networks
import Reports
import VAE

/// A model of 12×12 images with random weights.
func smallModel(latent: Int = 3, classes: Int = 0, seed: UInt64 = 1) throws -> LoadedModel {
    let parameters = Parameters(
        Architecture(inputs: 144, hidden: [16], latent: latent, classes: classes))
    parameters.initialize(seed: seed)
    let model = Model(
        weights: Weights(parameters), imageShape: ImageShape(rows: 12, columns: 12),
        provenance: ["data": "drawn <images>", "elbod": "0", "epochs": "2", "seed": "\(seed)"])
    return try LoadedModel(bytes: model.safetensors.encoded())
}

/// Drawn images of 8 kinds, with their labels.
func drawnImages(_ count: Int = 64, seed: UInt64 = 1) -> ImageSet {
    DrawnImages.make(count: count, rows: 12, columns: 12, seed: seed)
}

/// The small model and drawn images.
func smallSubject(latent: Int = 3, classes: Int = 0, count: Int = 64) throws -> Subject {
    try Subject(
        name: "small", loaded: smallModel(latent: latent, classes: classes),
        images: drawnImages(count))
}

/// What a call throws, as the sentence an operator would read.
func refusal(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch { return "\(error)" }
}
