import Frames
import Testing

@Suite struct FrameOrderTests {
    private var order = FrameOrder(rows: 16, capacity: 16)

    init() {
        for _ in 0..<3 { order.addSource() }
    }

    private mutating func append(
        _ rows: Int..., source: Int, whenFull: FrameQueue.WhenFull = .dropOldest
    ) {
        let lane = FrameOrder.Lane(source: SourceIndex(source), whenFull: whenFull)
        for row in rows { order.append(RowIndex(row), to: lane) }
    }

    /// The rows of all that wait, in the order of their turns.
    private mutating func takeAll() -> [Int] {
        var rows: [Int] = []
        while let next = order.removeNext() { rows.append(next.row.value) }
        return rows
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
            lost.append([one.row.value, one.source.value])
        }
        #expect(lost == [[2, 1], [0, 0], [3, 1], [1, 0], [4, 1]])
        #expect(takeAll() == [5, 6, 7, 8])
    }

    @Test mutating func `a lane that lost all its frames keeps its one turn`() {
        append(0, source: 0)
        append(1, source: 1)
        #expect(order.removeOldestOfLongest()?.row == RowIndex(0))
        append(2, 3, source: 0)
        #expect(takeAll() == [2, 1, 3])
    }

    @Test mutating func `sources that come later have turns too, wherever the ring has got to`() {
        append(0, 1, source: 2)
        append(2, source: 0)
        #expect(order.removeNext()?.row == RowIndex(0))
        order.addSource()
        append(3, source: 3)
        #expect(takeAll() == [2, 1, 3])
    }
}
