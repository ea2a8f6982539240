import Datasets
import Reports
import Testing
import VAE

@Suite struct ExperimentTests {
    @Test func `noise of no amount is plain reconstruction, and more noise is more error`() throws {
        let subject = try smallSubject()
        let plain = Reconstruction(subject).numbers
        let noise = try Robustness(subject, deviations: [0, 0.1, 0.4], seed: 5).numbers.noise
        #expect(abs(noise[0].mse - plain.mse) < 1e-6)
        #expect(noise[0].mse_noisy == 0)
        // Clipping takes some of σ² away, nearly half of it where pixels are black or white.
        #expect(noise[1].mse_noisy > 0.004 && noise[1].mse_noisy < 0.01)
        #expect(noise[2].mse_noisy > noise[1].mse_noisy)
        let again = try Robustness(subject, deviations: [0.1], seed: 5).numbers.noise
        #expect(again[0].mse == noise[1].mse)
    }

    @Test func `reconstruction reports the means of the scores, by class too`() throws {
        let subject = try smallSubject()
        let numbers = Reconstruction(subject).numbers
        let scores = Scorer(subject.loaded.model.weights, capacity: 64).scores(
            ofImages: subject.images.pixels, count: 64)
        let mean = scores.reduce(0) { $0 + Double($1.mse) } / 64
        #expect(abs(numbers.mse - mean) < 1e-9)
        let classes = try #require(numbers.mse_by_class)
        // Eight kinds, as many of each.
        #expect(classes.count == 8 && abs(classes.reduce(0, +) / 8 - mean) < 1e-7)
    }

    @Test func `the KL of the latent units adds up to that of the model`() throws {
        let subject = try smallSubject(latent: 5)
        let numbers = try LatentSpace(subject).numbers
        let kl = Reconstruction(subject).numbers.kl
        #expect(numbers.kl_by_unit.count == 5)
        #expect(abs(numbers.kl_by_unit.reduce(0, +) - kl) < 1e-4 * kl)
    }

    @Test func `an arc keeps the length that a straight line loses`() {
        let (a, b): ([Float], [Float]) = ([3, 0, 4], [0, 5, 0])
        func length(_ path: Interpolation.Path, _ t: Float) -> Float {
            path.code(a, b, t).reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        for path in Interpolation.Path.allCases {
            #expect(zip(path.code(a, b, 0), a).allSatisfy { abs($0 - $1) < 1e-5 })
            #expect(zip(path.code(a, b, 1), b).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        for t: Float in [0.25, 0.5, 0.75] { #expect(abs(length(.spherical, t) - 5) < 1e-4) }
        #expect(length(.linear, 0.5) < 3.6)
        #expect(Interpolation.Path.spherical.code(a, a, 0.5) == a)
        #expect(Interpolation.Path.spherical.code([0, 0], [0, 2], 0.5) == [0, 1])
    }

    @Test func `the same seed draws the same images, and classes are drawn in turn`() throws {
        let model = try smallModel(classes: 3).model
        let some = try Generation(model, count: 7, seed: 4).images
        #expect(some.labels == [0, 1, 2, 0, 1, 2, 0])
        #expect(try Generation(model, count: 7, seed: 4).images.pixels == some.pixels)
        #expect(try Generation(model, count: 7, seed: 5).images.pixels != some.pixels)
        let twos = try Generation(model, label: 2, count: 7, seed: 4).images
        #expect(twos.labels == [UInt8](repeating: 2, count: 7))
        #expect(twos.image(2) == some.image(2) && twos.image(3) != some.image(3))
        let grid = try Generation(everyClassOf: model, perClass: 2, seed: 4).images
        #expect(grid.labels == [0, 0, 1, 1, 2, 2])
        let mean = try Generation(smallModel().model, count: 2, temperature: 0).images
        #expect(Array(mean.image(0)) == Array(mean.image(1)))
    }

    @Test func `a perfect score finds everything before the first false alarm`() {
        let points = rocPoints(normal: [1, 2, 3, 4], anomalous: [5, 6], least: 0.25)
        #expect(points.allSatisfy { $0.y == 1 })
        let mixed = rocPoints(normal: [1, 2, 3, 4], anomalous: [2.5, 0], least: 0.25)
        #expect(mixed.map(\.y) == [0, 0, 0.5, 0.5, 1])
        #expect(mixed.map(\.x) == [0.25, 0.5, 0.75, 1, 1])
    }

    @Test func `what cannot be shown is refused with a sentence`() throws {
        let (plain, told) = (try smallSubject(), try smallSubject(classes: 8))
        let one = try smallSubject(latent: 1)
        let small = drawnImages()
        let bare = try ImageSet(name: "bare", rows: 12, columns: 12, pixels: small.pixels)
        let wide = try ImageSet(name: "wide", rows: 24, columns: 6, pixels: small.pixels)
        let nine = try ImageSet(
            name: "nine", rows: 12, columns: 12, pixels: small.pixels,
            labels: [UInt8](repeating: 9, count: 64))
        let cases: [(words: String, attempt: () throws -> Any)] = [
            (
                "wide has images of 24×6 pixels; the model takes 12×12",
                { try Subject(name: "", loaded: plain.loaded, images: wide) }
            ),
            (
                "bare has no labels",
                { try Subject(name: "", loaded: told.loaded, images: bare) }
            ),
            (
                "there is no class 9: the model knows the classes 0 to 7",
                { try Subject(name: "", loaded: told.loaded, images: nine) }
            ),
            (
                "there is no class 8",
                { try Generation(told.loaded.model, label: 8, count: 1) }
            ),
            (
                "there is no class -1",
                { try Generation(told.loaded.model, label: -1, count: 1) }
            ),
            (
                "the model knows no classes",
                { try Generation(plain.loaded.model, label: 1, count: 1) }
            ),
            ("0 images", { try Generation(plain.loaded.model, count: 0) }),
            (
                "temperature nan",
                { try Generation(plain.loaded.model, count: 1, temperature: .nan) }
            ),
            ("this one has 3", { try LatentSpace(plain).manifold() }),
            ("one latent unit", { try LatentSpace(one) }),
            (
                "there is no image 64",
                { try Interpolation(plain, pairs: [(from: 0, to: 64)]) }
            ),
            ("standard deviation", { try Robustness(plain, deviations: [-0.1]) }),
            ("there is no image 70", { try Reconstruction(plain).strip(from: 60, count: 11) }),
        ]
        for (words, attempt) in cases {
            let text = refusal { _ = try attempt() }
            #expect(text?.contains(words) == true, "\(words): \(text ?? "accepted")")
        }
    }
}
