public import Tensors

/// Writes `clip(images + σ·ε, 0, 1)` into `noisy`, same shape, with σ = `deviation` and ε drawn from
/// the standard normal distribution.
public func addNoise(
    to images: Matrix, deviation: Float, from random: inout RandomNumbers, into noisy: Matrix
) {
    random.fillWithNormal(noisy)
    forEachElement(noisy, images) { noise, pixel in
        noise = min(max(pixel + deviation * noise, 0), 1)
    }
}
