import Tensors

/// What goes wrong with cameras and what they look at, done to normal images, to measure what a rule catches.
///
/// Sizes are those of images of 28 × 28 and grow with the image. The same seed makes the same images on
/// every machine.
public enum Fault: String, Sendable, CaseIterable {
    /// Black: a covered lens.
    case blank
    /// White: far too much light.
    case white
    /// One grey level, from 32 to 223.
    case uniform
    /// Brightness × 0.4.
    case dim
    /// Brightness + 100.
    case bright
    /// The mean of 5 × 5 pixels: out of focus.
    case blur = "blur 5 × 5"
    /// Gaussian noise, σ = 0.1 of white.
    case noise = "noise 0.1"
    /// Gaussian noise, σ = 0.3 of white.
    case strongNoise = "noise 0.3"
    /// One pixel in twenty black or white.
    case saltAndPepper = "salt and pepper"
    /// A grey square of 8 × 8.
    case occludedGrey = "occluded, grey 8 × 8"
    /// A black square of 8 × 8.
    case occludedBlack = "occluded, black 8 × 8"
    /// Two rows black.
    case deadRows = "two dead rows"
    /// The brighter of two images, pixel by pixel.
    case overlay
    /// By 6 pixels to one of the four sides; the edge is drawn out.
    case shifted = "shifted by 6"
    /// By a quarter to the left.
    case rotated = "rotated 90°"
    /// Left for right.
    case mirrored = "mirrored left-right"
    /// Up for down.
    case upsideDown = "mirrored up-down"
    /// Black for white.
    case inverted

    /// What the fault is called in tables.
    public var name: String { rawValue }

    /// Whether it can happen to images of this size: only square ones can be turned by a quarter.
    public func applies(to set: ImageSet) -> Bool { self != .rotated || set.rows == set.columns }

    /// The same images with this fault.
    public func applied(to set: ImageSet, seed: UInt64 = 1) -> ImageSet {
        precondition(applies(to: set), "only square images can be turned by a quarter")
        var generator = SplitMix64(seed: seed)
        var normals = RandomNumbers(seed: seed)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(set.pixels.count)
        for index in 0..<set.count {
            var plane = PixelPlane(
                Array(set.image(index)), rows: set.rows, columns: set.columns)
            switch self {
            case .blank: plane.map { _ in 0 }
            case .white: plane.map { _ in 255 }
            case .uniform:
                let level = UInt8(generator.index(in: 32..<224))
                plane.map { _ in level }
            case .dim: plane.map { UInt8((Double($0) * 0.4).rounded()) }
            case .bright: plane.map { UInt8(min(255, Int($0) + 100)) }
            case .blur: plane.average(radius: 2)
            case .noise: plane.add(sigma: 0.1 * 255, &normals)
            case .strongNoise: plane.add(sigma: 0.3 * 255, &normals)
            case .saltAndPepper: plane.pepper(share: 0.05, &generator)
            case .occludedGrey: plane.cover(with: 128, &generator)
            case .occludedBlack: plane.cover(with: 0, &generator)
            case .deadRows: plane.killRows(&generator)
            case .overlay:
                plane.lighten(by: set.image((index + set.count / 2) % set.count))
            case .shifted: plane.shift(&generator)
            case .rotated: plane.rearrange { (row, column) in (column, set.rows - 1 - row) }
            case .mirrored: plane.rearrange { (row, column) in (row, set.columns - 1 - column) }
            case .upsideDown: plane.rearrange { (row, column) in (set.rows - 1 - row, column) }
            case .inverted: plane.map { 255 - $0 }
            }
            pixels += plane.pixels
        }
        return set.replacing(pixels: pixels, name: "\(name) of \(set.name)")
    }
}
