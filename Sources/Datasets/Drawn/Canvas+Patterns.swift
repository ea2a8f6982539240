import Tensors

extension Canvas {
    /// Random brightness in squares of one pixel, or now and then a few.
    mutating func drawNoise(using generator: inout SplitMix64) {
        let cell = generator.chance(0.3) ? generator.index(in: 2..<4) : 1
        let low = generator.number(in: 0..<0.3)
        let high = generator.number(in: 0.7..<1)
        let cellsAcross = (columns + cell - 1) / cell
        let cellsDown = (rows + cell - 1) / cell
        let tones = (0..<cellsAcross * cellsDown).map { _ in generator.number(in: low..<high) }
        shade { row, column, _ in tones[row / cell * cellsAcross + column / cell] }
    }

    /// Bands of two tones across the whole picture, hard or soft, at any angle.
    mutating func drawStripes(using generator: inout SplitMix64) {
        let angle = Placement(halfTangent: generator.number(in: -1..<1)).direction
        let period = Double(min(rows, columns)) * generator.number(in: 0.12..<0.36)
        let phase = generator.number(in: 0..<1)
        let share = generator.number(in: 0.35..<0.65)
        let dark = generator.number(in: 0..<0.25)
        let bright = generator.number(in: 0.65..<1)
        let softness = generator.number(in: 0.04..<0.5)
        shade { row, column, _ in
            let along = (Double(column) * angle.x + Double(row) * angle.y) / period + phase
            let within = abs(along - along.rounded(.down) - 0.5) * 2
            let part = min(max(0.5 + (share - within) / softness, 0), 1)
            return dark + (bright - dark) * part
        }
    }

    /// Chequers, or rectangles one over another, some of them darker than what they cover.
    mutating func drawBlocks(using generator: inout SplitMix64) {
        if generator.chance(0.3) { return drawChequers(using: &generator) }
        for _ in 0..<generator.index(in: 2..<6) {
            let width = generator.number(in: 0.15..<0.6)
            let height = generator.number(in: 0.15..<0.6)
            let from = Point(
                x: generator.number(in: 0..<1 - width), y: generator.number(in: 0..<1 - height))
            let brightness = generator.number(in: 0.25..<1)
            fill(.box(from, from + Point(x: width, y: height)), Placement()) { _, _ in brightness }
        }
    }

    private mutating func drawChequers(using generator: inout SplitMix64) {
        let side = max(1, min(rows, columns) / generator.index(in: 3..<8))
        let (shiftDown, shiftRight) = (generator.index(in: 0..<side), generator.index(in: 0..<side))
        let dark = generator.number(in: 0..<0.25)
        let bright = generator.number(in: 0.65..<1)
        shade { row, column, _ in
            let cell = (row + shiftDown) / side + (column + shiftRight) / side
            return cell.isMultiple(of: 2) ? bright : dark
        }
    }
}
