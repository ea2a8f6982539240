public import Images
import Platform
public import Tensors

extension FrameDecoder {
    /// A message whose header was read and whose size is right: its images can be decoded one by one.
    ///
    /// It holds none of the message's bytes and never changes.
    public struct Message: Sendable {
        /// The images in it.
        public var images: Int { contents.images }
        /// The bytes that its payload takes.
        public let bytes: Int
        /// The bytes that header and payload take.
        public let size: Int
        /// Who sent it.
        public let source: Source
        /// The number its sender gave it.
        public var sentSequence: UInt64? { header.sequence }
        let header: FrameHeader
        /// The sender's number, or else ours.
        public let sequence: UInt64
        let contents: Contents
        private let carrier: Carrier
        private let preparation: ImagePreparation

        init(
            _ contents: Contents, in carrier: Carrier, bytes: Int, size: Int, header: FrameHeader,
            sequence: UInt64, source: Source, preparation: ImagePreparation
        ) {
            (self.contents, self.carrier, self.bytes, self.size) = (contents, carrier, bytes, size)
            (self.header, self.sequence, self.source) = (header, sequence, source)
            self.preparation = preparation
        }

        /// Whether it holds pictures that have to be decoded or preprocessed.
        public var hasPictures: Bool {
            if case .ready = contents.form, case .payload = carrier { false } else { true }
        }

        /// Whether its images need no more than to be converted one by one from the payload.
        var isPlain: Bool {
            !hasPictures && contents.padding == nil && contents.largest == nil
        }

        /// Writes the `image`-th image into a row of `images`, decoding and preprocessing it if it is a
        /// picture; returns the size that the picture had.
        ///
        /// `payload` and `header` are the bytes that the message was opened with. Throws `notFinite`,
        /// `outOfRange` or, of pictures, `badImage`, `badShape`, `imageTooLarge` or
        /// `badEmbeddedPixels`; the row's contents are then meaningless. Whoever holds the row may call
        /// it, on any thread.
        public func decode(
            _ image: Int, of payload: Span<UInt8>, header: Span<UInt8>, intoRow row: Int,
            of images: borrowing ImageBatch
        ) throws(Rejection) -> ImageShape? {
            if case .payload = carrier {
                return try decode(image, of: payload, contents.type, intoRow: row, of: images)
            }
            let pixels = try carrier.pixels(in: header, as: contents.type)
            return try decode(
                image, of: pixels.span, carrier.storedType(contents.type), intoRow: row,
                of: images)
        }

        private func decode(
            _ image: Int, of bytes: Span<UInt8>, _ type: ElementType, intoRow row: Int,
            of images: borrowing ImageBatch
        ) throws(Rejection) -> ImageShape? {
            if case .encoded(let format) = contents.form {
                let (pixels, original) = try preparation.decode(bytes, format)
                images.setRow(row, bytes: pixels.span)
                return original
            }
            if let padding = contents.padding {
                let pixels = padding.remove(from: bytes, image: image)
                return try write(pixels.span, type, intoRow: row, of: images)
            }
            // The message was found to hold so many whole images.
            let size = bytes.count / contents.images
            return try write(
                bytes.extracting((image * size)..<((image + 1) * size)), type, intoRow: row,
                of: images)
        }

        /// Writes the pixels of one image into a row; the size of the picture that they are, if they are one.
        private func write(
            _ pixels: Span<UInt8>, _ type: ElementType, intoRow row: Int,
            of images: borrowing ImageBatch
        ) throws(Rejection) -> ImageShape? {
            guard case .array(let picture) = contents.form else {
                try type.decode(pixels, largest: contents.largest, intoRow: row, of: images)
                return nil
            }
            if picture.isInterleaved, contents.largest == nil {
                let image = try prepared(pixels, picture)
                images.setRow(row, bytes: image.span)
                return picture.shape
            }
            var plain = picture.interleaved(pixels)
            if let largest = contents.largest { try spread(&plain, from: largest) }
            let image = try prepared(plain.span, picture)
            images.setRow(row, bytes: image.span)
            return picture.shape
        }

        private func prepared(
            _ pixels: Span<UInt8>, _ picture: PictureArray
        ) throws(Rejection) -> [UInt8] {
            try preparation.image(
                ofArray: pixels, picture.shape, order: header.layout.order)
        }

        /// Brings bytes of which `largest` is white to 0 to 255.
        private func spread(_ pixels: inout [UInt8], from largest: UInt32) throws(Rejection) {
            for index in pixels.indices {
                let pixel = UInt32(pixels[index])
                guard pixel <= largest else { throw .outOfRange }
                pixels[index] = UInt8((pixel * 255 + largest / 2) / largest)
            }
        }

        /// The frame of the `image`-th image, which was made of a picture of that size.
        func frame(_ image: Int, received: UnixTime, picture: ImageShape?) -> Frame {
            var frame = Frame(
                source: source.index, sequence: sequence, received: received, type: contents.type)
            (frame.index, frame.images) = (image, images)
            frame.picture = picture
            if case .encoded = contents.form { frame.isEncoded = true }
            return frame
        }
    }
}
