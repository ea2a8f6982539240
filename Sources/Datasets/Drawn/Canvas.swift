/// A place in a drawing: x to the right and y down, the drawing itself within 0 to 1.
struct Point {
    /// To the right.
    var x: Double
    /// Down.
    var y: Double

    /// The distance from the origin.
    var length: Double {
        (x * x + y * y).squareRoot()
    }

    static func + (a: Point, b: Point) -> Point { Point(x: a.x + b.x, y: a.y + b.y) }
    static func - (a: Point, b: Point) -> Point { Point(x: a.x - b.x, y: a.y - b.y) }
    static func * (a: Point, scale: Double) -> Point { Point(x: a.x * scale, y: a.y * scale) }

    /// The scalar product.
    func dot(_ other: Point) -> Double {
        x * other.x + y * other.y
    }
}

/// Where a drawing lies on a canvas: turned, scaled and shifted about the middle.
struct Placement {
    /// The drawing's size as a part of the canvas's shorter side.
    var scale = 1.0
    /// The tangent of half the angle of turning, which needs no library for sine and cosine.
    var halfTangent = 0.0
    /// Horizontal shear, as in italics.
    var slant = 0.0
    /// The shift of the middle, in shorter sides.
    var shift = Point(x: 0, y: 0)

    /// The cosine and sine of the angle.
    var direction: Point {
        let square = halfTangent * halfTangent
        return Point(x: (1 - square) / (1 + square), y: 2 * halfTangent / (1 + square))
    }
}

/// A grey picture in the making, brightness from 0 to 1.
struct Canvas {
    /// The height in pixels.
    let rows: Int
    /// The width in pixels.
    let columns: Int
    /// Brightness, (rows, columns).
    private(set) var values: [Double]

    /// A black canvas.
    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        values = [Double](repeating: 0, count: rows * columns)
    }

    /// The finished pixels, 0 to 255, (rows, columns).
    var pixels: [UInt8] {
        values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
    }

    /// Replaces every pixel by what `tone` says of its row, column and old brightness.
    mutating func shade(_ tone: (Int, Int, Double) -> Double) {
        for row in 0..<rows {
            for column in 0..<columns {
                let index = row * columns + column
                values[index] = tone(row, column, values[index])
            }
        }
    }

    /// Lays a shape over the picture with soft edges; `tone` is asked for the brightness at a place of
    /// the drawing and its depth under the shape's edge.
    mutating func fill(
        _ shape: Shape, _ placement: Placement, tone: (Point, Double) -> Double
    ) {
        let unit = Double(min(rows, columns))
        let middle = Point(x: Double(columns) / 2, y: Double(rows) / 2) + placement.shift * unit
        let direction = placement.direction
        let pixel = 1 / (unit * placement.scale)
        shade { row, column, old in
            let offset = (Point(x: Double(column) + 0.5, y: Double(row) + 0.5) - middle) * pixel
            var place = Point(
                x: offset.x * direction.x + offset.y * direction.y + 0.5,
                y: offset.y * direction.x - offset.x * direction.y + 0.5)
            place.x += placement.slant * (place.y - 0.5)
            let distance = shape.distance(place)
            let coverage = min(max(0.5 - distance / pixel, 0), 1)
            return coverage == 0 ? old : old + (tone(place, -distance) - old) * coverage
        }
    }
}
