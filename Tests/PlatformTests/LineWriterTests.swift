import Foundation
import Glibc
import Platform
import Testing

@Suite struct LineQueueTests {
    @Test func `lines without room are counted, and said after those that fill it`() {
        var queue = LineQueue(room: 10)
        for line in ["12345\n", "678\n", "9\n", "0\n"] { queue.append(line) }
        #expect(queue.take { "\($0) lost\n" } == ["12345\n", "678\n", "2 lost\n"])
        #expect(queue.isEmpty)
        #expect(queue.take { "\($0) lost\n" } == nil)
        queue.append("again\n")
        #expect(queue.take { "\($0) lost\n" } == ["again\n"])
    }
}

@Suite struct LineWriterTests {
    @Test func `whoever writes to a pipe that nobody reads goes on, and the loss is told later`()
        throws
    {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let writer = LineWriter(descriptor: ends[1], room: 4096) { "\($0) lost\n" }
        let line = String(repeating: "x", count: 99) + "\n"
        var count = 0
        func write(_ lines: Int) {
            for _ in 0..<lines { writer.write(line) }
            count += lines
        }
        // Until the pipe is full.
        repeat { write(20) } while writer.flush(within: .milliseconds(500))
        let start = ContinuousClock.now
        write(2000)
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(!writer.flush(within: .milliseconds(1)))
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !text.contains("lost\n") {
            let count = read(ends[0], &chunk, chunk.count)
            try #require(count > 0)
            text += String(decoding: chunk[..<count], as: UTF8.self)
        }
        let lines = text.split(separator: "\n")
        let lost = lines.compactMap { $0.hasSuffix(" lost") ? Int($0.dropLast(5)) : nil }
        #expect(lines.count - lost.count + lost.reduce(0, +) == count)
        #expect(writer.flush(within: .seconds(10)))
        close(ends[0])
    }
}
