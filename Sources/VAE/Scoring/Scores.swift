import Glibc
public import Tensors

/// The scores of one image, from one pass: those of a set of functions, the others not computed.
public struct Scores: Sendable, BitwiseCopyable {
    /// Which there are.
    public private(set) var computed: ScoreSet
    /// By the functions' places; zero where there is none.
    private var values = InlineArray<41, Float>(repeating: 0)

    /// None yet.
    public init() { computed = [] }

    /// The standard ones; zero where none is given.
    public init(mse: Float = 0, nll: Float = 0, kl: Float = 0, elbo: Float = 0) {
        computed = .standard
        values[ScoreFunction.mse.index] = mse
        values[ScoreFunction.nll.index] = nll
        values[ScoreFunction.kl.index] = kl
        values[ScoreFunction.elbo.index] = elbo
    }

    /// Whether every score that was computed is a number.
    public var isFinite: Bool {
        var sum: Float = 0
        for index in values.indices { sum += values[index] * 0 }
        return sum == 0
    }

    /// The score by its name; not a number if it was not computed.
    public subscript(function: ScoreFunction) -> Float {
        get { computed.contains(function) ? values[function.index] : .nan }
        set {
            computed.insert(ScoreSet(function))
            values[function.index] = newValue
        }
    }

    /// The part of a fused score that finds the image oddest; nil if there is no fused score.
    public var strongestPart: ScoreFunction? {
        guard computed.contains(.fused) else { return nil }
        var strongest: ScoreFunction?
        var most = -Float.infinity
        for part in [ScoreFunction.camera, .extreme, .line, .surplus, .meaning]
        where computed.contains(part) && values[part.index] > most {
            (strongest, most) = (part, values[part.index])
        }
        return strongest
    }

    /// Those of `functions` alone.
    public func only(_ functions: ScoreSet) -> Scores {
        var scores = Scores()
        for function in functions.intersection(computed).functions {
            scores[function] = self[function]
        }
        return scores
    }

    /// See `ScoreFunction.mse`.
    public var mse: Float { self[.mse] }
    /// See `ScoreFunction.nll`.
    public var nll: Float { self[.nll] }
    /// See `ScoreFunction.kl`.
    public var kl: Float { self[.kl] }
    /// See `ScoreFunction.elbo`.
    public var elbo: Float { self[.elbo] }
}

extension Scores: Hashable {
    /// Whether the same scores were computed, and are the same numbers.
    public static func == (a: Scores, b: Scores) -> Bool {
        guard a.computed == b.computed else { return false }
        for index in a.values.indices where a.values[index] != b.values[index] { return false }
        return true
    }

    /// See `Hashable`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(computed)
        for index in values.indices { hasher.combine(values[index]) }
    }
}

extension ScoreFunction {
    /// Its place among all.
    @inline(__always) public var index: Int {
        // The compiler knows cases by these numbers already and makes nothing of this.
        switch self {
        case .mse: 0
        case .nll: 1
        case .kl: 2
        case .elbo: 3
        case .excess: 4
        case .residual: 5
        case .brighter: 6
        case .darker: 7
        case .patch: 8
        case .code: 9
        case .spread: 10
        case .latent: 11
        case .sap: 12
        case .nap: 13
        case .brightness: 14
        case .contrast: 15
        case .peak: 16
        case .black: 17
        case .grey: 18
        case .white: 19
        case .across: 20
        case .down: 21
        case .sharpness: 22
        case .ripple: 23
        case .spike: 24
        case .noise: 25
        case .border: 26
        case .entropy: 27
        case .entropyPatch: 28
        case .gap: 29
        case .acuity: 30
        case .smoothness: 31
        case .extent: 32
        case .camera: 33
        case .extreme: 34
        case .line: 35
        case .surplus: 36
        case .meaning: 37
        case .fused: 38
        case .worstPlaces: 39
        case .worstPlace: 40
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
