import Datasets
import Images
import Testing

@Suite struct ImageSketchTests {
    /// Images of four pixels that hold the numbers of a range.
    private func set(_ numbers: Range<Int>) throws -> ImageSet {
        try ImageSet(
            name: "x", shape: ImageShape(rows: 2, columns: 2),
            pixels: numbers.flatMap { number in
                (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            })
    }

    @Test func `of a small set every image is known again`() throws {
        let sketch = ImageSketch(of: try set(0..<1000))
        #expect(sketch.overlap(with: try set(900..<1300)) == (seen: 100, told: 400))
        #expect(sketch.overlap(with: try set(2000..<2400)) == (seen: 0, told: 400))
    }

    @Test func `of a large set the share is estimated, and nothing strange is taken for known`()
        throws
    {
        let sketch = ImageSketch(of: try set(0..<40_000))
        let (seen, told) = sketch.overlap(with: try set(35_000..<45_000))
        // A tenth of the images can be told of, and half of these are known.
        #expect((800...1250).contains(told), "\(told)")
        #expect((0.44...0.56).contains(Double(seen) / Double(told)), "\(seen) of \(told)")
        #expect(sketch.overlap(with: try set(50_000..<60_000)).seen == 0)
    }

    @Test func `it reads back as it was written, and nothing else does`() throws {
        for count in [1, 100, 5000] {
            let sketch = ImageSketch(of: try set(0..<count))
            #expect(ImageSketch(sketch.description) == sketch)
        }
        for text in ["", "all", "all:0", "some:00000000", "all:0000000g", "all:0000000200000001"] {
            #expect(ImageSketch(text) == nil)
        }
    }
}
