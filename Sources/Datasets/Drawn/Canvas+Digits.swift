import Tensors

extension Canvas {
    /// A digit in one hand's writing: bright strokes on black, as MNIST has them.
    mutating func drawDigit(using generator: inout SplitMix64) {
        let width = generator.number(in: 0.12..<0.19)
        let wobble = generator.number(in: 0.01..<0.035)
        let placement = Placement(
            scale: generator.number(in: 0.66..<0.78),
            halfTangent: generator.number(in: -0.05..<0.05),
            slant: generator.number(in: -0.1..<0.35),
            shift: Point(
                x: generator.number(in: -0.04..<0.04), y: generator.number(in: -0.04..<0.04)))
        let lines = digitStrokes[generator.index(in: 0..<digitStrokes.count)]
        for line in lines {
            let points = line.map { point in
                Point(
                    x: point.0 + generator.number(in: -wobble..<wobble),
                    y: point.1 + generator.number(in: -wobble..<wobble))
            }
            fill(.stroke(smoothed(points), width: width), placement) { _, depth in
                min(1, 0.75 + depth * 6)
            }
        }
    }
}

/// A Catmull-Rom curve through the points, in pieces short enough to look round.
private func smoothed(_ points: [Point]) -> [Point] {
    guard points.count > 2 else { return points }
    let pieces = 4
    var curve = [points[0]]
    for index in 0..<points.count - 1 {
        let from = points[index]
        let to = points[index + 1]
        let before = points[max(index - 1, 0)]
        let after = points[min(index + 2, points.count - 1)]
        for piece in 1...pieces {
            let t = Double(piece) / Double(pieces)
            let linear = (to - before) * t
            let square = (before * 2 - from * 5 + to * 4 - after) * (t * t)
            let cubic = (from * 3 - before - to * 3 + after) * (t * t * t)
            curve.append((from * 2 + linear + square + cubic) * 0.5)
        }
    }
    return curve
}

/// The pen's way for the digits 0 to 9.
private let digitStrokes: [[[(Double, Double)]]] = [
    [
        [
            (0.5, 0.05), (0.25, 0.2), (0.18, 0.55), (0.32, 0.9), (0.58, 0.94), (0.8, 0.7),
            (0.8, 0.3), (0.5, 0.05),
        ]
    ],
    [[(0.4, 0.2), (0.55, 0.06), (0.52, 0.5), (0.5, 0.95)]],
    [
        [(0.22, 0.25), (0.45, 0.05), (0.75, 0.2), (0.65, 0.5), (0.22, 0.93)],
        [(0.22, 0.93), (0.82, 0.9)],
    ],
    [
        [
            (0.22, 0.15), (0.55, 0.05), (0.75, 0.25), (0.45, 0.48), (0.8, 0.7), (0.55, 0.95),
            (0.2, 0.85),
        ]
    ],
    [[(0.3, 0.06), (0.2, 0.5), (0.8, 0.52)], [(0.72, 0.08), (0.68, 0.5), (0.62, 0.95)]],
    [
        [(0.78, 0.07), (0.32, 0.08)],
        [(0.32, 0.08), (0.27, 0.45), (0.65, 0.45), (0.76, 0.7), (0.5, 0.94), (0.2, 0.85)],
    ],
    [
        [
            (0.66, 0.05), (0.33, 0.35), (0.22, 0.7), (0.45, 0.95), (0.74, 0.75), (0.55, 0.52),
            (0.26, 0.65),
        ]
    ],
    [[(0.2, 0.1), (0.78, 0.08)], [(0.78, 0.08), (0.56, 0.5), (0.44, 0.95)]],
    [
        [
            (0.72, 0.18), (0.45, 0.06), (0.28, 0.26), (0.7, 0.66), (0.52, 0.94), (0.27, 0.74),
            (0.62, 0.4), (0.72, 0.18),
        ]
    ],
    [
        [(0.72, 0.2), (0.42, 0.08), (0.26, 0.32), (0.5, 0.5), (0.72, 0.2)],
        [(0.72, 0.2), (0.68, 0.6), (0.6, 0.95)],
    ],
]
