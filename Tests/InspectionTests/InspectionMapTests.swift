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

    @Test func `a box is in the pixels of the picture that was sent`() {
        // Rows 1 and 2, columns 3 and 4 of 8 × 8.
        let map = map([11: 5, 12: 6, 19: 5, 20: 9])
        let boxes = map.boxes(above: 4, in: ImageShape(rows: 480, columns: 640))
        #expect(
            boxes == [.init(left: 240, top: 60, width: 160, height: 120, error: 9)])
        let small = map.boxes(above: 4, in: ImageShape(rows: 8, columns: 8))
        #expect(small == [.init(left: 3, top: 1, width: 2, height: 2, error: 9)])
    }

    @Test func `specks are ignored unless they are twice the bound`() {
        let source = ImageShape(rows: 64, columns: 64)
        #expect(map([9: 5]).boxes(above: 4, in: source).isEmpty)
        #expect(map([9: 8.5]).boxes(above: 4, in: source).count == 1)
        #expect(map([9: 5, 18: 5]).boxes(above: 4, in: source).count == 1, "corners touch")
        #expect(map([:]).boxes(above: 4, in: source).isEmpty)
    }

    @Test func `there are five boxes at most, the oddest first`() {
        let places = [0, 4, 16, 20, 32, 36, 48]
        let errors = Dictionary(
            uniqueKeysWithValues: places.enumerated().map { ($1, Float(20 + $0)) })
        let boxes = map(errors).boxes(above: 4, in: ImageShape(rows: 64, columns: 64))
        #expect(boxes.map(\.error) == [26, 25, 24, 23, 22])
    }

    @Test func `errors at pixels go linearly from middle to middle`() {
        let map = InspectionMap(
            grid: Grid(of: ImageShape(rows: 8, columns: 16)), errors: [1, 3])
        let errors = map.errors(atPixelsOf: ImageShape(rows: 1, columns: 8))
        #expect(errors == [1, 1, 1.25, 1.75, 2.25, 2.75, 3, 3])
    }
}
