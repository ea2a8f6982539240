import Images

extension FrameDecoder {
    /// What was found of the images of a message.
    struct Contents: Sendable {
        /// How a number of theirs is stored.
        let type: ElementType
        /// How many there are.
        let images: Int
        /// The bytes of all of them together, without padding; of an encoded picture, as sent.
        let bytes: Int
        /// What is to be done to them.
        let form: Form
        /// How their rows are padded, if they are.
        var padding: Padding?
        /// The largest value that a pixel may have, where that is not the type's.
        var largest: UInt32?

        /// What images are.
        enum Form: Sendable {
            /// Images that need nothing but scaling to [0, 1].
            case ready
            /// Pictures that lie like this, in bytes.
            case array(PictureArray)
            /// One encoded picture.
            case encoded(ImageFormat)
        }

        init(_ type: ElementType, images: Int, bytes: Int, _ form: Form) {
            (self.type, self.images, self.bytes, self.form) = (type, images, bytes, form)
        }
    }

    /// Where the pixels of a message are: in its payload, or else inside its header.
    func carrier(
        _ header: FrameHeader, _ text: Span<UInt8>, _ payload: Span<UInt8>
    ) -> Carrier {
        guard payload.count == 0, let picture = header.picture else { return .payload }
        return text[picture.lowerBound] == UInt8(ascii: "[")
            ? .numbers(picture) : .base64(Base64.body(picture, of: text))
    }

    /// Checks what a header says against what there is.
    func inspect(
        _ header: FrameHeader, _ text: Span<UInt8>, _ payload: Span<UInt8>, _ carrier: Carrier
    ) throws(Rejection) -> Contents {
        switch carrier {
        case .payload:
            return try inspect(
                header, text, header.saysArray ? nil : ImageFormat(payload), bytes: payload.count,
                extents: header.extents,
                hasExtents: header.hasExtents)
        case .base64(let picture):
            guard let start = Base64.decode(picture, of: text, limit: 16) else {
                throw .badEmbeddedPixels
            }
            let format = ImageFormat(start.span)
            let isArray = if case .absent = header.dtype { format == nil } else { true }
            // How many bytes a picture has is no matter, and counting them takes time.
            guard let bytes = isArray ? Base64.count(picture, of: text) : picture.count else {
                throw .badEmbeddedPixels
            }
            let found = try inspect(
                header, text, format, bytes: bytes, extents: header.extents,
                hasExtents: header.hasExtents)
            guard found.images <= Carrier.imageLimit else { throw .badShape }
            return found
        case .numbers(let picture):
            guard let list = NumberList(picture, of: text) else { throw .badEmbeddedPixels }
            return try inspect(header, text, list)
        }
    }

    /// The same of an array that is written out.
    private func inspect(
        _ header: FrameHeader, _ text: Span<UInt8>, _ list: NumberList
    ) throws(Rejection) -> Contents {
        var header = header
        if case .absent = header.dtype, let type = list.impliedType { header.dtype = .known(type) }
        let type: ElementType
        switch header.dtype {
        case .known(let known): type = known
        case .absent: throw list.maximum > 255 ? .pixelRangeUnknown : .noDtype
        case .unknown: throw .unknownDtype
        }
        let (size, overflow) = list.count.multipliedReportingOverflow(by: type.size)
        guard !overflow else { throw .badByteCount }
        let found = try inspect(
            header, text, nil, bytes: size,
            extents: header.hasExtents ? header.extents : list.extents,
            hasExtents: true)
        guard found.images <= Carrier.imageLimit else { throw .badShape }
        // Numbers that are written out have no padding, and are stored otherwise than its bytes say.
        guard found.padding == nil else { throw .badByteCount }
        return found
    }

