import CKernels
import Tensors
import Testing

@Suite struct HealthMeterTests {
    /// Pixel by pixel, as the formulas are written.
    private func expected(_ x: [Int], _ rows: Int, _ columns: Int) -> [Int] {
        func at(_ row: Int, _ column: Int) -> Int { x[row * columns + column] }
        var (steps, bends, smooth) = (0, 0, 0)
        let limit = ((x.max() ?? 0) - (x.min() ?? 0)) / 4
        var (tops, lefts): ([Int], [Int]) = ([], [])
        for row in 0..<rows {
            for column in 0..<columns {
                if column + 1 < columns {
                    let step = abs(at(row, column + 1) - at(row, column))
                    steps += step
                    // The last row has no row below, and is looked at across from above.
                    if step > limit, row + 1 < rows {
                        tops += [row, row + 1]
                        lefts += [column, column + 1]
                    }
                }
                if row + 1 < rows {
                    let step = abs(at(row + 1, column) - at(row, column))
                    steps += step
                    if step > limit {
                        tops += [row, row + 1]
                        lefts += [column, min(column + 1, columns - 1)]
                    }
                }
                guard row > 0, column > 0, row + 1 < rows, column + 1 < columns else { continue }
                let sides =
                    at(row - 1, column) + at(row + 1, column) + at(row, column - 1)
                    + at(row, column + 1)
                let corners =
                    at(row - 1, column - 1) + at(row - 1, column + 1) + at(row + 1, column - 1)
                    + at(row + 1, column + 1)
                bends += abs(4 * at(row, column) - sides)
                if abs(4 * at(row, column) - 2 * sides + corners) <= 8 { smooth += 1 }
            }
        }
        func side(_ places: [Int]) -> Int {
            places.isEmpty ? 0 : (places.max() ?? 0) - (places.min() ?? 0) + 1
        }
        return [
            x.reduce(0, +), x.reduce(0) { $0 + $1 * $1 }, x.count { $0 >= 250 }, steps, bends,
            smooth, x.max() ?? 0, side(tops), side(lefts),
        ]
    }

    @Test(arguments: [
        (28, 28), (1, 1), (1, 7), (7, 1), (2, 2), (3, 3), (5, 33), (64, 32), (90, 31), (3, 100),
    ])
    func `sums and box are those of the formulas, of bytes and of floats`(rows: Int, columns: Int) {
        var random = RandomNumbers(seed: UInt64(rows * 1000 + columns))
        for kind in 0..<4 {
            let pixels = (0..<(rows * columns)).map { _ in
                let number = random.nextUniform()
                switch kind {
                case 0: return UInt8(number * 255.99)
                case 1: return number < 0.95 ? 7 : UInt8(number * 255)
                case 2: return 200
                default: return number < 0.5 ? 0 : 255
                }
            }
            let batch = ImageBatch(rows: 2, columns: rows * columns)
            batch.setRow(0, bytes: pixels.span)
            batch.setRow(1) { floats in
                for index in floats.indices { floats[index] = Float(pixels[index]) / 255 }
            }
            let meter = HealthMeter(rows: rows, columns: columns)
            let exact = expected(pixels.map(Int.init), rows, columns)
            for row in 0..<2 {
                let found = meter.measure(row, of: batch)
                #expect(found.numbers == exact, "\(rows) × \(columns), \(kind), row \(row)")
            }
        }
    }

    @Test(arguments: Array(0...elbod_level()))
    func `every copy of the loop gives the same`(level: Int32) {
        var random = RandomNumbers(seed: 5)
        let pixels = (0..<(40 * 70)).map { _ in UInt8(random.nextUniform() * 255.99) }
        var room = [Int16](repeating: 0, count: 41 * 96)
        let found = elbod_measure_health(level, pixels, nil, 40, 70, 96, &room)
        let exact = expected(pixels.map(Int.init), 40, 70)
        let numbers = [
            found.sum, found.squares, found.white, found.steps, found.bends, found.smooth,
            Int64(found.peak), Int64(found.height), Int64(found.width),
        ]
        #expect(numbers.map(Int.init) == exact)
    }
}

extension HealthSums {
    fileprivate var numbers: [Int] {
        [sum, squares, white, steps, bends, smooth, peak, box.height, box.width]
    }
}
