import Tensors
import VAE

/// A model of 2×2 images with random weights, so small that all of its file can be tried.
func smallModel(
    hidden: [Int] = [3], likelihood: Likelihood = .bernoulli, seed: UInt64 = 7, classes: Int = 0
) -> Model {
    let parameters = Parameters(
        Architecture(inputs: 4, hidden: hidden, latent: 2, likelihood: likelihood, classes: classes)
    )
    parameters.initialize(seed: seed)
    return Model(
        parameters: parameters, imageShape: ImageShape(rows: 2, columns: 2),
        provenance: ["data": "none", "seed": "\(seed)"])
}

/// A safetensors file with this header, unpadded, and these bytes of tensors.
func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: header.utf8.count >> shift))
    }
    return bytes + Array(header.utf8) + data
}

/// The header of a file of one F32 tensor `w`.
func entry(shape: String, offsets: String, dtype: String = "F32") -> String {
    "{\"w\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}}"
}

/// Images of random bytes, one after the other.
func randomImages(_ count: Int, pixels: Int, seed: UInt64) -> [UInt8] {
    var random = RandomNumbers(seed: seed)
    return (0..<count * pixels).map { _ in UInt8(truncatingIfNeeded: random.next() >> 56) }
}

/// Images of random bytes as rows of numbers in [0, 1].
func randomBatch(_ count: Int, pixels: Int, seed: UInt64) -> Matrix {
    let bytes = randomImages(count, pixels: pixels, seed: seed)
    return Matrix(rows: count, columns: pixels, bytes.map { Float($0) / 255 })
}

/// What a call throws, as the sentence an operator would read.
func refusal(_ body: () throws(VAEError) -> Void) -> String? {
    do throws(VAEError) {
        try body()
        return nil
    } catch { return error.description }
}
