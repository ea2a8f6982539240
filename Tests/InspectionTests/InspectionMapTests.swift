import Images
import Inspection
import Testing

@Suite struct InspectionMapTests {
    /// A grid of 8 × 8 places, of prepared pictures of 64 × 64.
    private static let grid = Grid(of: ImageShape(rows: 64, columns: 64))

    private func map(_ errors: [Int: Float]) -> InspectionMap {
        InspectionMap(
            grid: Self.grid, errors: (0..<Self.grid.count).map { errors[$0] ?? 1 })
    }

    /// Pictures of a size, squeezed unless padded.
    private func place(_ rows: Int, _ columns: Int, _ steps: String = "") throws -> PicturePlacement
    {
        let steps = try Preprocessing(steps + "resize=64x64")
        return try #require(PicturePlacement(steps, ImageShape(rows: rows, columns: columns)))
    }

    @Test func `padding and cropping are undone`() throws {
        let map = map([27: 5, 28: 5])  // row 3, columns 3 and 4
        // Of 200 × 400 pixels 32 rows are filled, from row 16 of 64 on.
        let padded = try place(200, 400, "pad,")
        #expect(
            map.boxes(above: 4, in: padded)
                == [.init(left: 150, top: 50, width: 100, height: 50, error: 5)])
        let cropped = try place(200, 400, "crop,")
        #expect(
            map.boxes(above: 4, in: cropped)
                == [.init(left: 175, top: 75, width: 50, height: 25, error: 5)])
        #expect(map.errors(atPixelsIn: cropped)[100 * 400 + 20] == 0)
        // Odd in the padding alone is nowhere.
        #expect(self.map([3: 9, 4: 9]).boxes(above: 4, in: padded).isEmpty)
    }

    @Test func `a box is in the pixels of the picture that was sent`() throws {
        // Rows 1 and 2, columns 3 and 4 of 8 × 8.
        let map = map([11: 5, 12: 6, 19: 5, 20: 9])
        let boxes = map.boxes(above: 4, in: try place(480, 640))
        #expect(
            boxes == [.init(left: 240, top: 60, width: 160, height: 120, error: 9)])
        let small = map.boxes(above: 4, in: try place(8, 8))
        #expect(small == [.init(left: 3, top: 1, width: 2, height: 2, error: 9)])
    }

    @Test func `specks are ignored unless they are twice the bound`() throws {
        let source = try place(64, 64)
        #expect(map([9: 5]).boxes(above: 4, in: source).isEmpty)
        #expect(map([9: 8.5]).boxes(above: 4, in: source).count == 1)
        #expect(map([9: 5, 18: 5]).boxes(above: 4, in: source).count == 1, "corners touch")
        #expect(map([:]).boxes(above: 4, in: source).isEmpty)
        let speck = map([9: 5, 10: 3]).boxes(above: 6, in: source, atLeastOne: true)
        #expect(speck == [.init(left: 8, top: 8, width: 8, height: 8, error: 5)])
    }

    @Test func `there are five boxes at most, the oddest first`() throws {
        let places = [0, 4, 16, 20, 32, 36, 48]
        let errors = Dictionary(
            uniqueKeysWithValues: places.enumerated().map { ($1, Float(20 + $0)) })
        let boxes = map(errors).boxes(above: 4, in: try place(64, 64))
        #expect(boxes.map(\.error) == [26, 25, 24, 23, 22])
    }

    @Test func `errors at pixels go linearly from middle to middle`() throws {
        let map = InspectionMap(
            grid: Grid(of: ImageShape(rows: 8, columns: 16)), errors: [1, 3])
        let steps = try Preprocessing("resize=8x16")
        let placement = try #require(PicturePlacement(steps, ImageShape(rows: 1, columns: 8)))
        let errors = map.errors(atPixelsIn: placement)
        #expect(errors == [1, 1, 1.25, 1.75, 2.25, 2.75, 3, 3])
    }
}
