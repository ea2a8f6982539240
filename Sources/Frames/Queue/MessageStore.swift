/// The places of the messages that a queue holds, waiting or claimed by batches.
///
/// Part of a `FrameQueue` and guarded as that is; `QueuedMessage` says why their contents can be read
/// outside its lock. Places are made when they are first needed and used again ever after, the last
/// one given back first, while it is in the caches.
struct MessageStore: ~Copyable {
    private var messages: [QueuedMessage] = []
    private var free: [MessageIndex] = []
    /// Images of each message that wait or are claimed.
    private var outstanding: [Int] = []

    /// What discarded bytes were in.
    private var spares: [any MessageBytes] = []

    /// Takes what can be received into again, if there is any.
    mutating func takeSpare() -> (any MessageBytes)? { spares.popLast() }

    /// Keeps what can be received into again.
    mutating func spare(_ bytes: any MessageBytes) { spares.append(bytes) }

    /// The message at a place.
    subscript(place: MessageIndex) -> QueuedMessage { messages[place.value] }

    /// Finds a place for a message.
    mutating func hold(
        _ message: FrameDecoder.Message, _ arrival: Arrival, bytes: any MessageBytes
    ) -> MessageIndex {
        let place = free.popLast() ?? newPlace()
        messages[place.value].fill(message, arrival, bytes: bytes)
        outstanding[place.value] = message.images
        return place
    }

    private mutating func newPlace() -> MessageIndex {
        let place = MessageIndex(messages.count)
        messages.append(QueuedMessage(place: place))
        outstanding.append(0)
        return place
    }

    /// Gives up so many images of a message that nobody has claimed.
    mutating func drop(_ place: MessageIndex, images: Int) {
        messages[place.value].finish(images)
        release(place, images: images)
    }

    /// Takes back so many images of a message; with the last of them its place is free.
    mutating func release(_ place: MessageIndex, images: Int) {
        outstanding[place.value] -= images
        guard outstanding[place.value] == 0 else { return }
        if let bytes = messages[place.value].clear() { spares.append(bytes) }
        free.append(place)
    }
}
