import Datasets
import Testing

@Suite struct DatasetSpecificationTests {
    private static func nothing(_: String) -> Bool { false }

    @Test(
        arguments: [
            ("mnist", "mnist:t10k", .all),
            ("mnist:test", "mnist:t10k", .all),
            ("mnist:t10k", "mnist:t10k", .all),
            ("mnist:train", "mnist:train", .all),
            ("fashion-mnist:t10k", "fashion-mnist:t10k", .all),
            ("mnist:t10k[5000..<10000]", "mnist:t10k[5000..<10000]", .range(from: 5000, to: 10000)),
            ("mnist[5..<10]", "mnist:t10k[5..<10]", .range(from: 5, to: 10)),
            ("mnist:train[..<5000]", "mnist:train[0..<5000]", .range(from: 0, to: 5000)),
            ("mnist[...9]", "mnist:t10k[0..<10]", .range(from: 0, to: 10)),
            ("mnist[0...9]", "mnist:t10k[0..<10]", .range(from: 0, to: 10)),
            ("mnist[7...7]", "mnist:t10k[7..<8]", .range(from: 7, to: 8)),
            ("mnist[0...]", "mnist:t10k", .all),
            ("fashion-mnist[100...]", "fashion-mnist:t10k[100...]", .range(from: 100, to: nil)),
            ("mnist[even]", "mnist:t10k[even]", .every(step: 2, from: 0)),
            ("mnist[1::2]", "mnist:t10k[odd]", .every(step: 2, from: 1)),
            ("good[::5]/", "good[::5]/", .all),
            ("./good[::5]", "./good[0::5]", .every(step: 5, from: 0)),
            ("./good[^4::5]", "./good[^4::5]", .allBut(step: 5, from: 4)),
            ("./pictures", "./pictures", .all),
            (
                "/data/x-images-idx3-ubyte.gz[..<5]", "/data/x-images-idx3-ubyte.gz[0..<5]",
                .range(from: 0, to: 5)
            ),
            ("a/b:train", "a/b:train", .all),
        ] as [(String, String, ImageSelection)])
    func `text is read and its canonical form reads back`(
        text: String, canonical: String, selection: ImageSelection
    ) throws {
        let specification = try DatasetSpecification(text, exists: Self.nothing)
        #expect(specification.description == canonical)
        #expect(specification.selection == selection)
        #expect(try DatasetSpecification(canonical, exists: Self.nothing) == specification)
    }

    @Test func `a name without a slash is a path if it exists`() throws {
        let specification = try DatasetSpecification("digits.png[0..<1]") { $0 == "digits.png" }
        #expect(specification.source == .path("digits.png"))
        #expect(specification.selection == .range(from: 0, to: 1))
    }

    @Test func `brackets of a path that exists are no range`() throws {
        let specification = try DatasetSpecification("d/x[0..<1]") { $0 == "d/x[0..<1]" }
        #expect(specification.source == .path("d/x[0..<1]"))
        #expect(specification.selection == .all)
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
        "[5..<]", "[1..<2..<3]", "[٣..<٥]", "[0,5]", "[Even]", "[::]", "[::0]", "[5::5]", "[0:5]",
        "[0:9:5]",
        "[^0::1]", "[^::0]", "[^even]", "[^]", "[-1::5]", "[0::5::2]",
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
                == "'mnist[5]' names no data set: which images has to be [a..<b], [a...b], [..<b], [...b], "
                + "[a...], [even], [odd], [a::k] (every k-th) or [^a::k] (all but these), with whole "
                + "numbers from 0, a below k, and at least one image.")
    }

    @Test(
        arguments: [
            (.range(from: 3, to: nil), 5, [3, 4]), (.range(from: 3, to: nil), 3, nil),
            (.range(from: 3, to: 5), 5, [3, 4]), (.range(from: 3, to: 5), 4, nil),
            (.every(step: 2, from: 1), 5, [1, 3]), (.every(step: 5, from: 4), 4, nil),
            (.every(step: 1, from: 0), 2, [0, 1]),
            (.allBut(step: 3, from: 0), 7, [1, 2, 4, 5]),
            (.allBut(step: 3, from: 1), 7, [0, 2, 3, 5, 6]),
            (.allBut(step: 3, from: 2), 7, [0, 1, 3, 4, 6]), (.allBut(step: 2, from: 0), 1, nil),
        ] as [(ImageSelection, Int, [Int]?)])
    func `selections resolve within the set only, and know their numbers`(
        selection: ImageSelection, count: Int, numbers: [Int]?
    ) {
        #expect(selection.resolved(count: count) == numbers)
        guard let numbers else { return }
        #expect(numbers.indices.map(selection.number) == numbers)
        #expect((0..<count).filter(selection.contains) == numbers)
    }

    @Test(arguments: [2, 3, 5, 7], [1, 2, 10, 999])
    func `what is set aside and the rest are the whole, without an image in both`(
        step: Int, count: Int
    ) {
        for start in 0..<step {
            let aside = ImageSelection.every(step: step, from: start).resolved(count: count) ?? []
            let rest = ImageSelection.allBut(step: step, from: start).resolved(count: count) ?? []
            #expect((aside + rest).sorted() == Array(0..<count))
        }
    }
}
