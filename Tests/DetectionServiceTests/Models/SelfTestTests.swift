import Backbone
import Foundation
import Networks
import Platform
import Tensors
import Testing
import VAE

@testable import DetectionService

@Suite struct SelfTestTests {
    /// The negative evidence lower bound of one image, in plain arithmetic of doubles.
    private func bound(_ image: ArraySlice<UInt8>) -> Double {
        let weights = SelfTest.weights
        func layer(_ x: [Double], _ weight: ConstantMatrix, _ bias: ConstantMatrix) -> [Double] {
            (0..<weight.columns).map { output in
                x.indices.reduce(Double(bias[0, output])) {
                    $0 + x[$1] * Double(weight[$1, output])
                }
            }
        }
        func rectified(_ x: [Double]) -> [Double] { x.map { max(0, $0) } }
        let pixels = image.map { Double($0) / 255 }
        var x = pixels
        for dense in weights.encoder { x = rectified(layer(x, dense.weight, dense.bias)) }
        let mu = layer(x, weights.mu.weight, weights.mu.bias)
        let logVariance = layer(x, weights.logVariance.weight, weights.logVariance.bias)
        x = mu
        for dense in weights.decoder { x = rectified(layer(x, dense.weight, dense.bias)) }
        let logits = layer(x, weights.output.weight, weights.output.bias)
        let entropy = zip(pixels, logits).reduce(0) { $0 + log1p(exp($1.1)) - $1.0 * $1.1 }
        let divergence = zip(mu, logVariance).reduce(0) {
            $0 - 0.5 * (1 + $1.1 - $1.0 * $1.0 - exp($1.1))
        }
        return entropy + divergence
    }

    @Test func `the known scores are those of plain arithmetic`() {
        let inputs = SelfTest.architecture.inputs
        for index in 0..<3 {
            let expected = bound(SelfTest.images[(index * inputs)..<((index + 1) * inputs)])
            for (precision, share) in [(Precision.fp32, 1e-6), (.bf16, 1e-2), (.int8, 2e-2)] {
                let known = Double(SelfTest.known(precision)[index])
                #expect(abs(known / expected - 1) <= share, "\(precision): \(expected)")
            }
        }
    }

    @Test(arguments: Precision.allCases)
    func `this machine computes what it should`(precision: Precision) throws {
        try SelfTest.run(precision)
    }

    @Test(arguments: Precision.allCases, [11, 12, 15])
    func `this machine computes features as it should`(precision: Precision, blocks: Int) throws {
        try SelfTest.runBackbone(precision, blocks: blocks)
    }

    @Test(arguments: Precision.allCases)
    func `features of another network are said to be wrong`(precision: Precision) throws {
        let other = try EfficientNetLite(RandomNetwork(seed: 8).file)
        #expect(throws: DaemonError.self) { try SelfTest.runBackbone(precision, blocks: 15, other) }
    }

    @Test func `another score is said to be wrong, with an exit code of its own`() {
        let error = DaemonError.miscomputes(.int8, value: 2, known: 3)
        #expect(error.exitStatus == .system)
        #expect("\(error)".contains("computes 2.0 where 3.0 is right, in int8"))
    }
}
