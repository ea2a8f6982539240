import Datasets
import Files
import Images
import Testing

@Suite struct ImageSetTests {
    private func set() throws -> ImageSet {
        try ImageSet(
            name: "three", shape: ImageShape(rows: 1, columns: 2), pixels: [1, 2, 3, 4, 5, 6],
            labels: [7, 8, 9])
    }

    @Test func `counts follow from the shape`() throws {
        let set = try set()
        #expect(set.count == 3)
        #expect(set.pixelsPerImage == 2)
        #expect(set.image(2) == [5, 6])
    }

    @Test func `a subset has its own pixels, labels and name`() throws {
        let part = try set().subset(.range(from: 1, to: 3))
        #expect(part.pixels == [3, 4, 5, 6])
        #expect(part.labels == [8, 9])
        #expect(part.name == "three[1..<3]")
        #expect(part.image(0) == [3, 4])
    }

    @Test func `a subset may take turns`() throws {
        let part = try set().subset(.every(step: 2, from: 0))
        #expect(part.pixels == [1, 2, 5, 6])
        #expect(part.labels == [7, 9])
        #expect(part.name == "three[even]")
    }

    @Test(
        arguments: [
            .range(from: 0, to: 4), .range(from: 3, to: nil), .range(from: 5, to: 9),
            .every(step: 9, from: 3),
        ] as [ImageSelection])
    func `a subset that is empty or beyond the set is refused`(
        selection: ImageSelection
    ) throws {
        let set = try set()
        let error = #expect(throws: DatasetError.self) { try set.subset(selection) }
        guard case .outOfRange("three", _, 3) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `the digest is of the pixels alone`() throws {
        let other = try ImageSet(
            name: "other", shape: ImageShape(rows: 2, columns: 1), pixels: [1, 2, 3, 4, 5, 6])
        #expect(try set().digest == other.digest)
        #expect(other.digest == SHA256Digest(of: [1, 2, 3, 4, 5, 6]))
    }

    @Test func `sets without images or pixels are refused`() {
        for (rows, columns) in [(1, 1), (0, 5), (5, 0), (-1, -1), (Int.max, 2)] {
            #expect(throws: DatasetError.empty(name: "x"), "\(rows) x \(columns)") {
                try ImageSet(name: "x", shape: ImageShape(rows: rows, columns: columns), pixels: [])
            }
        }
        #expect(throws: DatasetError.empty(name: "x")) {
            try ImageSet(name: "x", shape: ImageShape(rows: -1, columns: -1), pixels: [1])
        }
    }

    @Test func `part of an image and a wrong number of labels are refused`() {
        #expect(throws: DatasetError.partialImage(name: "x", pixels: 5, pixelsPerImage: 4)) {
            try ImageSet(
                name: "x", shape: ImageShape(rows: 2, columns: 2), pixels: [1, 2, 3, 4, 5])
        }
        #expect(throws: DatasetError.labelCount(name: "x", labels: 2, images: 1)) {
            try ImageSet(
                name: "x", shape: ImageShape(rows: 1, columns: 1), pixels: [1], labels: [1, 2])
        }
    }
}
