/// How some rows of a block's output are computed: band by band, so that what lies between its three convolutions
/// stays in the cache.
///
/// The expanded rows that a band's depthwise convolution sees are its window: those that the band before has expanded
/// already are moved to its beginning, and rows of padding are zeros.
package struct Bands {
    /// One band.
    package struct Band: Equatable {
        /// Rows of the output.
        package let output: Range<Int>
        /// Where in the window the padding above ends.
        package let above: Int
        /// Rows of the window that are moved to its beginning, before anything else.
        package let kept: Range<Int>
        /// Expanded rows that are computed, and where in the window they go.
        package let expanded: Range<Int>
        package let place: Int
        /// The rows of the window.
        package let window: Int
    }

    package let bands: [Band]
    /// Rows of the largest window.
    package let window: Int
    /// Rows of the largest band.
    package let rows: Int

    /// Bands for the rows in `output` of all `extent` rows that are expanded, `bytes` each, by a kernel and a stride,
    /// with windows of at most `budget` bytes if they can be.
    package init(
        _ output: Range<Int>, kernel: Int, stride: Int, above: Int, extent: Int, bytes: Int,
        budget: Int
    ) {
        guard !output.isEmpty else {
            (bands, window, rows) = ([], 0, 0)
            return
        }
        let most = max(1, (budget / max(1, bytes) - kernel) / stride + 1)
        let count = (output.count + most - 1) / most
        let rows = (output.count + count - 1) / count
        var bands: [Band] = []
        var (done, last) = (0, 0)
        for first in Swift.stride(from: output.lowerBound, to: output.upperBound, by: rows) {
            let end = min(output.upperBound, first + rows)
            let top = first * stride - above
            let bottom = (end - 1) * stride - above + kernel
            let isFirst = bands.isEmpty
            let from = isFirst ? max(0, top) : max(done, top)
            let to = min(extent, bottom)
            // Strides beyond the kernel leave nothing to keep.
            let kept = isFirst || done <= top ? 0..<0 : (top - last)..<(done - last)
            bands.append(
                Band(
                    output: first..<end, above: max(0, -top), kept: kept, expanded: from..<to,
                    place: from - top, window: bottom - top))
            (done, last) = (to, top)
        }
        self.bands = bands
        window = bands.reduce(0) { max($0, $1.window) }
        self.rows = rows
    }
}
