import Datasets
import Files
import Foundation
import Testing

/// The files' SHA-256, uncompressed, and how many items each has.
struct RealFile: CustomTestStringConvertible, Sendable {
    let path: String
    let count: Int
    let sha256: String

    var testDescription: String { path }

    static let all = [
        RealFile(
            path: "mnist/train-images-idx3-ubyte", count: 60_000,
            sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        RealFile(
            path: "mnist/train-labels-idx1-ubyte", count: 60_000,
            sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        RealFile(
            path: "mnist/t10k-images-idx3-ubyte", count: 10_000,
            sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        RealFile(
            path: "mnist/t10k-labels-idx1-ubyte", count: 10_000,
            sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        RealFile(
            path: "fashion-mnist/train-images-idx3-ubyte", count: 60_000,
            sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        RealFile(
            path: "fashion-mnist/train-labels-idx1-ubyte", count: 60_000,
            sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        RealFile(
            path: "fashion-mnist/t10k-images-idx3-ubyte", count: 10_000,
            sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        RealFile(
            path: "fashion-mnist/t10k-labels-idx1-ubyte", count: 10_000,
            sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ]
}

/// Whether ELBO_DATA names a folder of real data; without one these tests are skipped.
private let dataFolder = ProcessInfo.processInfo.environment["ELBO_DATA"]

@Suite(.enabled(if: dataFolder != nil, "set ELBO_DATA to the folder of the data sets"))
struct RealDataTests {
    @Test(arguments: RealFile.all)
    func `every file has its hash and its count`(file: RealFile) throws {
        let path = try #require(dataFolder) + "/" + file.path
        let plain = fileKind(at: path) == .file ? path : path + ".gz"
        var bytes = try readFile(plain)
        if isGzip(bytes) { bytes = try gunzip(bytes) }
        #expect(SHA256Digest(of: bytes).hex == file.sha256)
        if file.path.contains("images") {
            let set = try IDX.decodeImages(bytes, name: path)
            #expect((set.count, set.rows, set.columns) == (file.count, 28, 28))
            #expect(try IDX.encodeImages(set) == bytes)
        } else {
            let labels = try IDX.decodeLabels(bytes, name: path)
            #expect(labels.count == file.count)
            #expect(Set(labels) == Set(0...9))
            #expect(try IDX.encodeLabels(labels) == bytes)
        }
    }

    @Test func `the library loads a part of a split with its labels`() throws {
        let library = DatasetLibrary(explicit: dataFolder, environment: [:])
        #expect(library.has("mnist"))
        #expect(library.has("fashion-mnist"))
        let set = try library.load(DatasetSpecification("mnist:train[..<10]"))
        #expect(set.labels == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect(set.count == 10)
        #expect(set.name == "mnist:train[0..<10]")
    }
}
