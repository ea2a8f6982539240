import Tensors

/// The pixels of one image, (rows, columns), and what faults do to them.
struct PixelPlane {
    private(set) var pixels: [UInt8]
    private let rows: Int
    private let columns: Int

    init(_ pixels: [UInt8], rows: Int, columns: Int) {
        (self.pixels, self.rows, self.columns) = (pixels, rows, columns)
    }

    /// A length that is `pixels` in an image of 28.
    private func scaled(_ pixels: Int, _ side: Int) -> Int { max(1, pixels * side / 28) }

    private func at(_ row: Int, _ column: Int) -> UInt8 {
        pixels[min(max(row, 0), rows - 1) * columns + min(max(column, 0), columns - 1)]
    }

    mutating func map(_ change: (UInt8) -> UInt8) {
        for index in pixels.indices { pixels[index] = change(pixels[index]) }
    }

    /// Each pixel from where `source` says.
    mutating func rearrange(_ source: (Int, Int) -> (Int, Int)) {
        let old = self
        for row in 0..<rows {
            for column in 0..<columns {
                let (from, across) = source(row, column)
                pixels[row * columns + column] = old.at(from, across)
            }
        }
    }

    /// The mean of the square around each pixel.
    mutating func average(radius: Int) {
        let old = self
        let count = (2 * radius + 1) * (2 * radius + 1)
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = 0
                for down in -radius...radius {
                    for across in -radius...radius {
                        sum += Int(old.at(row + down, column + across))
                    }
                }
                pixels[row * columns + column] = UInt8((sum + count / 2) / count)
            }
        }
    }

    /// Gaussian noise, clipped.
    mutating func add(sigma: Double, _ normals: inout RandomNumbers) {
        for index in pixels.indices {
            let noisy = Double(pixels[index]) + sigma * Double(normals.nextNormal())
            pixels[index] = UInt8(min(255, max(0, noisy)).rounded())
        }
    }

    /// Black or white for a share of the pixels.
    mutating func pepper(share: Double, _ generator: inout SplitMix64) {
        for index in pixels.indices where generator.chance(share) {
            pixels[index] = generator.chance(0.5) ? 255 : 0
        }
    }

    /// A square in the middle of the image, where there is something to cover.
    mutating func cover(with level: UInt8, _ generator: inout SplitMix64) {
        let (height, width) = (scaled(8, rows), scaled(8, columns))
        let (top, left) = (
            place(of: height, in: rows, &generator), place(of: width, in: columns, &generator)
        )
        for row in top..<(top + height) {
            for column in left..<(left + width) { pixels[row * columns + column] = level }
        }
    }

    /// Where something of this length begins, a seventh of the side from both edges.
    private func place(of length: Int, in side: Int, _ generator: inout SplitMix64) -> Int {
        let margin = side / 7
        return generator.index(in: margin..<max(margin + 1, side - margin - length + 1))
    }

    /// Two rows, wherever they are.
    mutating func killRows(_ generator: inout SplitMix64) {
        for _ in 0..<2 {
            let first = generator.index(in: 0..<rows)
            for row in first..<min(rows, first + scaled(1, rows)) {
                for column in 0..<columns { pixels[row * columns + column] = 0 }
            }
        }
    }

    mutating func lighten(by other: ArraySlice<UInt8>) {
        for (index, pixel) in zip(pixels.indices, other) {
            pixels[index] = max(pixels[index], pixel)
        }
    }

    /// To one of four sides.
    mutating func shift(_ generator: inout SplitMix64) {
        let (down, across) = (scaled(6, rows), scaled(6, columns))
        switch generator.index(in: 0..<4) {
        case 0: rearrange { ($0 + down, $1) }
        case 1: rearrange { ($0 - down, $1) }
        case 2: rearrange { ($0, $1 + across) }
        default: rearrange { ($0, $1 - across) }
        }
    }
}
