import Testing

@testable import DetectionService

@Suite struct MemoryBudgetTests {
    private let mnist = MemoryBudget(
        resident: 30 << 20, waiting: 1024, scoring: 128, pixels: 784, decodesPictures: false)

    @Test func `the budget is what is there, every frame as floats, and some slack`() {
        #expect(mnist.bytes == (30 << 20) + (1024 + 256) * (4 * 784 + 1024) + (48 << 20))
    }

    @Test func `a model that preprocesses may decode the largest picture beside`() {
        var pictures = mnist
        pictures.decodesPictures = true
        #expect(pictures.bytes - mnist.bytes == 128 << 20)
    }

    @Test func `a frame being scored is there twice, in the queue's room and in its batch`() {
        var more = mnist
        more.scoring += 1
        #expect(more.bytes - mnist.bytes == 2 * (4 * 784 + 1024))
    }
}