    private func inspect(
        _ header: FrameHeader, _ text: Span<UInt8>, _ format: ImageFormat?, bytes: Int,
        extents: FrameHeader.Extents, hasExtents: Bool
    ) throws(Rejection) -> Contents {
        if !header.saysArray, let format {
            return Contents(ElementType(.uint8), images: 1, bytes: bytes, .encoded(format))
        }
        guard !header.layout.isUnreadable else { throw .badLayout }
        let type: ElementType
        switch header.dtype {
        case .known(let known): type = known
        case .absent: throw .noDtype
        case .unknown: throw .unknownDtype
        }
        guard hasExtents else { throw .noShape }
        return try inspect(header, text, type, bytes: bytes, extents)
    }

    /// The images in an array, and what is to be done to them.
    private func inspect(
        _ header: FrameHeader, _ text: Span<UInt8>, _ type: ElementType, bytes: Int,
        _ extents: FrameHeader.Extents
    ) throws(Rejection) -> Contents {
        let (images, size, form, rows) = try form(header, type, bytes: bytes, extents)
        // Extents are below 2³¹ and sizes below 2²⁹, so this product cannot overflow.
        let whole = images * size
        var found = Contents(type, images: images, bytes: whole, form)
        if bytes != whole {
            found.padding =
                header.pitches(text).lazy.compactMap { pitch in
                    Padding(rows: rows, size: size, pitch: pitch, images: images, bytes: bytes)
                }.first
            guard found.padding != nil else { throw .badByteCount }
        } else if header.isColumnMajor(extents, text) {
            throw .badLayout
        }
        return found
    }

    private func form(
        _ header: FrameHeader, _ type: ElementType, bytes: Int, _ extents: FrameHeader.Extents
    ) throws(Rejection) -> (images: Int, size: Int, Contents.Form, rows: Int) {
        let (shape, layout) = (preparation.shape, header.layout)
        let prepares = !preparation.preprocessing.isEmpty
        // To a model that takes pictures of any size, [600, 784] is one, not 600 rows of pixels.
        let exact =
            shape.channels == 1 && extents.mayBeExact(layout)
            ? extents.images(of: shape, takesFlatBatches: !prepares) : nil
        if exact != nil, preparation.takesColor, layout.color == nil,
            extents.beginsWithColor(layout)
        {
            // Three grey images, or one in colour: there is no telling.
            throw .badLayout
        }
        if let exact, preparation.isIdle {
            let rows = extents.count > 1 ? shape.rows : 0
            return (exact, shape.pixels * type.size, .ready, rows)
        }
        let isYUV = layout.color?.isYUV == true
        guard prepares, preparation.takesColor || !isYUV else { throw .badShape }
        let (images, picture) =
            if let exact {
                (exact, PictureArray(shape))
            } else if isYUV {
                try extents.pictures(
                    for: preparation, layout, step: header.step, bytes: bytes)
            } else {
                try extents.pictures(for: preparation, layout)
            }
        guard images <= preparation.batchLimit else { throw .badShape }
        guard type.kind == .uint8 else { throw .notBytes }
        return (images, picture.bytes, .array(picture), picture.rows)
    }
}

extension FrameHeader {
    /// Bytes that may lie between the starts of two rows.
    fileprivate func pitches(_ text: Span<UInt8>) -> [Int] {
        var pitches = step.map { [$0] } ?? []
        if let strides = strides.map({ Extents($0, text) }), !strides.isImpossible {
            for index in 0..<strides.count { pitches.append(strides[index]) }
        }
        return pitches
    }

    /// Whether `strides` says that the first index changes fastest, as in Fortran.
    fileprivate func isColumnMajor(_ extents: Extents, _ text: Span<UInt8>) -> Bool {
        guard let strides = strides.map({ Extents($0, text) }), !strides.isImpossible,
            strides.count > 1, strides.count == extents.count
        else { return false }
        return strides[0] < strides[strides.count - 1] && extents[0] > 1
            && extents[extents.count - 1] > 1
    }
}

extension FrameHeader.Extents {
    /// Whether an array may be images of the model's size as they are, for all that its header says.
    fileprivate func mayBeExact(_ layout: PixelLayout) -> Bool {
        switch layout.color {
        case nil, .grey: break
        default: return false
        }
        return layout.axes != .channelsFirst || count < 3 || self[count - 3] == 1
    }
}
