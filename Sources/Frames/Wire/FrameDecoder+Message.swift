import Images
import Platform
import Tensors

extension FrameDecoder {
    /// A message whose header was read and whose size is right: its images can be added one by one.
    public struct Message: Sendable {
        /// The images in it.
        public let images: Int
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
        private var prepared: Prepared?

        /// What is in the payload.
        enum Content: Sendable {
            /// Images that need nothing but scaling to [0, 1].
            case ready
            /// Pictures of this size, in bytes.
            case array(PictureExtent)
            /// One encoded picture.
            case encoded(PictureFormat)
        }

        /// What became of the picture at `index`, and the size it had if the header does not say.
        private struct Prepared {
            let index: Int
            let pixels: Result<[UInt8], Rejection>
            var extent: PictureExtent?
        }

        init(
            images: Int, source: Source, header: FrameHeader, type: ElementType, sequence: UInt64,
            content: Content, preparation: ImagePreparation
        ) {
            self.images = images
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

        /// Decodes and preprocesses the `image`-th picture of `payload` if it needs that and is not
        /// the last that was; what is wrong with it is told when it is added.
        ///
        /// The work of adding a picture, done before it in a place where nobody waits.
        public mutating func prepare(_ image: Int, of payload: Span<UInt8>) {
            if case .ready = content { return }
            guard prepared?.index != image else { return }
            prepared = preparing(image, of: payload)
        }

        private func preparing(_ image: Int, of payload: Span<UInt8>) -> Prepared? {
            do throws(Rejection) {
                switch content {
                case .ready: return nil
                case .array(let extent):
                    let size = extent.rows * extent.columns * extent.channels
                    let picture = payload.extracting((image * size)..<((image + 1) * size))
                    return Prepared(
                        index: image,
                        pixels: .success(try preparation.image(ofArray: picture, extent)))
                case .encoded(let format):
                    let (pixels, extent) = try preparation.decode(payload, format)
                    return Prepared(index: image, pixels: .success(pixels), extent: extent)
                }
            } catch { return Prepared(index: image, pixels: .failure(error)) }
        }

        /// Writes the `image`-th image of `payload` into a row of `images`.
        ///
        /// Throws `notFinite`, `outOfRange` or, of pictures, `badImage`, `badShape` or
        /// `imageTooLarge`; the row's contents are then meaningless.
        func decode(
            _ image: Int, of payload: Span<UInt8>, intoRow row: Int, of images: borrowing ImageBatch
        ) throws(Rejection) {
            if case .ready = content {
                let size = images.columns * type.size
                return try type.decode(
                    payload.extracting((image * size)..<((image + 1) * size)), intoRow: row,
                    of: images)
            }
            let latest = prepared?.index == image ? prepared : preparing(image, of: payload)
            guard let latest else { throw .badShape }
            let pixels = try latest.pixels.get()
            images.setRow(row, bytes: pixels.span)
        }

        /// The frame of the `image`-th image.
        func frame(_ image: Int, received: UnixTime) -> Frame {
            var frame = Frame(
                source: source.index, sequence: sequence, received: received, type: type)
            (frame.index, frame.images) = (image, images)
            frame.decoded = prepared?.extent
            return frame
        }
    }
}
