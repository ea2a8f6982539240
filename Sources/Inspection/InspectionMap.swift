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

    /// At most `most` boxes around what is above `bound`, the oddest first, in pixels of `source`, which was brought to
    /// the grid's size as a whole.
    ///
    /// A single place is a speck, and ignored, unless its error is twice the bound.
    public func boxes(above bound: Float, in source: ImageShape, most: Int = 5) -> [Box] {
        var found = components(above: bound)
            .filter { $0.places > 1 || $0.peak > 2 * bound }
        found.sort { $0.peak > $1.peak }
        return found.prefix(most).map { component in
            func pixel(_ place: Int, _ places: Int, _ pixels: Int) -> Int {
                (place * pixels + places / 2) / places
            }
            let left = pixel(component.columns.lowerBound, grid.columns, source.columns)
            let right = pixel(component.columns.upperBound, grid.columns, source.columns)
            let top = pixel(component.rows.lowerBound, grid.rows, source.rows)
            let bottom = pixel(component.rows.upperBound, grid.rows, source.rows)
            return Box(
                left: left, top: top, width: max(1, right - left), height: max(1, bottom - top),
                error: component.peak)
        }
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

    /// The errors at the pixels of a picture, going linearly from the middle of one place to that of the next.
    public func errors(atPixelsOf source: ImageShape) -> [Float] {
        let rows = Self.neighbours(grid.rows, source.rows)
        let columns = Self.neighbours(grid.columns, source.columns)
        var result: [Float] = []
        result.reserveCapacity(source.pixels)
        for row in rows {
            let (above, below) = (row.first * grid.columns, row.second * grid.columns)
            for column in columns {
                let top =
                    errors[above + column.first] * (1 - column.part)
                    + errors[above + column.second] * column.part
                let bottom =
                    errors[below + column.first] * (1 - column.part)
                    + errors[below + column.second] * column.part
                result.append(top * (1 - row.part) + bottom * row.part)
            }
        }
        return result
    }

    private static func neighbours(
        _ places: Int, _ pixels: Int
    ) -> [(first: Int, second: Int, part: Float)] {
        (0..<pixels).map { pixel in
            let middle = (Double(pixel) + 0.5) * Double(places) / Double(pixels) - 0.5
            let place = min(max(middle, 0), Double(places - 1))
            let first = Int(place)
            return (first, min(first + 1, places - 1), Float(place - Double(first)))
        }
    }
}

extension Range<Int> {
    /// The smallest range that holds this one and a number.
    fileprivate func union(_ number: Int) -> Range<Int> {
        Swift.min(lowerBound, number)..<Swift.max(upperBound, number + 1)
    }
}
