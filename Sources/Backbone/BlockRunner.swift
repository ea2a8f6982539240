import Tensors

/// Computes some rows of one block's output; belongs to one thread.
final class BlockRunner {
    private let expand: Convolution
    private let depthwise: Convolution
    private let project: Convolution
    private let bands: Bands
    /// Expanded rows that a band sees, and what the depthwise convolution makes of them.
    private let window: FeatureMap
    private let filtered: FeatureMap
    /// Rows of the input that one expanded row takes, and the step from one to the next.
    private let reach: (kernel: Int, stride: Int)

    /// The three convolutions of a block with the sizes and steps of their maps.
    struct Layers {
        let expand: Convolution
        let depthwise: Convolution
        let project: Convolution
    }

    /// For `output` rows of a block; `scratch` is room for its window and for what is filtered, which nobody needs
    /// after it has run.
    init(
        _ layers: Layers, bands: Bands, window: FeatureMap, filtered: FeatureMap
    ) {
        (expand, depthwise, project) = (layers.expand, layers.depthwise, layers.project)
        (self.bands, self.window, self.filtered) = (bands, window, filtered)
        reach = (expand.shape.kernel, expand.shape.stride)
        for band in bands.bands {
            expand.prepare(rows: rowsIn(of: band))
            depthwise.prepare(rows: band.window)
            project.prepare(rows: band.output.count)
        }
    }

    private func rowsIn(of band: Bands.Band) -> Int {
        (band.expanded.count - 1) * reach.stride + reach.kernel
    }

    /// Computes the rows: for a block that adds to what goes in `output` is `input` itself, or another map, into
    /// which the rows are copied first.
    func run(_ input: FeatureMap, into output: FeatureMap) {
        for band in bands.bands { run(band, input, output) }
    }

    private func run(_ band: Bands.Band, _ input: FeatureMap, _ output: FeatureMap) {
        if !band.kept.isEmpty {
            window.moveRows(from: band.kept.lowerBound, count: band.kept.count, to: 0)
        }
        window.clearRows(0..<band.above)
        expand.apply(
            to: input, row: band.expanded.lowerBound * reach.stride, rows: rowsIn(of: band),
            into: window, at: band.place)
        window.clearRows((band.place + band.expanded.count)..<band.window)
        depthwise.apply(to: window, row: 0, rows: band.window, into: filtered, at: 0)
        if project.shape.isAdding { output.copyRows(band.output, of: input) }
        project.apply(
            to: filtered, row: 0, rows: band.output.count, into: output,
            at: band.output.lowerBound)
    }

    /// The same, and raises the ranges of the block to how large its activations became.
    func observe(
        _ input: FeatureMap, into output: FeatureMap, block: Int, _ ranges: inout BackboneRanges
    ) {
        for band in bands.bands {
            run(band, input, output)
            window.addMagnitudes(ofRows: 0..<band.window, to: &ranges.expanded[block])
            filtered.addMagnitudes(
                ofRows: 0..<band.output.count, to: &ranges.filtered[block])
            output.addMagnitudes(ofRows: band.output, to: &ranges.outputs[block])
        }
    }
}
