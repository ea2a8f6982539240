import Frames

/// The parts of a message that may hold a frame, as they lie in their socket's memory.
struct MessageParts: ~Escapable {
    /// Where a part is.
    enum Place: Sendable { case first, second, third }

    private let first: Span<UInt8>
    private let second: Span<UInt8>
    private let third: Span<UInt8>
    /// How many parts the message has, of which the first three are here.
    let count: Int

    /// A message of `count` parts; what lies in places beyond them is not looked at.
    @_lifetime(copy first, copy second, copy third)
    init(count: Int, _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>) {
        (self.first, self.second, self.third) = (first, second, third)
        self.count = count
    }

    /// The bytes of a part; none if the message does not have it.
    subscript(place: Place) -> Span<UInt8> {
        @_lifetime(copy self)
        get {
            switch place {
            case .first: count > 0 ? first : Span()
            case .second: count > 1 ? second : Span()
            case .third: count > 2 ? third : Span()
            }
        }
    }

    /// The bytes of a part, or `other` where there is no place.
    @_lifetime(copy self, copy other)
    func bytes(_ place: Place?, or other: Span<UInt8>) -> Span<UInt8> {
        if let place { self[place] } else { other }
    }
}

/// A message whose images are being added to the queue: what was read of it, and how far that is.
struct OpenMessage {
    let message: FrameDecoder.Message
    /// How many parts it has.
    let parts: Int
    /// What the queue is told of its images.
    let arrival: Arrival
    /// The part with its header; nil for a frame without one.
    let header: MessageParts.Place?
    /// The part with its images; nil where they are inside the header.
    let payload: MessageParts.Place?
    /// Whether it has no header because all its images are of one kind.
    let isBare: Bool
    var nextImage = 0
}
