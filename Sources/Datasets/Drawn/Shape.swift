/// A region of a drawing, as the signed distance from its edge; negative is inside.
///
/// The formulas are Inigo Quilez's, https://iquilezles.org/articles/distfunctions2d.
struct Shape {
    /// The distance of a place from the edge.
    let distance: (Point) -> Double

    /// The inside of a closed line through three points or more.
    static func polygon(_ corners: [Point]) -> Shape {
        Shape { place in
            var nearest = Double.infinity
            var isInside = false
            var previous = corners[corners.count - 1]
            for corner in corners {
                nearest = min(nearest, distanceFromSegment(place, corner, previous))
                let edge = previous - corner
                let offset = place - corner
                let isAbove = corner.y <= place.y
                let isBelow = previous.y > place.y
                let isLeft = edge.x * offset.y > edge.y * offset.x
                if isAbove == isBelow, isBelow == isLeft { isInside.toggle() }
                previous = corner
            }
            return isInside ? -nearest : nearest
        }
    }

    /// A line of round ends through two points or more.
    static func stroke(_ points: [Point], width: Double) -> Shape {
        Shape { place in
            zip(points, points.dropFirst()).reduce(Double.infinity) { nearest, segment in
                min(nearest, distanceFromSegment(place, segment.0, segment.1))
            } - width / 2
        }
    }

    /// A disc.
    static func disc(_ middle: Point, radius: Double) -> Shape {
        Shape { ($0 - middle).length - radius }
    }

    /// An upright rectangle between two corners, with corners rounded by `radius`.
    static func box(_ from: Point, _ to: Point, radius: Double = 0) -> Shape {
        let middle = (from + to) * 0.5
        let half = (to - from) * 0.5
        return Shape { place in
            let offset = place - middle
            let x = abs(offset.x) - half.x + radius
            let y = abs(offset.y) - half.y + radius
            return Point(x: max(x, 0), y: max(y, 0)).length + min(max(x, y), 0) - radius
        }
    }

    /// The same shape, grown by `radius` all round, which rounds its outer corners.
    func grown(by radius: Double) -> Shape {
        Shape { distance($0) - radius }
    }

    /// What either shape covers.
    func joined(_ other: Shape) -> Shape {
        Shape { min(distance($0), other.distance($0)) }
    }

    /// What this shape covers and the other does not.
    func without(_ other: Shape) -> Shape {
        Shape { max(distance($0), -other.distance($0)) }
    }

    /// What both shapes cover.
    func within(_ other: Shape) -> Shape {
        Shape { max(distance($0), other.distance($0)) }
    }
}

private func distanceFromSegment(_ place: Point, _ from: Point, _ to: Point) -> Double {
    let along = to - from
    let offset = place - from
    let square = along.dot(along)
    let part = square > 0 ? min(max(offset.dot(along) / square, 0), 1) : 0
    return (offset - along * part).length
}
