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

    /// The extents of one picture, whose channels may be left out.
    init(rows: Int, columns: Int, channels: Int?) {
        append(rows)
        append(columns)
        if let channels { append(channels) }
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

    /// The number of pictures that an array of these extents holds, and how they lie in it.
    ///
    /// Read are `[h, w, c]`, `[c, h, w]` and `[h, w]`, after a batch axis or not: what `layout` says,
    /// and else the first of these that can be. Throws what `preparation` has against them.
    func pictures(
        for preparation: ImagePreparation, _ layout: PixelLayout
    ) throws(Rejection) -> (images: Int, picture: PictureArray) {
        guard !isImpossible else { throw .badShape }
        let isPlanar =
            layout.axes == .channelsFirst || preparation.takesColor && beginsWithColor(layout)
        if isPlanar, count >= 3 {
            let axis = count - 3
            let picture = ImageShape(
                rows: self[axis + 1], columns: self[axis + 2], channels: self[axis])
            if let images = batch(axis), try preparation.admits(picture, layout) {
                return (images, PictureArray(picture, isPlanar: picture.channels > 1))
            }
        }
        if layout.axes != .channelsFirst, count >= 3 {
            let axis = count - 3
            let picture = ImageShape(
                rows: self[axis], columns: self[axis + 1], channels: self[axis + 2])
            if let images = batch(axis), try preparation.admits(picture, layout) {
                return (images, PictureArray(picture))
            }
        }
        if layout.color != .grey, endsWithChannels(preparation.sideLimit) { throw .badLayout }
        if count == 2 || count > 2 && layout.axes == nil {
            let axis = count - 2
            let picture = ImageShape(rows: self[axis], columns: self[axis + 1])
            if let images = batch(axis), try preparation.admits(picture, layout) {
                return (images, PictureArray(picture))
            }
        }
        throw .badShape
    }

    /// Whether an array is rather one picture of a few channels, of a number that is not taken, than
    /// many grey ones of a few columns.
    private func endsWithChannels(_ sideLimit: Int) -> Bool {
        guard count >= 3 else { return false }
        let (rows, columns, last) = (self[count - 3], self[count - 2], self[count - 1])
        let sides = (8 * last)...max(8 * last, sideLimit)
        return 2...16 ~= last && sides ~= rows && sides ~= columns
    }

    /// Whether an array is one of colour planes, and can be nothing else but a batch of three grey
    /// pictures: `[3, h, w]`, or `[n, 3, h, w]`, which cannot even be that.
    func beginsWithColor(_ layout: PixelLayout) -> Bool {
        guard layout.axes == nil, layout.color != .grey, 3...4 ~= count else { return false }
        return self[count - 3] == 3 && ![1, 3, 4].contains(self[count - 1])
    }

    /// The pictures of brightness and colour apart in an array of these extents and so many bytes.
    ///
    /// `[h, w]` may be the picture's size or, as OpenCV has it, that of the bytes: `[h * 3 / 2, w]`,
    /// `[h, w, 2]`. Rows are `step` bytes apart if that is given.
    func pictures(
        for preparation: ImagePreparation, _ layout: PixelLayout, step: Int?, bytes: Int
    ) throws(Rejection) -> (images: Int, picture: PictureArray) {
        let isPaired = count >= 3 && self[count - 1] == 2 && layout.color != .yuv420
        let axis = count - (isPaired ? 3 : 2)
        guard !isImpossible, axis >= 0, let images = batch(axis) else { throw .badShape }
        let (rows, columns) = (self[axis], self[axis + 1])
        let limit = 2 * preparation.sideLimit
        guard rows <= limit, columns <= limit else { throw .imageTooLarge }
        let sample = layout.color == .yuv420 ? 1 : 2
        let pitch = step ?? sample * columns
        guard pitch >= sample * columns, pitch <= 8 * limit, bytes % images == 0 else {
            throw .badByteCount
        }
        let (size, area) = (bytes / images, rows * pitch)
        var picture = ImageShape(rows: rows, columns: columns)
        if case .yuv422 = layout.color {
            guard size == area else { throw .badByteCount }
        } else if size == area, rows % 3 == 0 {
            picture.rows = rows / 3 * 2
        } else if 2 * size != 3 * area {
            throw .badByteCount
        }
        let color = ImageShape(rows: picture.rows, columns: picture.columns, channels: 3)
        guard picture.rows % 2 == 0 || sample == 2, picture.columns % 2 == 0,
            try preparation.admits(color)
        else { throw .badShape }
        return (images, PictureArray(brightnessOf: picture, layout, pitch: pitch, bytes: size))
    }

    /// The images that the axes before `axis` are: one without any, or those of a batch.
    private func batch(_ axis: Int) -> Int? {
        axis == 0 ? 1 : axis == 1 && self[0] > 0 ? self[0] : nil
    }
}
