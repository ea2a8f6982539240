import Frames
import Testing

@Suite struct FrameOrderTests {
    private var order = FrameOrder(capacity: 64)

    init() {
        for _ in 0..<3 { order.addSource() }
    }

    private mutating func append(
        _ messages: Int..., source: Int, whenFull: FrameQueue.WhenFull = .dropOldest
    ) {
        let lane = FrameOrder.Lane(source: SourceIndex(source), whenFull: whenFull)
        for message in messages {
            order.append(MessageIndex(message), images: 0..<1, room: 1, to: lane)
        }
    }

    /// The messages of all that wait, in the order of their turns.
    private mutating func takeAll() -> [Int] {
        var messages: [Int] = []
        while let next = order.removeNext() { messages.append(next.message.value) }
        return messages
    }

    @Test mutating func `lanes take turns, and each keeps its order`() {
        append(0, 1, 2, source: 0)
        append(3, 4, source: 1)
        append(5, source: 2)
        #expect(takeAll() == [0, 3, 5, 1, 4, 2] && order.count == 0)
    }

    @Test mutating func `a source has a turn for each of its two lanes`() {
        append(0, 1, source: 0)
        append(2, 3, source: 0, whenFull: .block)
        append(4, source: 1)
        #expect(takeAll() == [0, 2, 4, 1, 3])
    }

    @Test mutating func `the longest lane loses its oldest, and one that must not, none`() {
        append(0, 1, source: 0)
        append(2, 3, 4, source: 1)
        append(5, 6, 7, 8, source: 2, whenFull: .block)
        var lost: [[Int]] = []
        while let one = order.removeOldestOfLongest() {
            lost.append([one.message.value, one.source.value])
        }
        #expect(lost == [[2, 1], [0, 0], [3, 1], [1, 0], [4, 1]])
        #expect(takeAll() == [5, 6, 7, 8])
    }

    @Test mutating func `a lane that lost all its frames keeps its one turn`() {
        append(0, source: 0)
        append(1, source: 1)
        #expect(order.removeOldestOfLongest()?.message == MessageIndex(0))
        append(2, 3, source: 0)
        #expect(takeAll() == [2, 1, 3])
    }

    @Test mutating func `sources that come later have turns too, wherever the ring has got to`() {
        append(0, 1, source: 2)
        append(2, source: 0)
        #expect(order.removeNext()?.message == MessageIndex(0))
        order.addSource()
        append(3, source: 3)
        #expect(takeAll() == [2, 1, 3])
    }

    @Test mutating func `a message of several images takes a turn for each, between others`() {
        let lane = FrameOrder.Lane(source: SourceIndex(0), whenFull: .dropOldest)
        order.append(MessageIndex(0), images: 2..<5, room: 3, to: lane)
        append(1, source: 0)
        append(2, 3, source: 1)
        #expect(order.count == 6 && order.room == 6)
        var turns: [[Int]] = []
        while let turn = order.removeNext() { turns.append([turn.message.value, turn.image]) }
        #expect(turns == [[0, 2], [2, 0], [0, 3], [3, 0], [0, 4], [1, 0]])
        #expect(order.room == 0)
    }

    @Test
    mutating func `the lane that takes most room loses a message, not the one of most messages`() {
        let lane = FrameOrder.Lane(source: SourceIndex(1), whenFull: .dropOldest)
        append(0, 1, 2, source: 0)
        order.append(MessageIndex(3), images: 0..<1, room: 40, to: lane)
        #expect(order.room == 43)
        let lost = order.removeOldestOfLongest()
        #expect(lost?.message == MessageIndex(3) && lost?.images == 1)
        #expect(order.room == 3 && order.count == 3)
    }

    @Test
    mutating func `what is left of a message begun goes as one, and gives its room back then`() {
        let lane = FrameOrder.Lane(source: SourceIndex(0), whenFull: .dropOldest)
        order.append(MessageIndex(0), images: 0..<4, room: 4, to: lane)
        _ = order.removeNext()
        #expect(order.room == 4 && order.count == 3)
        #expect(order.removeOldestOfLongest()?.images == 3)
        #expect(order.room == 0 && order.count == 0)
        #expect(order.removeNext() == nil)
    }
}
