import Tensors

/// How a piece of cloth looks: its brightness, how round it seems, and what is woven into it.
struct Cloth {
    private let brightness: Double
    private let roundness: Double
    private let weave: Double
    private let bands: Double
    private let bandDepth: Double
    private let slope: Double

    /// Draws lots for all of it; `striped` is the chance of bands across.
    init(striped: Double, using generator: inout SplitMix64) {
        brightness = generator.number(in: 0.5..<0.95)
        roundness = generator.number(in: 0.15..<0.4)
        weave = generator.number(in: 0.02..<0.1)
        bandDepth = generator.chance(striped) ? generator.number(in: 0.12..<0.4) : 0
        bands = generator.number(in: 5..<12)
        slope = generator.number(in: -0.2..<0.2)
    }

    /// The brightness at a place, `depth` under the edge: seams are dark, the middle is bright.
    func tone(_ place: Point, _ depth: Double, using generator: inout SplitMix64) -> Double {
        let volume = 1 - roundness + roundness * min(depth / 0.09, 1)
        let along = place.y * bands
        let band = along - along.rounded(.down) < 0.5 ? 1 : 1 - bandDepth
        let light = 1 + slope * (place.x - 0.5)
        return brightness * volume * band * light * (1 + generator.number(in: -weave..<weave))
    }
}

extension Canvas {
    /// Nearly upright, nearly filling the picture.
    func garmentPlacement(using generator: inout SplitMix64) -> Placement {
        Placement(
            scale: generator.number(in: 0.82..<1), halfTangent: generator.number(in: -0.03..<0.03),
            shift: Point(
                x: generator.number(in: -0.03..<0.03), y: generator.number(in: -0.03..<0.03)))
    }

    /// The polygon of a half outline, given from top to bottom by distance from the middle.
    func mirrored(_ half: [Point]) -> Shape {
        .polygon(
            half.map { Point(x: 0.5 + $0.x, y: $0.y) }
                + half.reversed().map { Point(x: 0.5 - $0.x, y: $0.y) })
    }

    /// Takes a part of the brightness away where a shape is.
    mutating func darken(_ shape: Shape, _ placement: Placement, by part: Double) {
        var shadow = Canvas(rows: rows, columns: columns)
        shadow.fill(shape, placement) { _, _ in part }
        let (depths, width) = (shadow.values, columns)
        shade { row, column, old in old * (1 - depths[row * width + column]) }
    }
}
