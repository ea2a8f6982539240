import Tensors

extension Scorer {
    /// Scores `count` 8-bit images, one after the other in `pixels`, batch by batch.
    ///
    /// After each batch `visit` is called with the number of images in it; `activations` then holds
    /// their posteriors and reconstructions.
    public func scores(
        ofImages pixels: [UInt8], count: Int, visit: (Int) -> Void = { _ in }
    ) -> [Scores] {
        let inputs = parameters.architecture.inputs
        precondition(pixels.count == count * inputs, "the pixels are not \(count) images")
        let images = Matrix(rows: activations.capacity, columns: inputs)
        var all: [Scores] = []
        all.reserveCapacity(count)
        for first in stride(from: 0, to: count, by: activations.capacity) {
            let batch = min(activations.capacity, count - first)
            for row in 0..<batch {
                let start = (first + row) * inputs
                images.setRow(
                    row, bytes: pixels.span.extracting(start..<(start + inputs)), dividedBy: 255)
            }
            score(images.rows(0..<batch))
            all += scores[..<batch]
            visit(batch)
        }
        return all
    }
}
