import Datasets
import Files
import Testing

@Suite struct DrawnImagesTests {
    @Test func `the pixels of a seed are these, on every machine`() {
        let set = DrawnImages.make(count: 64, rows: 28, columns: 28, seed: 1)
        #expect(
            set.digest.hex == "4433189b21bd317ab44205daebe59648a3b728fe4fd40592b34f5647508c2ef0")
    }

    @Test func `another seed draws other images of every kind`() {
        let one = DrawnImages.make(count: 8, rows: 28, columns: 28, seed: 1)
        let two = DrawnImages.make(count: 8, rows: 28, columns: 28, seed: 2)
        for index in 0..<8 {
            #expect(one.image(index) != two.image(index), "\(DrawnImages.Kind.allCases[index])")
        }
    }

    @Test func `a longer set starts with the shorter one`() throws {
        let short = DrawnImages.make(count: 20, rows: 28, columns: 28, seed: 7)
        let long = DrawnImages.make(count: 30, rows: 28, columns: 28, seed: 7)
        #expect(try long.subset(.range(from: 0, to: 20)).pixels == short.pixels)
    }

    @Test func `kinds take turns and labels name them`() {
        let set = DrawnImages.make(count: 18, rows: 8, columns: 8, seed: 3)
        #expect(set.labels == (0..<18).map { UInt8($0 % 8) })
        #expect(
            DrawnImages.Kind.allCases.map { String(describing: $0) } == [
                "noise", "stripes", "blocks", "inverted", "shirt", "trouser", "bag", "shoe",
            ])
    }

    @Test(arguments: [(1, 1), (1, 40), (40, 1), (3, 5), (64, 28)])
    func `any size can be drawn`(rows: Int, columns: Int) {
        let set = DrawnImages.make(count: 24, rows: rows, columns: columns, seed: 5)
        #expect((set.count, set.rows, set.columns) == (24, rows, columns))
    }

    @Test func `garments are bright in the middle and dark at the corners`() {
        let set = DrawnImages.make(count: 800, rows: 28, columns: 28, seed: 11)
        for index in 0..<set.count where index % 8 >= 4 {
            let pixels = Array(set.image(index))
            let corners = [0, 27, 27 * 28, 27 * 28 + 27].map { pixels[$0] }
            let covered = pixels.count { $0 > 40 }
            let name = DrawnImages.Kind.allCases[index % 8]
            #expect(corners.allSatisfy { $0 == 0 }, "image \(index), \(name)")
            // A sixteenth to two thirds of the picture.
            #expect((49...522).contains(covered), "image \(index), \(name): \(covered) pixels")
        }
    }

    @Test func `inverted images are mostly bright and inverting again restores them`() {
        let set = DrawnImages.make(count: 8, rows: 28, columns: 28, seed: 1)
        #expect(set.image(3).count { $0 > 200 } > 500)
        #expect(DrawnImages.inverted(set).pixels == set.pixels.map { 255 - $0 })
        #expect(DrawnImages.inverted(DrawnImages.inverted(set)).pixels == set.pixels)
        #expect(DrawnImages.inverted(set).labels == set.labels)
    }
}
