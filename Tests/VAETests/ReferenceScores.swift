import Foundation
import Networks
import Tensors
import VAE

/// The scores of one image by the textbook, in double precision, sharing nothing with VAE but the
/// weights.
struct ReferenceScores {
    let byFunction: [ScoreFunction: Double]

    init(_ weights: Weights, _ image: [Float]) {
        let x = image.map(Double.init)
        var h = x
        for layer in weights.encoder { h = layer.apply(h).map { max($0, 0) } }
        let (mu, logVariance) = (weights.mu.apply(h), weights.logVariance.apply(h))
        var z = mu
        for layer in weights.decoder { z = layer.apply(z).map { max($0, 0) } }
        let reconstruction = weights.output.apply(z).map { 1 / (1 + exp(-$0)) }
        var (squares, entropy, kl) = (0.0, 0.0, 0.0)
        for (x, r) in zip(x, reconstruction) {
            squares += (x - r) * (x - r)
            entropy -= x * log(r) + (1 - x) * log(1 - r)
        }
        for (mu, l) in zip(mu, logVariance) { kl -= (1 + l - mu * mu - exp(l)) / 2 }
        let negative: Double
        switch weights.architecture.likelihood {
        case .bernoulli: negative = entropy
        case .gaussian(let variance):
            let eta = Double(variance)
            negative = squares / (2 * eta) + Double(x.count) * log(2 * .pi * eta) / 2
        }
        byFunction = [
            .mse: squares / Double(x.count), .nll: entropy, .kl: kl, .elbo: negative + kl,
        ]
    }
}

extension Dense {
    fileprivate func apply(_ x: [Double]) -> [Double] {
        (0..<shape.outputs).map { output in
            x.indices.reduce(Double(bias[0, output])) { $0 + x[$1] * Double(weight[$1, output]) }
        }
    }
}
