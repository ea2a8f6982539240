import Frames
import Images
import Testing

@Suite struct ExtentsTests {
    @Test(arguments: [
        ("[28,28]", 1), ("[784]", 1), ("[1,28,28]", 1), ("[28,28,1]", 1), ("[1,1,28,28]", 1),
        ("[5,28,28]", 5), ("[5,784]", 5), ("[5,1,28,28]", 5), ("[5,28,28,1]", 5),
        ("[1,784]", 1), ("[1,28,28,1]", 1), ("[28,28,28]", 28), ("[784,784]", 784),
        ("[ 28 , 28 ]", 1), ("[2147483647,28,28]", 2_147_483_647),
    ])
    func `a shape holds this many images of 28×28`(shape: String, images: Int) throws {
        #expect(try count(shape) == images)
    }

    @Test(arguments: [
        "[]", "[28]", "[28,27]", "[27,28]", "[785]", "[28,28,3]", "[3,28,28,3]", "[28,1,28]",
        "[1,28]", "[784,1]", "[2,2,28,28]", "[5,3,28,28]", "[0,28,28]", "[0,784]", "[0,1,28,28]",
        "[0]", "[1,1,1,28,28]", "[2,3,784]", "[-28,-28]", "[-1,28,28]", "[28.0,28.0]",
        "[28,\"28\"]",
        "[28,[28]]", "[[28,28]]", "28", "\"[28,28]\"", "null", "{}", "[2147483648,28,28]",
        "[99999999999999999999,28,28]", "[1,1,1,1,1,1,1,28,28]", "[28,28e0]", "[NaN,28]", "\"\"",
    ])
    func `a shape is refused`(shape: String) throws {
        #expect(throws: Rejection.badShape) { try count(shape) }
    }

    @Test func `images that are not square have their rows first`() throws {
        let wide = try ReadHeader("{\"shape\":[2,3]}").header.extents
        #expect(try wide.images(of: ImageShape(rows: 2, columns: 3)) == 1)
        #expect(throws: Rejection.badShape) { try wide.images(of: ImageShape(rows: 3, columns: 2)) }
        #expect(try wide.images(of: ImageShape(rows: 1, columns: 3)) == 2)
    }

    @Test func `a single pixel is an image too`() throws {
        for shape in ["[1]", "[1,1]", "[1,1,1]", "[1,1,1,1]"] {
            let extents = try ReadHeader("{\"shape\":\(shape)}").header.extents
            #expect(try extents.images(of: ImageShape(rows: 1, columns: 1)) == 1, "\(shape)")
        }
    }

    @Test func `extents in memory follow the same rules`() throws {
        #expect(
            try FrameHeader.Extents([5, 28, 28]).images(of: ImageShape(rows: 28, columns: 28)) == 5)
        for shape in [
            [], [-1, 28, 28], [1 << 31, 28, 28], [Int.max], Array(repeating: 1, count: 9),
        ] {
            #expect(throws: Rejection.badShape, "\(shape)") {
                try FrameHeader.Extents(shape).images(of: ImageShape(rows: 28, columns: 28))
            }
        }
    }

    private func count(_ shape: String) throws -> Int {
        try ReadHeader("{\"shape\":\(shape)}").header.extents.images(
            of: ImageShape(rows: 28, columns: 28))
    }
}
