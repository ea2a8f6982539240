import Glibc
public import Tensors

/// A number that says how badly a model explains an image; every one grows with strangeness.
public enum ScoreFunction: String, CaseIterable, Sendable, Codable {
    /// Mean squared error of the reconstruction, over pixels in [0, 1].
    case mse
    /// Bernoulli cross-entropy of the reconstruction, summed over pixels, in nats.
    case nll
    /// Divergence of the posterior from the prior, `KL(q(z|x) ‖ N(0, 1))`, in nats.
    case kl
    /// The negative evidence lower bound: the model's own reconstruction term plus `kl`, in nats.
    case elbo
}

/// Every score of one image, from one pass.
public struct Scores: Hashable, Sendable, BitwiseCopyable {
    /// See `ScoreFunction.mse`.
    public var mse: Float
    /// See `ScoreFunction.nll`.
    public var nll: Float
    /// See `ScoreFunction.kl`.
    public var kl: Float
    /// See `ScoreFunction.elbo`.
    public var elbo: Float

    /// These scores; zero where none is given.
    public init(mse: Float = 0, nll: Float = 0, kl: Float = 0, elbo: Float = 0) {
        (self.mse, self.nll, self.kl, self.elbo) = (mse, nll, kl, elbo)
    }

    /// Whether every score is a number.
    public var isFinite: Bool { (mse + nll + kl + elbo).isFinite }

    /// The score by its name.
    public subscript(function: ScoreFunction) -> Float {
        switch function {
        case .mse: mse
        case .nll: nll
        case .kl: kl
        case .elbo: elbo
        }
    }
}

extension Likelihood {
    /// `−log p(x|z)` of one image of `pixels` pixels, in nats.
    public func negativeLogLikelihood(_ sums: ReconstructionSums, pixels: Int) -> Float {
        switch self {
        case .bernoulli: sums.crossEntropy
        case .gaussian(let variance):
            sums.squaredError / (2 * variance) + logNormalizer(variance) * Float(pixels)
        }
    }

    /// `½ log 2πη`, the part of a Gaussian's negative log-density that does not depend on x.
    private func logNormalizer(_ variance: Float) -> Float {
        Float(0.5 * log(2 * Double.pi * Double(variance)))
    }
}
