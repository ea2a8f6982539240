/// In which order waiting images are scored, and which give way when there are too many.
///
/// A value that knows messages by their indices and nothing of what is in them but how many images
/// they have and how much room they take. Every step takes constant time and, once the largest number
/// of messages has been met, no allocation, because it is taken under the queue's lock. That is why
/// its lists are what they are: lanes are linked through one array with a place for each message (a
/// message is in one lane at most, so a link each is enough, and neither many short arrays nor one long
/// one have to grow or shift), turns are a ring (each lane has at most one), and links have 32 bits.
package struct FrameOrder {
    /// A queue for the messages of one source whose images may be dropped, or for those whose may not.
    ///
    /// One endpoint drops and another waits, and a source may use both. The oldest message that
    /// may be dropped is then at the head of a lane, and never after one that may not.
    package struct Lane: Hashable {
        /// Whose messages.
        let source: SourceIndex
        /// What may happen to them.
        let whenFull: FrameQueue.WhenFull

        /// The lane of these.
        package init(source: SourceIndex, whenFull: FrameQueue.WhenFull) {
            (self.source, self.whenFull) = (source, whenFull)
        }
    }

    /// One image of a message whose turn it is.
    package struct Turn: Equatable {
        /// The message.
        package let message: MessageIndex
        /// The image's place in it.
        package let image: Int
        /// Who sent it.
        package let source: SourceIndex
    }

    /// A message that gave way.
    package struct Dropped: Equatable {
        /// The message.
        package let message: MessageIndex
        /// Its images that had not been scored.
        package let images: Int
        /// Who sent it.
        package let source: SourceIndex
    }

    /// Images waiting.
    package private(set) var count = 0
    /// Room that waiting messages take; a message gives its room back when its last image leaves.
    package private(set) var room = 0

    private var messages: [Waiting] = []
    /// By `place(_:)`: two a source.
    private var lanes: [List] = []
    private var longest: LongestFirst
    /// Places of lanes with messages, each once, in the order of their turns; a ring.
    private var turns: [Int32] = []
    private var (firstTurn, turnCount) = (0, 0)

    private struct Waiting {
        var next = MessageIndex.none
        var image: Int32 = 0
        var images: Int32 = 0
        var room: Int32 = 0
    }

    private struct List {
        var head = MessageIndex.none
        var tail = MessageIndex.none
        var room = 0
        /// Whether it is in `turns`; it stays there when its last message is dropped.
        var hasTurn = false

        var isEmpty: Bool { head == .none }
    }

    /// For lanes of which none takes more than `capacity` of room.
    package init(capacity: Int) { longest = LongestFirst(capacity: capacity) }

    /// Makes room for the lanes of another source.
    package mutating func addSource() {
        lanes += [List(), List()]
        var grown = (0..<turnCount).map { turns[(firstTurn + $0) % turns.count] }
        grown += Array(repeating: 0, count: lanes.count - grown.count)
        (turns, firstTurn) = (grown, 0)
    }

    /// Has images of a message wait in a lane, after those that do already: those in `images`, of
    /// which there is at least one, in so much room.
    package mutating func append(
        _ message: MessageIndex, images: Range<Int>, room: Int, to lane: Lane
    ) {
        while messages.count <= message.value { messages.append(Waiting()) }
        let place = place(lane)
        messages[message.value] = Waiting(
            image: Int32(images.lowerBound), images: Int32(images.upperBound), room: Int32(room))
        if lanes[place].isEmpty {
            lanes[place].head = message
            takeTurn(place)
        } else {
            messages[lanes[place].tail.value].next = message
        }
        lanes[place].tail = message
        count += images.count
        change(place, by: room)
    }

    /// Takes out the image whose turn it is, one lane after the other; nil if none waits.
    package mutating func removeNext() -> Turn? {
        while count > 0 {
            let place = Int(turns[firstTurn])
            firstTurn = (firstTurn + 1) % turns.count
            turnCount -= 1
            lanes[place].hasTurn = false
            guard !lanes[place].isEmpty else { continue }
            let message = lanes[place].head
            let image = messages[message.value].image
            messages[message.value].image += 1
            count -= 1
            if messages[message.value].image == messages[message.value].images {
                removeHead(place)
            }
            if !lanes[place].isEmpty { takeTurn(place) }
            return Turn(message: message, image: Int(image), source: lane(place).source)
        }
        return nil
    }

    /// Takes out the oldest message of the lane that takes most room, of those that may be dropped;
    /// nil if there are none.
    package mutating func removeOldestOfLongest() -> Dropped? {
        guard let place = longest.longest else { return nil }
        let head = lanes[place].head
        let waiting = messages[head.value]
        let images = Int(waiting.images - waiting.image)
        count -= images
        removeHead(place)
        return Dropped(message: head, images: images, source: lane(place).source)
    }

    private func place(_ lane: Lane) -> Int { 2 * lane.source.value + lane.whenFull.rawValue }

    private func lane(_ place: Int) -> Lane {
        Lane(
            source: SourceIndex(place / 2),
            whenFull: place % 2 == FrameQueue.WhenFull.block.rawValue ? .block : .dropOldest)
    }

    private mutating func removeHead(_ place: Int) {
        let head = messages[lanes[place].head.value]
        lanes[place].head = head.next
        change(place, by: -Int(head.room))
    }

    private mutating func change(_ place: Int, by amount: Int) {
        room += amount
        lanes[place].room += amount
        if lane(place).whenFull == .dropOldest { longest.set(place, length: lanes[place].room) }
    }

    /// Puts a lane after all that have their turn before it, unless it is among them.
    private mutating func takeTurn(_ place: Int) {
        guard !lanes[place].hasTurn else { return }
        lanes[place].hasTurn = true
        turns[(firstTurn + turnCount) % turns.count] = Int32(place)
        turnCount += 1
    }
}
