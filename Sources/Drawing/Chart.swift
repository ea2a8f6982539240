/// A chart under construction: axes, then series on top of them, then a legend above.
public struct Chart {
    private let x: Axis
    private let y: Axis
    /// What has been drawn so far.
    public private(set) var drawing: Drawing
    private let left: Double
    private let top: Double
    private let right: Double
    private let bottom: Double

    /// An entry of the legend: the style of its sample and its text.
    public struct Key {
        /// How a series looks.
        public enum Sample { case line, area, dot }
        let series: Int
        let sample: Sample
        let text: String

        /// The entry of the series with this number.
        public init(series: Int, sample: Sample, text: String) {
            self.series = series
            self.sample = sample
            self.text = text
        }
    }

    /// Draws axes, grid and legend.
    public init(
        x: Axis, y: Axis, width: Double = 640, height: Double = 360, legend: [Key] = [],
        isSquare: Bool = false
    ) {
        let rows = Self.arranged(legend, width: width - 80)
        left = 64
        top = 14 + 22 * Double(rows.count)
        right = width - 18
        bottom = isSquare ? top + (right - left) : height - 48
        (self.x, self.y) = (x, y)
        drawing = Drawing(width: width, height: bottom + 48)
        drawGrid()
        for (index, row) in rows.enumerated() { draw(row, y: 16 + 22 * Double(index)) }
    }

    /// Where values lie in the drawing.
    public func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (
            left + self.x.scale.position(x) * (right - left),
            bottom - self.y.scale.position(y) * (bottom - top)
        )
    }

    /// A line through values.
    public mutating func curve(_ values: [(x: Double, y: Double)], series: Int) {
        drawing.path(values.map { point($0.x, $0.y) }, "l\(series)")
    }

    /// A dot for each value.
    public mutating func dots(_ values: [(x: Double, y: Double)], radius: Double, series: Int) {
        drawing.dots(
            values.map { point($0.x, $0.y) }, radius: radius, "d\(series)",
            square: Theme.isSquare(series))
    }

    /// A bar from zero, or from the lower end of the axis, to `y`, between two values of x.
    public mutating func bar(from start: Double, to end: Double, y value: Double, style: String) {
        let (a, b) = (point(start, value), point(end, max(0, y.scale.range.lowerBound)))
        drawing.rectangle(x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y, style)
    }

    /// The outline of a histogram, filled: `heights` of equal bins between `edges`.
    public mutating func steps(edges: [Double], heights: [Double], series: Int) {
        let floor = y.scale.range.lowerBound
        var points = [point(edges[0], floor)]
        for (index, height) in heights.enumerated() {
            points += [point(edges[index], height), point(edges[index + 1], height)]
        }
        points.append(point(edges[edges.count - 1], floor))
        drawing.path(points, "a\(series)", closed: true)
    }

    /// A vertical line at `value` with a text beside its upper end.
    public mutating func verticalMark(
        at value: Double, _ text: String, anchor: Drawing.Anchor = .start, lowered: Double = 0
    ) {
        let x = point(value, 0).x
        drawing.line((x, top), (x, bottom), "mark")
        let offset: Double = anchor == .end ? -5 : 5
        label(text, x: x + offset, y: top + 14 + lowered, anchor: anchor)
    }

    /// A horizontal line at `value` with a text above its right end.
    public mutating func horizontalMark(at value: Double, _ text: String) {
        let y = point(0, value).y
        drawing.line((left, y), (right, y), "mark")
        label(text, x: right - 4, y: y - 6, anchor: .end)
    }

    /// A shaded range of x over the whole height.
    public mutating func band(from start: Double, to end: Double) {
        let (a, b) = (point(start, 0).x, point(end, 0).x)
        drawing.rectangle(x: a, y: top, width: b - a, height: bottom - top, "band")
    }

    /// Text that stays readable on top of what is drawn.
    public mutating func label(
        _ text: String, x: Double, y: Double, _ style: String = "t",
        anchor: Drawing.Anchor = .start
    ) {
        drawing.text(text, x: x, y: y, "\(style) halo", anchor: anchor)
        drawing.text(text, x: x, y: y, style, anchor: anchor)
    }

    private mutating func drawGrid() {
        for (value, text) in x.labels {
            let x = point(value, 0).x
            drawing.line((x, top), (x, bottom), "grid")
            drawing.text(text, x: x, y: bottom + 18, "t quiet", anchor: .middle)
        }
        for (value, text) in y.labels {
            let y = point(0, value).y
            drawing.line((left, y), (right, y), "grid")
            drawing.text(text, x: left - 8, y: y + 4.5, "t quiet", anchor: .end)
        }
        drawing.path([(left, top), (left, bottom), (right, bottom)], "axis")
        drawing.text(x.label, x: (left + right) / 2, y: bottom + 38, anchor: .middle)
        drawing.text(
            y.label, x: 16, y: (top + bottom) / 2, anchor: .middle, rotated: true)
    }

    private mutating func draw(_ row: [(key: Key, x: Double)], y: Double) {
        for (key, offset) in row {
            let x = left + offset
            switch key.sample {
            case .line: drawing.line((x, y - 5), (x + 26, y - 5), "l\(key.series)")
            case .area:
                drawing.rectangle(x: x + 6, y: y - 11, width: 14, height: 12, "a\(key.series)")
            case .dot:
                drawing.dots(
                    [(x + 18, y - 5)], radius: 5, "d\(key.series)",
                    square: Theme.isSquare(key.series))
            }
            drawing.text(key.text, x: x + 32, y: y)
        }
    }

    /// Legend entries in rows that fit.
    private static func arranged(_ keys: [Key], width: Double) -> [[(key: Key, x: Double)]] {
        var rows: [[(key: Key, x: Double)]] = []
        var x = Double.infinity
        for key in keys {
            let needed = 32 + textWidth(key.text) + 16
            if x + needed > width, x > 0 { (rows, x) = (rows + [[]], 0) }
            rows[rows.count - 1].append((key, x))
            x += needed
        }
        return rows
    }
}
