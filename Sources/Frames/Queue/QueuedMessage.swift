import Platform
import Synchronization

/// A message that waits to be decoded, in a place of the queue's that is used again and again.
///
/// `@unchecked Sendable` because what is in it changes only while nobody else looks: the queue fills
/// it, under the lock that guards the queue, before any of its images are claimed, and fills it again
/// only after every claim on its images has been released under that lock. In between, the batches
/// that have claimed images of it read it, outside the lock; the lock orders the one before the other.
/// What is left of it, `undecoded`, is atomic, since batches of several threads count it down.
final class QueuedMessage: @unchecked Sendable {
    /// Its place in the queue.
    let place: MessageIndex
    /// What all of its images have in common.
    private(set) var images = ReadyImages()
    /// The whole of it, unless `images` says all there is to know.
    private(set) var message: FrameDecoder.Message?
    /// Who sent it.
    private(set) var source: Source?
    /// Where the verdicts go, if its sender waits for them.
    private(set) var reply: ReplyAddress?
    private(set) var bytes: (any MessageBytes)?
    /// Images that are neither decoded nor dropped; at 0 the bytes are given back.
    private let undecoded = Atomic<Int>(0)

    init(place: MessageIndex) { self.place = place }

    /// Puts a message here; the place is free.
    func fill(
        _ message: FrameDecoder.Message, _ arrival: Arrival, bytes: any MessageBytes
    ) {
        images = ReadyImages(message, received: arrival.received)
        if !message.isPlain { self.message = message }
        if source !== message.source { source = message.source }
        if let reply = arrival.reply { self.reply = reply }
        self.bytes = bytes
        undecoded.store(message.images, ordering: .relaxed)
    }

    /// Notes that so many images will not be looked at any more; the last gives the bytes back.
    func finish(_ images: Int) {
        let (_, left) = undecoded.subtract(images, ordering: .acquiringAndReleasing)
        precondition(left >= 0, "an image was decoded twice")
        if left == 0 { bytes?.discard() }
    }

    /// Forgets the message, on whose images nobody has a claim; what its bytes were in can be filled
    /// again.
    func clear() -> (any MessageBytes)? {
        if message != nil { message = nil }
        if reply != nil { reply = nil }
        return bytes.take()
    }
}

/// What is known of a message whose images need no more than to be copied: numbers alone, as the
/// thread that scores would count references for everything else, against the one that receives.
struct ReadyImages {
    private(set) var header = FrameHeader()
    private(set) var frame: Frame
    /// Bytes of an image.
    private var size = 0
    /// Whether there is nothing else to know.
    private(set) var isPlain = true
    /// Bytes that count towards a batch's pictures.
    private(set) var pictureBytes = 0
    /// The number that the sender gave it.
    private(set) var sentSequence: UInt64?

    /// Of no message.
    init() {
        frame = Frame(
            source: SourceIndex(0), sequence: 0, received: UnixTime(nanoseconds: 0),
            type: ElementType(.uint8))
    }

    init(_ message: FrameDecoder.Message, received: UnixTime) {
        header = message.header
        frame = message.frame(0, received: received, picture: nil)
        size = message.bytes / message.images
        isPlain = message.isPlain
        pictureBytes = message.hasPictures ? message.size / message.images : 0
        sentSequence = message.sentSequence
    }

    /// Writes the `image`-th image into a row, and returns its frame.
    ///
    /// Throws `notFinite` or `outOfRange`; the row's contents are then meaningless.
    func decode(
        _ image: Int, of payload: Span<UInt8>, intoRow row: Int, of rows: FrameRows
    ) throws(Rejection) -> Frame {
        try frame.type.decode(
            payload.extracting((image * size)..<((image + 1) * size)), intoRow: row,
            of: rows.images)
        var frame = frame
        frame.index = image
        return frame
    }
}
