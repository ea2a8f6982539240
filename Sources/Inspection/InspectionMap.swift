public import Images

/// Where a picture is odd: the error of each of its places, as a multiple of what is usual there.
public struct InspectionMap: Sendable, Equatable {
    /// The places.
    public let grid: Grid
    /// Row by row; 1 is what normal pictures have on average.
    public let errors: [Float]

    /// As many errors as places.
    public init(grid: Grid, errors: [Float]) {
        precondition(errors.count == grid.count, "one error for each place")
        (self.grid, self.errors) = (grid, errors)
    }

    /// Places that lie together and are all odder than a bound, as a box in pixels of the picture that was sent.
    public struct Box: Sendable, Equatable {
        /// Pixels from the left.
        public let left: Int
        /// Pixels from the top.
        public let top: Int
        /// In pixels.
        public let width: Int
        /// In pixels.
        public let height: Int
        /// The largest error in it.
        public let error: Float

        /// A box at these pixels.
        public init(left: Int, top: Int, width: Int, height: Int, error: Float) {
            (self.left, self.top) = (left, top)
            (self.width, self.height, self.error) = (width, height, error)
        }
    }

    /// At most `most` boxes around what is above `bound`, the oddest first, in pixels of the picture that was placed so.
    ///
    /// A single place is a speck, and ignored, unless its error is twice the bound. With `atLeastOne` there is a box around
    /// the worst place even so, for whoever is told that a picture is odd wants to see where.
    public func boxes(
        above bound: Float, in placement: PicturePlacement, most: Int = 5, atLeastOne: Bool = false
    ) -> [Box] {
        var found = components(above: bound)
            .filter { $0.places > 1 || $0.peak > 2 * bound }
        if found.isEmpty, atLeastOne, let peak = errors.max() {
            found = components(above: 0.7 * peak).filter { $0.peak == peak }
        }
        found.sort { $0.peak > $1.peak }
        let (height, width) = (
            Double(placement.image.rows) / Double(grid.rows),
            Double(placement.image.columns) / Double(grid.columns)
        )
        let boxes: [Box] = found.compactMap { component in
            let start = placement.pictured(
                row: Double(component.rows.lowerBound) * height,
                column: Double(component.columns.lowerBound) * width)
            let end = placement.pictured(
                row: Double(component.rows.upperBound) * height,
                column: Double(component.columns.upperBound) * width)
            func range(_ start: Double, _ end: Double, _ extent: Int) -> Range<Int> {
                let first = min(max(Int(start.rounded()), 0), extent)
                return first..<min(max(Int(end.rounded()), first), extent)
            }
            let rows = range(start.row, end.row, placement.picture.rows)
            let columns = range(start.column, end.column, placement.picture.columns)
            // What is odd in the padding alone is nowhere in the picture.
            guard !rows.isEmpty, !columns.isEmpty else { return nil }
            return Box(
                left: columns.lowerBound, top: rows.lowerBound, width: columns.count,
                height: rows.count, error: component.peak)
        }
        return Array(boxes.prefix(most))
    }

    /// Places that touch, corners included.
    private struct Component {
        var rows: Range<Int>
        var columns: Range<Int>
        var places = 0
        var peak: Float = 0
    }

    private func components(above bound: Float) -> [Component] {
        var isSeen = errors.map { !($0 > bound) }
        var components: [Component] = []
        for start in errors.indices where !isSeen[start] {
            let (row, column) = (start / grid.columns, start % grid.columns)
            var component = Component(rows: row..<(row + 1), columns: column..<(column + 1))
            var waiting = [start]
            isSeen[start] = true
            while let place = waiting.popLast() {
                let (row, column) = (place / grid.columns, place % grid.columns)
                component.places += 1
                component.peak = max(component.peak, errors[place])
                component.rows = component.rows.union(row)
                component.columns = component.columns.union(column)
                for nextRow in max(0, row - 1)...min(grid.rows - 1, row + 1) {
                    for nextColumn in max(0, column - 1)...min(grid.columns - 1, column + 1) {
                        let next = nextRow * grid.columns + nextColumn
                        guard !isSeen[next] else { continue }
                        isSeen[next] = true
                        waiting.append(next)
                    }
                }
            }
            components.append(component)
        }
        return components
    }

    /// The errors at the pixels of a picture that was placed so, going linearly from the middle of one place to that of
    /// the next; 0 where the model sees nothing of it.
    public func errors(atPixelsIn placement: PicturePlacement) -> [Float] {
        let (picture, image) = (placement.picture, placement.image)
        let rows = (0..<picture.rows).map { row in
            placement.seen(row: Double(row) + 0.5).map {
                Self.neighbours(at: $0 / Double(image.rows), grid.rows)
            }
        }
        let columns = (0..<picture.columns).map { column in
            placement.seen(column: Double(column) + 0.5).map {
                Self.neighbours(at: $0 / Double(image.columns), grid.columns)
            }
        }
        var result: [Float] = []
        result.reserveCapacity(picture.pixels)
        for row in rows {
            for column in columns {
                guard let row, let column else {
                    result.append(0)
                    continue
                }
                result.append(
                    between(row.first, column) * (1 - row.part)
                        + between(row.second, column) * row.part)
            }
        }
        return result
    }

    /// Two places, and how far it is from the one to the other.
    private typealias Neighbours = (first: Int, second: Int, part: Float)

    private func between(_ row: Int, _ column: Neighbours) -> Float {
        errors[row * grid.columns + column.first] * (1 - column.part)
            + errors[row * grid.columns + column.second] * column.part
    }

    private static func neighbours(at share: Double, _ places: Int) -> Neighbours {
        let place = min(max(share * Double(places) - 0.5, 0), Double(places - 1))
        let first = Int(place)
        return (first, min(first + 1, places - 1), Float(place - Double(first)))
    }
}

extension Range<Int> {
    /// The smallest range that holds this one and a number.
    fileprivate func union(_ number: Int) -> Range<Int> {
        Swift.min(lowerBound, number)..<Swift.max(upperBound, number + 1)
    }
}
