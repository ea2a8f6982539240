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
        combine([elbod_share(offset: 0, weight: 1)], into: numbers)
        return numbers.elements
    }

    /// Writes the sum of shares of the map, as many numbers as `sums` has.
    func combine(_ shares: [elbod_share], into sums: Matrix) {
        let last = shares.reduce(0) { max($0, $1.offset) }
        precondition(last + sums.count <= rows * columns * channels, "more than the map has")
        unsafe elbod_combine(
            level, address(ofRow: 0), element.kind, shares, shares.count, nil, sums.count, sums.base
        )
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
    /// What each row and each column of the grid is made of, and where in the map or in `row` that begins.
    private let rows: [[elbod_share]]
    private let columns: [[elbod_share]]
    private let channels: Int
    /// The map's size.
    private let size: (rows: Int, columns: Int)
    /// A row of the grid, with the columns of the map.
    private let row: Matrix
    private let place: Matrix

    /// From maps of `map`'s shape to a grid.
    public convenience init(of map: FeatureMap, toRows gridRows: Int, columns gridColumns: Int) {
        self.init(
            ofRows: map.rows, columns: map.columns, channels: map.channels, toRows: gridRows,
            columns: gridColumns)
    }

    /// From maps of a shape to a grid.
    public init(
        ofRows mapRows: Int, columns mapColumns: Int, channels: Int, toRows gridRows: Int,
        columns gridColumns: Int
    ) {
        func shares(_ sampling: AxisSampling, _ length: Int) -> [[elbod_share]] {
            sampling.places.map { parts in
                parts.map { elbod_share(offset: $0.source * length, weight: $0.weight) }
            }
        }
        rows = shares(AxisSampling(from: mapRows, to: gridRows), mapColumns * channels)
        columns = shares(AxisSampling(from: mapColumns, to: gridColumns), channels)
        (self.channels, size) = (channels, (mapRows, mapColumns))
        row = Matrix(rows: 1, columns: mapColumns * channels)
        place = Matrix(rows: 1, columns: channels)
    }

    /// Calls `body` with the index of each place of some rows of the grid and what the map is there, `(1, channels)`.
    public func forEachPlace(
        of map: FeatureMap, inRows range: Range<Int>, _ body: (Int, Matrix) -> Void
    ) {
        for gridRow in range {
            sample(map, gridRow)
            for gridColumn in columns.indices {
                unsafe combine(gridColumn, base: nil, into: place.base)
                body(gridRow * columns.count + gridColumn, place)
            }
        }
    }

    /// Adds what the map is at each place of some rows of the grid to the rows of `sums`, `(places, channels)`, from the
    /// first on.
    public func add(_ map: FeatureMap, inRows range: Range<Int>, to sums: Matrix) {
        precondition(
            sums.columns == channels && range.count * columns.count <= sums.rows,
            "more places than sums")
        for (index, gridRow) in range.enumerated() {
            sample(map, gridRow)
            for gridColumn in columns.indices {
                let sum = unsafe sums.address(ofRow: index * columns.count + gridColumn)
                unsafe combine(gridColumn, base: sum, into: sum)
            }
        }
    }

    /// The rows of the map that make some rows of the grid.
    public func sources(ofRows range: Range<Int>) -> Range<Int> {
        let sources = rows[range].flatMap { $0.map { $0.offset / row.count } }
        return (sources.min() ?? 0)..<((sources.max() ?? -1) + 1)
    }

    private func sample(_ map: FeatureMap, _ gridRow: Int) {
        precondition(
            map.rows == size.rows && map.columns == size.columns && map.channels == channels,
            "another map")
        map.combine(rows[gridRow], into: row)
    }

    private func combine(
        _ gridColumn: Int, base: UnsafePointer<Float>?, into sums: UnsafeMutablePointer<Float>
    ) {
        let shares = columns[gridColumn]
        unsafe elbod_combine(
            level, row.base, 0, shares, shares.count, base, channels, sums)
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
