/// A grey image of size `old` brought to size `new`, along each axis by averaging areas where it
/// shrinks and by going linearly from pixel to pixel where it grows; rounded once.
func resampled(_ image: Span<UInt8>, _ old: ImageShape, to new: ImageShape) -> [UInt8] {
    resampled(
        image, columns: old.columns, Taps(from: old.rows, to: new.rows),
        Taps(from: old.columns, to: new.columns), to: new)
}

/// The pixels that the taps along both axes make of a grey image with so many columns.
func resampled(
    _ image: Span<UInt8>, columns: Int, _ rowTaps: Taps, _ columnTaps: Taps, to new: ImageShape
) -> [UInt8] {
    // Sides are at most 2¹⁵, so weights sum to at most 2¹⁶ along each axis and 2⁴⁰ in all. Rows are joined first, all of
    // whose pixels are treated alike: the sums are the same in any order.
    let whole = rowTaps.total * columnTaps.total
    var sums = [UInt32](repeating: 0, count: columns)
    return [UInt8](capacity: new.pixels) { result in
        for row in 0..<new.rows {
            for column in sums.indices { sums[column] = 0 }
            for tap in rowTaps.range(row) {
                let start = rowTaps.sources[tap] * columns
                addRow(
                    image.extracting(start..<(start + columns)), times: rowTaps.weights[tap],
                    to: &sums)
            }
            joinColumns(sums, columnTaps, whole: whole, into: &result)
        }
    }
}

/// Which pixels along one axis make each new pixel, and with which integer weights.
struct Taps {
    /// The sum of the weights of each new pixel.
    let total: Int
    /// The old pixels of all new ones, one new one after the other.
    private(set) var sources: [Int] = []
    /// The weight of each of `sources`.
    private(set) var weights: [Int] = []
    /// Where in `sources` those of each new pixel start, and where the last one's end.
    private(set) var starts: [Int] = []

    /// How many new pixels there are.
    var count: Int { starts.count - 1 }

    /// How many old pixels there are at least.
    var extent: Int { (sources.last ?? -1) + 1 }

    init(from old: Int, to new: Int) {
        total = new > old ? 2 * new : old
        for index in 0..<new {
            starts.append(sources.count)
            if new > old {
                addNeighbours(index, old, new)
            } else {
                addArea(index * old, old, size: new)
            }
        }
        starts.append(sources.count)
    }

    /// Taps that average areas of a window of a picture, both in its own pixels, which was read
    /// smaller by `reduction`; the window is at least `new` long.
    init(window begin: Int, length: Int, reduction: Int, to new: Int) {
        total = length
        for index in 0..<new {
            starts.append(sources.count)
            addArea(begin * new + index * length, length, size: reduction * new)
        }
        starts.append(sources.count)
    }

    /// The taps of the new pixel at `index`.
    func range(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

    /// All that lies under the new pixel that begins at `begin`; in units in which the new pixel is
    /// `length` and an old one is `size` long.
    private mutating func addArea(_ begin: Int, _ length: Int, size: Int) {
        let end = begin + length
        for source in (begin / size)..<((end + size - 1) / size) {
            add(source, min(end, (source + 1) * size) - max(begin, source * size))
        }
    }

    /// The two pixels around the new one's middle, or the edge; in units of 1 / 2·new old pixels.
    private mutating func addNeighbours(_ index: Int, _ old: Int, _ new: Int) {
        let place = min(max((2 * index + 1) * old - new, 0), 2 * new * (old - 1))
        let (source, rest) = place.quotientAndRemainder(dividingBy: 2 * new)
        add(source, 2 * new - rest)
        if rest > 0 { add(source + 1, rest) }
    }

    private mutating func add(_ source: Int, _ weight: Int) {
        sources.append(source)
        weights.append(weight)
    }
}
