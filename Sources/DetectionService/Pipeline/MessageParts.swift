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

/// A message of images that was read, on its way to the queue.
struct OpenMessage {
    let message: FrameDecoder.Message
    /// What the queue is told of it.
    let arrival: Arrival
    /// Which of its parts are what.
    let layout: MessageLayout
}

/// Which parts of a message are what.
struct MessageLayout: Sendable, Equatable {
    var topic: MessageParts.Place?
    /// The part with the header; nil for a frame without one.
    var header: MessageParts.Place?
    /// The part with the images; nil where they are inside the header.
    var payload: MessageParts.Place?
    /// Whether it has no header because all its images are of one kind.
    var isBare = false

    /// Parts up to the last of these.
    var parts: Int {
        switch payload ?? header {
        case .first: 1
        case .second: 2
        default: 3
        }
    }
}
