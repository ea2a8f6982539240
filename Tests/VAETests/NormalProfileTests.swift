import Foundation
import Images
import Networks
import Tensors
import Testing
import VAE

@Suite struct NormalProfileTests {
    private static let shape = ImageShape(rows: 8, columns: 8)
    private let model: Model
    private let normal: [UInt8]
    private static let count = 400

    init() {
        let parameters = Parameters(Architecture(inputs: 64, hidden: [24], latent: 5))
        parameters.initialize(seed: 3)
        forEachElement(parameters.buffer) { $0 *= 2 }
        model = Model(weights: Weights(parameters), imageShape: Self.shape)
        normal = Self.images(Self.count, seed: 5)
    }

    /// A soft blob each, somewhere.
    private static func images(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).flatMap { _ in
            let (top, left) = (2 + 3 * random.nextUniform(), 2 + 3 * random.nextUniform())
            let width = 2 + 2 * random.nextUniform()
            return (0..<64).map { place -> UInt8 in
                let (row, column) = (Float(place / 8) - top, Float(place % 8) - left)
                let level = exp(-(row * row + column * column) / width) + 0.02 * random.nextNormal()
                return UInt8(min(255, max(0, 255 * level)))
            }
        }
    }

    private func profile() -> NormalProfile {
        NormalProfile(ofImages: normal, count: Self.count, model, by: .fp32)
    }

    private func fused(_ images: [UInt8], _ profile: NormalProfile) -> [Scores] {
        ScoringEngine(
            model, by: Computation.fp32.with(profile), computing: ScoreSet(.fused), capacity: 64
        ).scores(ofImages: images, count: images.count / 64)
    }

    @Test func `what is like the normal images is not odd, and what is not like them is`() {
        let profile = profile()
        let like = fused(Self.images(400, seed: 6), profile).map { $0[.fused] }.sorted()
        // A p-value: one normal image in ten is below 0.1, or thereabouts.
        #expect(like.count { $0 > 1 } < 100)
        let odd: [(String, [UInt8], ScoreFunction)] = [
            ("blank", [UInt8](repeating: 0, count: 64), .camera),
            ("white", [UInt8](repeating: 255, count: 64), .camera),
            ("one white pixel", (0..<64).map { $0 == 20 ? 255 : 0 }, .camera),
            ("inverted", normal[..<64].map { 255 - $0 }, .camera),
        ]
        for (name, image, part) in odd {
            let scores = fused(image, profile)[0]
            #expect(scores[.fused] > like[395], "\(name): \(scores[.fused]), \(like[395])")
            #expect(scores[part] > 2, "\(name)")
        }
    }

    @Test func `the same images give the same profile`() { #expect(profile() == profile()) }

    @Test func `what is written is read, and scores the same to the bit`() throws {
        let profile = profile()
        let read = try JSONDecoder().decode(
            NormalProfile.self, from: try JSONEncoder().encode(profile))
        #expect(read == profile)
        #expect(fused(normal, read) == fused(normal, profile))
    }

    @Test(arguments: [
        ("\"floor\":", "\"floor\":-"), ("\"mean\":\"", "\"mean\":\"AAAA"),
        ("\"axes\":\"", "\"axes\":\"!"), ("\"combination\":\"sum\"", "\"combination\":\"luck\""),
        ("\"function\":\"part_line\"", "\"function\":\"part_lime\""),
    ])
    func `a damaged profile is refused`(damage: (String, String)) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        let text = String(decoding: try encoder.encode(profile()), as: UTF8.self)
        let damaged = text.replacing(damage.0, with: damage.1, maxReplacements: 1)
        #expect(damaged != text)
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(NormalProfile.self, from: Data(damaged.utf8))
        }
    }

    @Test func `a profile belongs to models of its sizes`() {
        let computation = Computation.fp32.with(profile())
        #expect(computation.suits(model.architecture))
        #expect(!computation.suits(Architecture(inputs: 64, hidden: [25], latent: 5)))
        #expect(!computation.suits(Architecture(inputs: 64, hidden: [24], latent: 4)))
        #expect(computation.possible == .all)
        #expect(Computation.fp32.possible == .plain)
    }

    @Test func `equal images to fuse with make a profile that calls others odd`() {
        let same = Array(repeating: Array(normal[..<64]), count: 120).flatMap(\.self)
        let profile = NormalProfile(ofImages: same, count: 120, model, by: .fp32)
        let scores = fused(Array(normal[..<128]), profile)
        #expect(scores.allSatisfy { $0.isFinite })
        #expect(scores[1][.fused] > scores[0][.fused])
    }
}
