import Tensors

extension Scorer {
    /// Scores `count` 8-bit images, one after the other in `pixels`, batch by batch.
    ///
    /// `labels` holds the class of each and is needed by conditional models alone. After each batch `visit` is called with the number of images in it; `activations` then holds
    /// their posteriors and reconstructions.
    public func scores(
        ofImages pixels: [UInt8], count: Int, labels: [UInt8]? = nil,
        visit: (Int) -> Void = { _ in }
    ) -> [Scores] {
        let inputs = weights.architecture.inputs
        precondition(pixels.count == count * inputs, "the pixels are not \(count) images")
        let images = Matrix(rows: activations.capacity, columns: inputs)
        var all: [Scores] = []
        all.reserveCapacity(count)
        for first in stride(from: 0, to: count, by: activations.capacity) {
            let batch = min(activations.capacity, count - first)
            for row in 0..<batch {
                let start = (first + row) * inputs
                images.setRow(
                    row, pixels: pixels.span.extracting(start..<(start + inputs)))
            }
            activations.setClasses(of: first..<(first + batch), in: labels)
            score(images.rows(0..<batch))
            all += scores[..<batch]
            visit(batch)
        }
        return all
    }
}
