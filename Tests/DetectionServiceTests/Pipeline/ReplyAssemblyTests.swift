import Frames
import Testing

@testable import DetectionService

@Suite struct ReplyAssemblyTests {
    private var assembly = ReplyAssembly()

    private func address(_ images: Int) -> ReplyAddress {
        ReplyAddress(endpoint: EndpointIndex(0), envelope: [[1]], images: images)
    }

    private mutating func add(_ line: String, to reply: ReplyAddress) -> Bool {
        assembly.add(Array(line.utf8), to: reply)
    }

    /// The replies that are whole, as text.
    private mutating func take() -> [String] {
        assembly.take().map { String(decoding: $0.line, as: UTF8.self) }
    }

    @Test mutating func `the line about a single image is the reply`() {
        let reply = address(1)
        #expect(add("{}", to: reply))
        let ready = assembly.take()
        #expect(ready.count == 1 && ready[0].reply === reply && ready[0].line == Array("{}".utf8))
        #expect(assembly.take().isEmpty)
    }

    @Test mutating func `a message of several images gets one array, in the order of the lines`() {
        let reply = address(3)
        #expect(!add("{\"index\":1}", to: reply))
        #expect(!add("{\"index\":0}", to: reply))
        #expect(take() == [])
        #expect(add("{\"index\":2}", to: reply))
        #expect(take() == ["[{\"index\":1},{\"index\":0},{\"index\":2}]"])
    }

    @Test mutating func `lines of two messages are not mixed, whatever their order`() {
        let (first, second, single) = (address(2), address(2), address(1))
        #expect(!add("1a", to: first))
        #expect(!add("2a", to: second))
        #expect(add("3", to: single))
        #expect(add("2b", to: second))
        #expect(add("1b", to: first))
        #expect(take() == ["3", "[2a,2b]", "[1a,1b]"])
    }

    @Test mutating func `an address that is used again starts a new reply`() {
        let reply = address(2)
        for round in 0..<2 {
            #expect(!add("\(round)a", to: reply))
            #expect(add("\(round)b", to: reply))
        }
        #expect(take() == ["[0a,0b]", "[1a,1b]"])
    }
}
