import Datasets
import Testing

@Suite struct DatasetSpecificationTests {
    private static func nothing(_: String) -> Bool { false }

    @Test(
        arguments: [
            ("mnist", "mnist:t10k", 0, nil),
            ("mnist:test", "mnist:t10k", 0, nil),
            ("mnist:t10k", "mnist:t10k", 0, nil),
            ("mnist:train", "mnist:train", 0, nil),
            ("fashion-mnist:t10k", "fashion-mnist:t10k", 0, nil),
            ("mnist:t10k[5000..<10000]", "mnist:t10k[5000..<10000]", 5000, 10000),
            ("mnist[5..<10]", "mnist:t10k[5..<10]", 5, 10),
            ("mnist:train[..<5000]", "mnist:train[0..<5000]", 0, 5000),
            ("mnist[...9]", "mnist:t10k[0..<10]", 0, 10),
            ("mnist[0...9]", "mnist:t10k[0..<10]", 0, 10),
            ("mnist[7...7]", "mnist:t10k[7..<8]", 7, 8),
            ("fashion-mnist[100...]", "fashion-mnist:t10k[100...]", 100, nil),
            ("./pictures", "./pictures", 0, nil),
            ("/data/x-images-idx3-ubyte.gz[..<5]", "/data/x-images-idx3-ubyte.gz[0..<5]", 0, 5),
            ("a/b:train", "a/b:train", 0, nil),
        ] as [(String, String, Int, Int?)])
    func `text is read and its canonical form reads back`(
        text: String, canonical: String, lower: Int, upper: Int?
    ) throws {
        let specification = try DatasetSpecification(text, exists: Self.nothing)
        #expect(specification.description == canonical)
        #expect(specification.range?.lowerBound ?? 0 == lower)
        #expect(specification.range?.upperBound == upper)
        #expect(try DatasetSpecification(canonical, exists: Self.nothing) == specification)
    }

    @Test func `a name without a slash is a path if it exists`() throws {
        let specification = try DatasetSpecification("digits.png[0..<1]") { $0 == "digits.png" }
        #expect(specification.source == .path("digits.png"))
        #expect(specification.range?.upperBound == 1)
    }

    @Test func `brackets of a path that exists are no range`() throws {
        let specification = try DatasetSpecification("d/x[0..<1]") { $0 == "d/x[0..<1]" }
        #expect(specification.source == .path("d/x[0..<1]"))
        #expect(specification.range == nil)
    }

    @Test func `a known name is the data set whatever exists`() throws {
        let specification = try DatasetSpecification("mnist") { _ in true }
        #expect(specification.source == .named("mnist", .t10k))
    }

    @Test(arguments: ["", "mnits", "MNIST", "mnist2", " mnist", "[0..<5]", ":train", "-"])
    func `an unknown name is refused with the names that are known`(text: String) {
        let error = #expect(throws: DatasetError.self) {
            try DatasetSpecification(text, exists: Self.nothing)
        }
        #expect(error?.description.contains("mnist or fashion-mnist") == true)
    }

    @Test(arguments: ["mnist:", "mnist:trian", "mnist:train:t10k", "mnist:Train[0..<5]"])
    func `an unknown split is refused with the splits that are known`(text: String) {
        let error = #expect(throws: DatasetError.self) {
            try DatasetSpecification(text, exists: Self.nothing)
        }
        #expect(error?.description.contains("train or t10k") == true)
    }

    @Test(arguments: [
        "[]", "[5]", "[...]", "[..<]", "[5..<5]", "[6..<5]", "[6...5]", "[..<0]", "[-1..<5]",
        "[+1..<5]",
        "[0..5]", "[0 ..< 5]", "[0..<5", "[a..<b]", "[0..<99999999999999999999]",
        "[0...9223372036854775807]",
        "[5..<]", "[1..<2..<3]", "[٣..<٥]", "[0,5]",
    ])
    func `a malformed or empty range is refused`(range: String) {
        #expect(throws: DatasetError.self) {
            try DatasetSpecification("mnist:t10k" + range, exists: Self.nothing)
        }
    }

    @Test func `a malformed range is refused with the forms that are allowed`() {
        let error = #expect(throws: DatasetError.self) {
            try DatasetSpecification("mnist[5]", exists: Self.nothing)
        }
        #expect(
            error?.description
                == "'mnist[5]' names no data set: the range has to be [a..<b], [a...b], [..<b], [...b] "
                + "or [a...], with whole numbers from 0 and at least one image.")
    }

    @Test func `ranges resolve within the set only`() throws {
        let open = try #require(try DatasetSpecification("mnist[3...]").range)
        #expect(open.resolved(count: 5) == 3..<5)
        #expect(open.resolved(count: 3) == nil)
        let closed = try #require(try DatasetSpecification("mnist[3..<5]").range)
        #expect(closed.resolved(count: 5) == 3..<5)
        #expect(closed.resolved(count: 4) == nil)
    }
}
