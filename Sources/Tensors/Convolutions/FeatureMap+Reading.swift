internal import CKernels

extension FeatureElement {
    /// What the loops of CKernels call it.
    fileprivate var kind: Int32 {
        switch self {
        case .float: 0
        case .bfloat16: 1
        case .unsigned: 2
        case .signed: 3
        }
    }
}

extension FeatureMap {
    /// Writes 8-bit pixels into rows from `row` on as `(x − 127) / 128`, what EfficientNet-Lite was trained with;
    /// signed bytes stand for steps of 1 / 128.
    public func setPixels(_ pixels: Span<UInt8>, fromRow row: Int) {
        let rowLength = columns * channels
        precondition(pixels.count % rowLength == 0, "the pixels are not whole rows")
        precondition(row >= 0 && row + pixels.count / rowLength <= rows, "more rows than there are")
        unsafe pixels.withUnsafeBufferPointer { pixels in
            unsafe elbod_picture(
                level, pixels.baseAddress, pixels.count, element.kind, address(ofRow: row))
        }
    }

    /// Raises each channel's number in `most` to the largest magnitude in some rows, which hold floats.
    public func addMagnitudes(ofRows range: Range<Int>, to most: inout [Float]) {
        precondition(element == .float && most.count == channels, "one float a channel")
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "no such row")
        let base = unsafe address(ofRow: range.lowerBound).assumingMemoryBound(to: Float.self)
        unsafe most.withUnsafeMutableBufferPointer { most in
            for place in 0..<(range.count * columns) {
                unsafe elbod_add_magnitudes(
                    level, base + place * channels, channels, most.baseAddress)
            }
        }
    }

    /// All numbers as floats, row by row; bytes are not scaled.
    public var elements: [Float] {
        let numbers = Matrix(rows: 1, columns: rows * columns * channels)
        add(row: 0, count: rows, times: 1, to: numbers)
        return numbers.elements
    }

    /// Adds `weight` times the numbers of `count` rows to the beginning of `sums`.
    func add(row: Int, count: Int = 1, times weight: Float, to sums: Matrix) {
        let length = count * columns * channels
        precondition(row >= 0 && row + count <= rows && length <= sums.count, "no such rows")
        unsafe elbod_add_weighted(
            level, address(ofRow: row), element.kind, length, weight, sums.base)
    }
}

/// How places along one axis of a grid are made of places along that of a map: averages of three neighbours, of which
/// only those inside count, brought to another number by averaging areas where it shrinks and by going linearly from
/// one to the next where it grows.
public struct AxisSampling: Sendable, Equatable {
    /// The sources of each place of the grid, with weights that sum to 1.
    public let places: [[Weighted]]

    /// A place of the map, and its share.
    public struct Weighted: Sendable, Equatable {
        /// Which.
        public let source: Int
        /// How much of it.
        public let weight: Float
    }

    /// From `old` places to `new`.
    public init(from old: Int, to new: Int) {
        precondition(old > 0 && new > 0, "an axis has places")
        places = (0..<new).map { place in
            var weights = [Double](repeating: 0, count: old)
            for (source, share) in Self.resampling(place, old, new) {
                let neighbours = max(0, source - 1)...min(old - 1, source + 1)
                for neighbour in neighbours {
                    weights[neighbour] += share / Double(neighbours.count)
                }
            }
            return weights.indices.filter { weights[$0] > 0 }.map {
                Weighted(source: $0, weight: Float(weights[$0]))
            }
        }
    }

    private static func resampling(
        _ place: Int, _ old: Int, _ new: Int
    ) -> [(source: Int, share: Double)] {
        let size = Double(old) / Double(new)
        if old >= new {
            let (begin, end) = (Double(place) * size, Double(place + 1) * size)
            return (0..<old).compactMap { source in
                let overlap = min(end, Double(source + 1)) - max(begin, Double(source))
                return overlap > 1e-9 ? (source, overlap / size) : nil
            }
        }
        let middle = min(max((Double(place) + 0.5) * size - 0.5, 0), Double(old - 1))
        let below = min(Int(middle), old - 1)
        let part = middle - Double(below)
        return [(below, 1 - part), (min(below + 1, old - 1), part)].filter { $0.1 > 0 }
    }
}

/// Brings a map to a grid of places: one for each map that is joined.
///
/// Belongs to one thread.
public final class MapSampler {
    private let rows: AxisSampling
    private let columns: AxisSampling
    private let row: Matrix
    private let place: Matrix

    /// From maps of `map`'s shape to a grid.
    public init(of map: FeatureMap, toRows gridRows: Int, columns gridColumns: Int) {
        rows = AxisSampling(from: map.rows, to: gridRows)
        columns = AxisSampling(from: map.columns, to: gridColumns)
        row = Matrix(rows: map.columns, columns: map.channels)
        place = Matrix(rows: 1, columns: map.channels)
    }

    /// Calls `body` with the index of each place of some rows of the grid and what the map is there, `(1, channels)`.
    public func forEachPlace(
        of map: FeatureMap, inRows range: Range<Int>, _ body: (Int, Matrix) -> Void
    ) {
        precondition(map.columns == row.rows && map.channels == row.columns, "another map")
        for gridRow in range {
            unsafe row.base.update(repeating: 0, count: row.count)
            for part in rows.places[gridRow] {
                map.add(row: part.source, times: part.weight, to: row)
            }
            for (gridColumn, parts) in columns.places.enumerated() {
                unsafe place.base.update(repeating: 0, count: place.count)
                for part in parts {
                    unsafe elbod_add_weighted(
                        level, row.address(ofRow: part.source), 0, row.columns, part.weight,
                        place.base)
                }
                body(gridRow * columns.places.count + gridColumn, place)
            }
        }
    }
}

extension ImageBatch {
    /// Writes `x·scale + shift` of the one row `x` into the columns of row `row` from `column` on: as floats, or as
    /// bytes of what is in [0, 1].
    ///
    /// All columns of a row are to be written in the same way.
    public func setRow(
        _ row: Int, from column: Int, standardizing x: Matrix, scale: ConstantMatrix,
        shift: ConstantMatrix, asBytes: Bool
    ) {
        precondition(x.columns == scale.count && scale.count == shift.count, "shapes differ")
        precondition(column >= 0 && column + x.columns <= columns, "shapes differ")
        if asBytes {
            unsafe elbod_standardize(
                level, x.base, scale.address, shift.address, x.columns, nil,
                bytesToWrite(row) + column)
        } else {
            unsafe elbod_standardize(
                level, x.base, scale.address, shift.address, x.columns,
                floatsToWrite(row) + column, nil)
        }
    }

    /// Calls `body` with the bytes of one row; `room` holds those of a row of floats, rounded.
    public func withBytes<Result>(
        ofRow row: Int, rounding room: Buffer2D<UInt8>, _ body: (Span<UInt8>) -> Result
    ) -> Result {
        precondition(room.columns == columns, "shapes differ")
        let (bytes, floats) = unsafe addresses(ofRow: row)
        if let bytes = unsafe bytes {
            return unsafe body(UnsafeBufferPointer(start: bytes, count: columns).span)
        }
        unsafe elbod_widen(level, nil, floats, columns, nil, nil, room.base)
        return room.withRow(0, body)
    }
}
