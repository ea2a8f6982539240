import Tensors

extension Canvas {
    /// A shirt from the front: sleeves of any length, a neck, perhaps buttons or a print.
    mutating func drawShirt(using generator: inout SplitMix64) {
        let cloth = Cloth(striped: 0.4, using: &generator)
        let placement = garmentPlacement(using: &generator)
        let body = generator.number(in: 0.21..<0.27)
        let sleeve =
            generator.chance(0.5)
            ? generator.number(in: 0.18..<0.28) : generator.number(in: 0.5..<0.68)
        let spread = generator.number(in: 0.12..<0.19)
        let cuff = 0.26 - sleeve * 0.2
        let neck = generator.number(in: 0.08..<0.14)
        let hem = generator.number(in: 0.86..<0.97)
        let half = [
            Point(x: neck, y: 0.06), Point(x: body, y: 0.11), Point(x: body + 0.05, y: 0.16),
            Point(x: body + spread, y: 0.14 + sleeve),
            Point(x: body + spread - cuff * 0.75, y: 0.17 + sleeve),
            Point(x: body, y: 0.33), Point(x: body - 0.01, y: 0.6), Point(x: body + 0.01, y: hem),
        ]
        let collar = Shape.disc(Point(x: 0.5, y: 0.03), radius: neck)
        fill(mirrored(half).without(collar), placement) { place, depth in
            cloth.tone(place, depth, using: &generator)
        }
        // The seams between sleeves and body.
        for side in [-1.0, 1] {
            let seam = [
                Point(x: 0.5 + side * body * 0.93, y: 0.14),
                Point(x: 0.5 + side * body * 0.97, y: 0.36),
            ]
            darken(.stroke(seam, width: 0.025), placement, by: 0.35)
        }
        if generator.chance(0.4) {
            darken(
                .stroke([Point(x: 0.5, y: 0.03 + neck), Point(x: 0.5, y: hem)], width: 0.02),
                placement, by: 0.5)
        } else if generator.chance(0.5) {
            let brightness = generator.chance(0.5) ? generator.number(in: 0.05..<0.25) : 1
            let side = generator.number(in: 0.07..<0.13)
            let print = Shape.box(
                Point(x: 0.5 - side, y: 0.3), Point(x: 0.5 + side, y: 0.3 + side * 1.6),
                radius: 0.03)
            fill(print, placement) { _, _ in brightness }
        }
    }

    /// Trousers from the front: two legs, a waistband and creases.
    mutating func drawTrouser(using generator: inout SplitMix64) {
        let cloth = Cloth(striped: 0.12, using: &generator)
        let placement = garmentPlacement(using: &generator)
        let waist = generator.number(in: 0.13..<0.18)
        let hip = waist + generator.number(in: 0.02..<0.06)
        let ankle = generator.number(in: 0.12..<0.25)
        let gap = generator.number(in: 0.02..<0.06)
        let crotch = generator.number(in: 0.3..<0.4)
        let length = generator.chance(0.8) ? 0.97 : generator.number(in: 0.55..<0.75)
        let half = [
            Point(x: waist, y: 0.03), Point(x: hip, y: 0.25),
            Point(x: max(ankle, gap + 0.07), y: length),
            Point(x: gap, y: length), Point(x: 0.004, y: crotch),
        ]
        fill(mirrored(half), placement) { place, depth in
            cloth.tone(place, depth, using: &generator)
        }
        darken(
            .stroke([Point(x: 0.5 - waist, y: 0.1), Point(x: 0.5 + waist, y: 0.1)], width: 0.025),
            placement, by: 0.4)
        darken(
            .stroke([Point(x: 0.5, y: 0.1), Point(x: 0.5, y: crotch)], width: 0.02), placement,
            by: 0.4)
    }
}
