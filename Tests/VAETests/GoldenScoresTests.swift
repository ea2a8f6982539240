import Files
import Foundation
import Testing
import VAE

@Suite struct GoldenScoresTests {
    private static let fixture = path("Fixtures/golden.safetensors")
    private static let isThere = FileManager.default.fileExists(atPath: fixture)
    /// Widest relative deviation that single precision causes; see tools/reference.
    private static let tolerance = 1e-5

    private static func path(_ relative: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(relative)
            .standardizedFileURL.path
    }

    @Test(.enabled(if: isThere, "tools/reference/make_fixtures.py --golden models/mnist writes it"))
    func `the shipped model scores 32 images as PyTorch does`() throws {
        let golden = try GoldenFile(path: Self.fixture)
        let model = try LoadedModel(directory: Self.path("../../models/mnist"))
        try #require(
            golden.metadata["model_sha256"] == model.digest.hex,
            "the golden scores are those of another model; run make_fixtures.py again")
        let pixels = try golden.bytes("images", dtype: "U8", shape: [32, 28, 28])
        let scorer = Scorer(model.model.weights, capacity: 32)
        let scores = scorer.scores(ofImages: pixels, count: 32)
        for function in ScoreSet.standard.functions {
            let expected = try golden.doubles(function.rawValue, count: 32)
            let deviations = zip(scores, expected).map { abs(Double($0[function]) - $1) / abs($1) }
            let worst = try #require(deviations.max())
            #expect(worst < Self.tolerance, "\(function.rawValue)")
        }
    }
}

/// A reader of any safetensors file, for fixtures only: ours reads nothing but finite F32 tensors.
private struct GoldenFile {
    let metadata: [String: String]
    private let entries: [String: Entry]
    private let data: Data

    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype
            case shape
            case dataOffsets = "data_offsets"
        }
    }

    init(path: String) throws {
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        let start = 8 + file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = file[8..<start]
        var object = try #require(JSONSerialization.jsonObject(with: header) as? [String: Any])
        metadata = object.removeValue(forKey: "__metadata__") as? [String: String] ?? [:]
        let rest = try JSONSerialization.data(withJSONObject: object)
        entries = try JSONDecoder().decode([String: Entry].self, from: rest)
        data = file[start...]
    }

    func bytes(_ name: String, dtype: String, shape: [Int]) throws -> [UInt8] {
        let entry = try #require(entries[name], "no tensor \(name)")
        try #require(entry.dtype == dtype && entry.shape == shape && entry.dataOffsets.count == 2)
        let (begin, end) = (entry.dataOffsets[0], entry.dataOffsets[1])
        return [UInt8](data[(data.startIndex + begin)..<(data.startIndex + end)])
    }

    func doubles(_ name: String, count: Int) throws -> [Double] {
        let bytes = try bytes(name, dtype: "F64", shape: [count])
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            let bits = bytes[start..<(start + 8)].reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            }
            return Double(bitPattern: bits)
        }
    }
}
