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

    @Test func `images have the model's size and come from the seed`() throws {
        let builtIn = BuiltInImages(model())
        let normal = try builtIn.normal(seed: 1)
        #expect(normal.images.count == 5000)
        #expect((normal.images.rows, normal.images.columns) == (5, 6))
        #expect(try builtIn.normal(seed: 1).images.pixels == normal.images.pixels)
        #expect(try builtIn.normal(seed: 2).images.pixels != normal.images.pixels)
        let anomalous = builtIn.anomalous(seed: 1)
        #expect(anomalous.images.count == 5000)
        #expect((anomalous.images.rows, anomalous.images.columns) == (5, 6))
        #expect(builtIn.anomalous(seed: 1).images.pixels == anomalous.images.pixels)
    }

    @Test func `a broken model draws black instead of trapping`() throws {
        let parameters = Parameters(model().weights)
        forEachElement(parameters.output.bias) { $0 = .nan }
        let broken = model().with(Weights(parameters))
        #expect(try BuiltInImages(broken).normal(seed: 1).images.pixels.allSatisfy { $0 == 0 })
    }
}
