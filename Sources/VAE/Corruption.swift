import Glibc
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

/// Blackens a rectangle of one image, `(1, rows × columns)`, at a place and of a size that are drawn: sides alike in
/// their logarithms, an eighth of the image at most.
///
/// As in random erasing (Zhong et al., 2020) and cutout (DeVries and Taylor, 2017): a model that has to draw what it
/// was not shown learns what belongs there.
public func cutOut(of image: Matrix, columns: Int, from random: inout RandomNumbers) {
    let rows = image.columns / columns
    func side(_ length: Int) -> Int {
        min(length, Int(expf(random.nextUniform() * logf(Float(length) + 0.999))))
    }
    let height = max(1, side(rows))
    let width = max(1, min(side(columns), max(1, image.columns / 8 / height)))
    let top = Int(random.nextUniform() * Float(rows - height + 1))
    let left = Int(random.nextUniform() * Float(columns - width + 1))
    for row in top..<(top + height) {
        for column in left..<(left + width) { image[0, row * columns + column] = 0 }
    }
}
