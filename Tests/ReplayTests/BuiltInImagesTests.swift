import Datasets
import Images
import Networks
import Replay
import Tensors
import Testing
import VAE

@Suite struct BuiltInImagesTests {
    private func model(latent: Int = 3) -> Model {
        let parameters = Parameters(Architecture(inputs: 30, hidden: [8], latent: latent))
        parameters.initialize(seed: 1)
        return Model(weights: Weights(parameters), imageShape: ImageShape(rows: 5, columns: 6))
    }

    private func images(_ set: StreamedSet) -> (shape: ImageShape, pixels: [UInt8])? {
        guard case .images(let shape, let pixels, _) = set.content else { return nil }
        return (shape, pixels)
    }

    @Test func `images have the model's size and come from the seed`() throws {
        let builtIn = BuiltInImages(model())
        let normal = try builtIn.normal(seed: 1)
        #expect(normal.count == 5000)
        #expect(images(normal)?.shape == ImageShape(rows: 5, columns: 6))
        #expect(images(try builtIn.normal(seed: 1))?.pixels == images(normal)?.pixels)
        #expect(images(try builtIn.normal(seed: 2))?.pixels != images(normal)?.pixels)
        let anomalous = builtIn.anomalous(seed: 1)
        #expect(anomalous.count == 5000)
        #expect(images(anomalous)?.shape == ImageShape(rows: 5, columns: 6))
        #expect(images(builtIn.anomalous(seed: 1))?.pixels == images(anomalous)?.pixels)
    }

    @Test func `a broken model draws black instead of trapping`() throws {
        let parameters = Parameters(model().weights)
        forEachElement(parameters.output.bias) { $0 = .nan }
        let broken = model().with(Weights(parameters))
        let pixels = try images(BuiltInImages(broken).normal(seed: 1))?.pixels
        #expect(pixels?.allSatisfy { $0 == 0 } == true)
    }
}
