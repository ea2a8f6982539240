public import Images
import Platform
public import Tensors

extension FrameDecoder {
    /// A message whose header was read and whose size is right: its images can be decoded one by one.
    ///
    /// It holds none of the message's bytes and never changes.
    public struct Message: Sendable {
        /// The images in it.
        public let images: Int
        /// The bytes that its payload takes.
        public let bytes: Int
        /// Who sent it.
        public let source: Source
        /// The number its sender gave it.
        public let sentSequence: UInt64?
        let header: FrameHeader
        let type: ElementType
        /// The sender's number, or else ours.
        public let sequence: UInt64
        let content: Content
        let preparation: ImagePreparation

        /// What is in the payload.
        enum Content: Sendable {
            /// Images that need nothing but scaling to [0, 1].
            case ready
            /// Pictures of this size, in bytes.
            case array(ImageShape)
            /// One encoded picture.
            case encoded(ImageFormat)
        }

        init(
            images: Int, bytes: Int, source: Source, header: FrameHeader, type: ElementType,
            sequence: UInt64,
            content: Content, preparation: ImagePreparation
        ) {
            self.images = images
            self.bytes = bytes
            self.source = source
            sentSequence = header.sequence
            self.header = header
            self.type = type
            self.sequence = sequence
            self.content = content
            self.preparation = preparation
        }

        /// Whether it holds pictures that have to be decoded or preprocessed.
        public var hasPictures: Bool {
            if case .ready = content { false } else { true }
        }

        /// Writes the `image`-th image into a row of `images`, decoding and preprocessing it if it is a
        /// picture; returns the size that an encoded picture had.
        ///
        /// `payload` and `header` are the bytes that the message was opened with. Throws `notFinite`,
        /// `outOfRange` or, of pictures, `badImage`, `badShape` or `imageTooLarge`; the row's contents
        /// are then meaningless. Whoever holds the row may call it, on any thread.
        public func decode(
            _ image: Int, of payload: Span<UInt8>, header: Span<UInt8>, intoRow row: Int,
            of images: borrowing ImageBatch
        ) throws(Rejection) -> ImageShape? {
            // The payload was found to hold so many whole images.
            let size = bytes / self.images
            switch content {
            case .ready:
                try type.decode(
                    payload.extracting((image * size)..<((image + 1) * size)), intoRow: row,
                    of: images)
                return nil
            case .array(let picture):
                let pixels = payload.extracting((image * size)..<((image + 1) * size))
                let prepared = try preparation.image(ofArray: pixels, picture)
                images.setRow(row, bytes: prepared.span)
                return nil
            case .encoded(let format):
                let (pixels, original) = try preparation.decode(payload, format)
                images.setRow(row, bytes: pixels.span)
                return original
            }
        }

        /// The frame of the `image`-th image, which was decoded from a picture of that size.
        func frame(_ image: Int, received: UnixTime, decoded: ImageShape?) -> Frame {
            var frame = Frame(
                source: source.index, sequence: sequence, received: received, type: type)
            (frame.index, frame.images) = (image, images)
            frame.decoded = decoded
            return frame
        }
    }
}
