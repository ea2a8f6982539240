import Frames
import Testing

@testable import DetectionService

@Suite struct HeldRepliesTests {
    private func address(_ sender: UInt8, at endpoint: Int = 0) -> ReplyAddress {
        ReplyAddress(endpoint: EndpointIndex(endpoint), envelope: [[sender], []], images: 1)
    }

    @Test func `replies are kept by sender, in their order, for each port`() {
        var held = HeldReplies()
        for (sender, line) in [(1, 10), (2, 20), (1, 11)] as [(UInt8, UInt8)] {
            #expect(held.hold(address(sender), [line]) == nil)
        }
        // Another port may give the same name to somebody else.
        #expect(held.hold(address(1, at: 1), [30]) == nil)
        let lines = { (endpoint: Int) in
            held.groups(of: EndpointIndex(endpoint)).map { $0.map(\.line) }
        }
        #expect(lines(0) == [[[10], [11]], [[20]]])
        #expect(lines(1) == [[[30]]])
        #expect(lines(2).isEmpty)
    }

    @Test func `of who does not wait for replies the oldest go at once`() {
        var held = HeldReplies()
        for line in 0..<UInt8(HeldReplies.limit) {
            #expect(held.hold(address(1), [line]) == nil)
        }
        #expect(held.hold(address(1), [100])?.line == [0])
        #expect(held.hold(address(2), [7]) == nil)
        #expect(held.hold(address(1), [101])?.line == [1])
        #expect(held.groups(of: EndpointIndex(0))[0].count == HeldReplies.limit)
    }
}
