import TestSupport
import Networks
import Tensors
import Testing
import VAE

@Suite struct ELBOEstimatorTests {
    private let images = randomImages(300, pixels: 4, seed: 9)  // more than one of its batches

    @Test func `a seed gives one value and another seed another`() {
        let estimator = ELBOEstimator(smallModel().weights)
        let values = [1, 1, 2].map {
            estimator.negativeELBO(ofImages: images, count: 300, seed: $0)
        }
        #expect(values[0] == values[1])
        #expect(values[0] != values[2])
        #expect(abs(values[0] - values[2]) < 0.1 * values[0])
    }

    @Test(arguments: [Likelihood.bernoulli, .gaussian(variance: 0.05)])
    func `without variance in the posterior it is the mean elbo score`(likelihood: Likelihood) {
        let parameters = Parameters(smallModel(likelihood: likelihood).weights)
        forEachElement(parameters.logVariance.weight) { $0 = 0 }
        forEachElement(parameters.logVariance.bias) { $0 = -40 }
        let estimate = ELBOEstimator(Weights(parameters)).negativeELBO(
            ofImages: images, count: 300, seed: 1)
        let scores = Scorer(Weights(parameters), capacity: 7).scores(ofImages: images, count: 300)
        let mean = scores.reduce(0) { $0 + Double($1.elbo) } / 300
        #expect(abs(estimate - mean) < 1e-6 * mean)
    }

    @Test func `it does not depend on images in other batches`() {
        let estimator = ELBOEstimator(smallModel().weights)
        let first = Array(images[..<(256 * 4)])
        let other = first + randomImages(44, pixels: 4, seed: 10)
        let (a, b, c) = (
            estimator.negativeELBO(ofImages: first, count: 256, seed: 1) * 256,
            estimator.negativeELBO(ofImages: images, count: 300, seed: 1) * 300,
            estimator.negativeELBO(ofImages: other, count: 300, seed: 1) * 300
        )
        #expect(b > a && c > a && b != c)
    }
}
