public import Images

extension FrameHeader.Extents {
    /// Reads `[28, 28]`; anything but a list of plain numbers is impossible.
    init(_ value: Range<Int>, _ text: Span<UInt8>) {
        var cursor = JSONCursor(at: value.lowerBound)
        guard cursor.take(UInt8(ascii: "["), in: text) else {
            isImpossible = true
            return
        }
        if cursor.take(UInt8(ascii: "]"), in: text) { return }
        repeat {
            guard let extent = cursor.integer(in: text), extent >= 0, extent < 1 << 31, count < 8
            else {
                isImpossible = true
                return
            }
            append(extent)
        } while cursor.take(UInt8(ascii: ","), in: text)
        isImpossible = !cursor.take(UInt8(ascii: "]"), in: text)
    }

    /// Extents already in memory, as of a `.npy` file.
    public init(_ shape: [Int]) {
        for extent in shape {
            guard extent >= 0, extent < 1 << 31, count < 8 else {
                isImpossible = true
                return
            }
            append(extent)
        }
    }

    private mutating func append(_ extent: Int) {
        switch count {
        case 0: values.0 = extent
        case 1: values.1 = extent
        case 2: values.2 = extent
        case 3: values.3 = extent
        case 4: values.4 = extent
        case 5: values.5 = extent
        case 6: values.6 = extent
        default: values.7 = extent
        }
        count += 1
    }

    /// The extent at `index`.
    subscript(index: Int) -> Int {
        switch index {
        case 0: values.0
        case 1: values.1
        case 2: values.2
        case 3: values.3
        case 4: values.4
        case 5: values.5
        case 6: values.6
        default: values.7
        }
    }

    /// The number of images of this shape that an array of these extents holds.
    ///
    /// Accepted are an image as `[r, c]` or `[r·c]`, with a channel axis of 1 first or last,
    /// and any of these after a batch axis N. Throws `badShape` for everything else.
    public func images(of shape: ImageShape) throws(Rejection) -> Int {
        guard let images = images(of: shape, takesFlatBatches: true) else { throw .badShape }
        return images
    }

    /// The same, or nil; `[N, r·c]` only if `takesFlatBatches`.
    func images(of shape: ImageShape, takesFlatBatches: Bool) -> Int? {
        let (rows, columns) = (shape.rows, shape.columns)
        guard !isImpossible, count > 0 else { return nil }
        var end = count
        if end >= 3, self[end - 1] == 1, self[end - 2] == columns, self[end - 3] == rows {
            end -= 1
        }
        if end >= 2, self[end - 1] == columns, self[end - 2] == rows {
            end -= 2
        } else if self[end - 1] == rows * columns, end == 1 || takesFlatBatches {
            end -= 1
        } else {
            return nil
        }
        // What is left may be nothing, a batch axis, or a batch axis and a channel axis of 1.
        guard end <= 2, end < 2 || self[1] == 1, end == 0 || self[0] > 0 else { return nil }
        return end == 0 ? 1 : self[0]
    }

    /// The number of pictures that an array of these extents holds, and their size.
    ///
    /// Read are `[h, w, c]` and `[h, w]`, after a batch axis or not, and the former first:
    /// `[480, 640, 3]` is one picture. Throws what `preparation` has against them.
    func pictures(
        for preparation: ImagePreparation
    ) throws(Rejection) -> (images: Int, picture: ImageShape) {
        if !isImpossible, count >= 3 {
            let axis = count - 3
            let picture = ImageShape(
                rows: self[axis], columns: self[axis + 1], channels: self[axis + 2])
            if let images = batch(axis), try preparation.admits(picture) {
                return (images, picture)
            }
        }
        if !isImpossible, count >= 2 {
            let axis = count - 2
            let picture = ImageShape(rows: self[axis], columns: self[axis + 1])
            if let images = batch(axis), try preparation.admits(picture) {
                return (images, picture)
            }
        }
        throw .badShape
    }

    /// The images that the axes before `axis` are: one without any, or those of a batch.
    private func batch(_ axis: Int) -> Int? {
        axis == 0 ? 1 : axis == 1 && self[0] > 0 ? self[0] : nil
    }
}
