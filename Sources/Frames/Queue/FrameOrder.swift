/// In which order waiting frames are scored, and which gives way when there are too many.
///
/// A value that knows rows by their indices and nothing of what lies in them. Every step takes
/// constant time and no allocation, because it is taken under the queue's lock, for every frame.
/// That is why its lists are what they are: lanes are linked through one array with a place for each
/// row (a row is in one lane at most, so a link each is enough, and neither many short arrays nor one
/// long one have to grow or shift), turns are a ring (each lane has at most one), and links have 32
/// bits.
package struct FrameOrder {
    /// A queue for the frames of one source that may be dropped, or for those that may not.
    ///
    /// One endpoint drops and another waits, and a source may use both. The oldest frame that
    /// may be dropped is then at the head of a lane, and never behind one that may not.
    package struct Lane: Hashable {
        /// Whose frames.
        let source: SourceIndex
        /// What may happen to them.
        let whenFull: FrameQueue.WhenFull

        /// The lane of these.
        package init(source: SourceIndex, whenFull: FrameQueue.WhenFull) {
            (self.source, self.whenFull) = (source, whenFull)
        }
    }

    /// Frames waiting.
    package private(set) var count = 0

    private var next: [RowIndex]
    /// By `place(_:)`: two a source.
    private var lanes: [List] = []
    private var longest: LongestFirst
    /// Places of lanes with frames, each once, in the order of their turns; a ring.
    private var turns: [Int32] = []
    private var (firstTurn, turnCount) = (0, 0)

    private struct List {
        var head = RowIndex.none
        var tail = RowIndex.none
        var count = 0
        /// Whether it is in `turns`; it stays there when its last frame is dropped.
        var hasTurn = false
    }

    /// For frames in `rows` rows, of which at most `capacity` wait.
    package init(rows: Int, capacity: Int) {
        next = Array(repeating: .none, count: rows)
        longest = LongestFirst(capacity: capacity)
    }

    /// Makes room for the lanes of another source.
    package mutating func addSource() {
        lanes += [List(), List()]
        var grown = (0..<turnCount).map { turns[(firstTurn + $0) % turns.count] }
        grown += Array(repeating: 0, count: lanes.count - grown.count)
        (turns, firstTurn) = (grown, 0)
    }

    /// Has the frame in `row` wait in a lane, after those that do already.
    package mutating func append(_ row: RowIndex, to lane: Lane) {
        let place = place(lane)
        next[row.value] = .none
        if lanes[place].count == 0 {
            lanes[place].head = row
            takeTurn(place)
        } else {
            next[lanes[place].tail.value] = row
        }
        lanes[place].tail = row
        change(place, by: 1)
    }

    /// Takes out the frame whose turn it is, one lane after the other; nil if none waits.
    package mutating func removeNext() -> (row: RowIndex, source: SourceIndex)? {
        while count > 0 {
            let place = Int(turns[firstTurn])
            firstTurn = (firstTurn + 1) % turns.count
            turnCount -= 1
            lanes[place].hasTurn = false
            guard lanes[place].count > 0 else { continue }
            let row = removeFirst(place)
            if lanes[place].count > 0 { takeTurn(place) }
            return (row, lane(place).source)
        }
        return nil
    }

    /// Takes out the oldest frame of the longest lane of those that may be dropped; nil if there are
    /// none.
    package mutating func removeOldestOfLongest() -> (row: RowIndex, source: SourceIndex)? {
        guard let place = longest.longest else { return nil }
        return (removeFirst(place), lane(place).source)
    }

    private func place(_ lane: Lane) -> Int { 2 * lane.source.value + lane.whenFull.rawValue }

    private func lane(_ place: Int) -> Lane {
        Lane(
            source: SourceIndex(place / 2),
            whenFull: place % 2 == FrameQueue.WhenFull.block.rawValue ? .block : .dropOldest)
    }

    private mutating func removeFirst(_ place: Int) -> RowIndex {
        let row = lanes[place].head
        lanes[place].head = next[row.value]
        change(place, by: -1)
        return row
    }

    private mutating func change(_ place: Int, by amount: Int) {
        count += amount
        lanes[place].count += amount
        if lane(place).whenFull == .dropOldest { longest.set(place, length: lanes[place].count) }
    }

    /// Puts a lane after all that have their turn before it, unless it is among them.
    private mutating func takeTurn(_ place: Int) {
        guard !lanes[place].hasTurn else { return }
        lanes[place].hasTurn = true
        turns[(firstTurn + turnCount) % turns.count] = Int32(place)
        turnCount += 1
    }
}
