internal import CKernels

/// What shows from the pixels of one image whether a camera sees, in whole numbers of an image of bytes.
public struct HealthSums: Sendable, Equatable {
    /// `Σ x`.
    public var sum: Int
    /// `Σ x²`.
    public var squares: Int
    /// How many pixels are within five steps from white.
    public var white: Int
    /// `Σ |x − neighbour|`, across and down.
    public var steps: Int
    /// `Σ |4x − neighbours|`, the Laplacian.
    public var bends: Int
    /// At how many places Immerkær's operator (1996), which sees noise and not slopes, gives 8 at most.
    public var smooth: Int
    /// The largest pixel.
    public var peak: Int
    /// The size of the smallest box around all edges, which are steps of more than a quarter of the range.
    public var box: (height: Int, width: Int)

    /// Whether all are the same.
    public static func == (a: HealthSums, b: HealthSums) -> Bool {
        (a.sum, a.squares, a.white, a.steps, a.bends, a.smooth)
            == (b.sum, b.squares, b.white, b.steps, b.bends, b.smooth)
            && a.peak == b.peak && a.box == b.box
    }
}

/// Measures images one by one; owns the memory it needs, and belongs to one thread.
public final class HealthMeter {
    private let rows: Int
    private let columns: Int
    private let room: Buffer2D<Int16>

    /// For images of `rows` × `columns` pixels.
    public init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        room = Buffer2D(rows: rows + 1, columns: (columns + 2 + 31) / 32 * 32)
    }

    /// Measures one image of `batch`; floats are rounded to bytes.
    public func measure(_ row: Int, of batch: borrowing ImageBatch) -> HealthSums {
        precondition(batch.columns == rows * columns, "shapes differ")
        let (bytes, floats) = unsafe batch.addresses(ofRow: row)
        return unsafe measure(bytes, floats)
    }

    /// Measures an image of bytes.
    public func measure(_ pixels: Span<UInt8>) -> HealthSums {
        precondition(pixels.count == rows * columns, "shapes differ")
        return unsafe pixels.withUnsafeBufferPointer { unsafe measure($0.baseAddress, nil) }
    }

    private func measure(
        _ bytes: UnsafePointer<UInt8>?, _ floats: UnsafePointer<Float>?
    ) -> HealthSums {
        let found = unsafe elbod_measure_health(
            level, bytes, floats, rows, columns, room.columns, room.base)
        return HealthSums(
            sum: Int(found.sum), squares: Int(found.squares), white: Int(found.white),
            steps: Int(found.steps), bends: Int(found.bends), smooth: Int(found.smooth),
            peak: Int(found.peak), box: (found.height, found.width))
    }
}
