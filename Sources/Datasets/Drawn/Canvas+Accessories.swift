import Tensors

extension Canvas {
    /// A bag from the front: a body that widens or narrows, a handle, perhaps a flap, a clasp.
    mutating func drawBag(using generator: inout SplitMix64) {
        let cloth = Cloth(striped: 0.12, using: &generator)
        let placement = garmentPlacement(using: &generator)
        let top = generator.number(in: 0.36..<0.5)
        let bottom = generator.number(in: 0.8..<0.92)
        let (topHalf, bottomHalf) = (
            generator.number(in: 0.28..<0.42), generator.number(in: 0.3..<0.44)
        )
        let reach = generator.number(in: 0.14..<0.24)
        let rise = generator.number(in: 0.2..<0.32)
        // Half an ellipse in five points: 3-4-5 triangles spare the sine.
        let handle = [(-1, 0), (-0.8, 0.6), (0, 1), (0.8, 0.6), (1, 0)].map {
            (x: Double, y: Double) in
            Point(x: 0.5 + x * reach, y: top + 0.02 - y * rise)
        }
        let strap = generator.number(in: 0.035..<0.06)
        fill(.stroke(handle, width: strap), placement) { place, depth in
            cloth.tone(place, 0.05 + depth, using: &generator)
        }
        let body = mirrored([
            Point(x: topHalf - 0.04, y: top + 0.04), Point(x: bottomHalf - 0.04, y: bottom - 0.04),
        ])
        fill(body.grown(by: 0.04), placement) { place, depth in
            cloth.tone(place, depth, using: &generator)
        }
        if generator.chance(0.6) {
            let flap = top + (bottom - top) * generator.number(in: 0.25..<0.5)
            let edge = [Point(x: 0.5 - topHalf, y: flap), Point(x: 0.5 + topHalf, y: flap)]
            darken(Shape.stroke(edge, width: 0.025).within(body), placement, by: 0.45)
            let clasp = Shape.disc(Point(x: 0.5, y: flap), radius: 0.035)
            let brightness = generator.chance(0.5) ? 1 : 0.15
            fill(clasp, placement) { _, _ in brightness }
        }
    }

    /// A shoe from the side, its toe to the left: low, or with a boot's shaft.
    mutating func drawShoe(using generator: inout SplitMix64) {
        let cloth = Cloth(striped: 0.12, using: &generator)
        let placement = garmentPlacement(using: &generator)
        let isBoot = generator.chance(0.4)
        let collar = isBoot ? generator.number(in: 0.08..<0.25) : generator.number(in: 0.36..<0.46)
        let toe = generator.number(in: 0.56..<0.66)
        let sole = generator.number(in: 0.05..<0.1)
        let heel = generator.chance(0.3) ? generator.number(in: 0.05..<0.12) : 0
        let ground = 0.8 - heel
        let upper = Shape.polygon([
            Point(x: 0.06, y: ground), Point(x: 0.06, y: toe + 0.06), Point(x: 0.14, y: toe),
            Point(x: 0.3, y: toe - 0.05), Point(x: 0.46, y: toe - 0.15),
            Point(x: 0.58, y: min(collar + 0.02, toe - 0.2)),
            Point(x: 0.62, y: collar), Point(x: 0.74, y: collar + (isBoot ? 0.01 : 0.07)),
            Point(x: 0.9, y: collar - 0.02),
            Point(x: 0.91, y: 0.5), Point(x: 0.95, y: ground),
        ])
        fill(upper, placement) { place, depth in cloth.tone(place, depth, using: &generator) }
        let rubber =
            generator.chance(0.5)
            ? generator.number(in: 0.15..<0.35) : generator.number(in: 0.85..<1)
        let bottom = Shape.box(
            Point(x: 0.04, y: ground), Point(x: 0.96, y: ground + sole), radius: sole / 2)
        let block = Shape.box(Point(x: 0.7, y: ground), Point(x: 0.95, y: ground + sole + heel))
        fill(heel > 0 ? bottom.joined(block) : bottom, placement) { _, _ in rubber }
        darken(
            .stroke([Point(x: 0.04, y: ground), Point(x: 0.96, y: ground)], width: 0.02), placement,
            by: 0.4)
        guard generator.chance(0.6) else { return }
        for lace in 0..<3 {
            let start = Point(x: 0.36 + Double(lace) * 0.08, y: toe - 0.07 - Double(lace) * 0.06)
            let line = Shape.stroke([start, start + Point(x: 0.06, y: 0.08)], width: 0.025)
            fill(line.within(upper), placement) { _, _ in 1 }
        }
    }
}
