import Testing

@testable import DetectionService

@Suite struct MemoryBudgetTests {
    private let mnist = MemoryBudget(
        resident: 40 << 20, queue: 32 << 20, scoring: 128, values: 784, decodesPictures: false)

    @Test func `the budget is what is there, the queue, every batch, and some slack`() {
        #expect(mnist.bytes == (40 + 32 + 48) << 20 + 128 * (5 * 784 + 1024))
    }

    @Test func `a model that preprocesses has room for a small installation of cameras`() {
        var pictures = mnist
        pictures.decodesPictures = true
        #expect(pictures.bytes - mnist.bytes == 128 << 20)
        #expect(pictures.bytes <= 256 << 20)
    }
}
