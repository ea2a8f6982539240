/// A number about an image that is compared with what normal images come to.
///
/// Most grow with strangeness, as a model explains an image badly; those about the pixels alone are odd on
/// either side.
public enum ScoreFunction: String, CaseIterable, Sendable, Codable, BitwiseCopyable {
    /// Mean squared error of the reconstruction, over pixels in [0, 1].
    case mse
    /// Bernoulli cross-entropy of the reconstruction, summed over pixels, in nats.
    case nll
    /// Divergence of the posterior from the prior, `KL(q(z|x) ‖ N(0, 1))`, in nats.
    case kl
    /// The negative evidence lower bound: the model's own reconstruction term plus `kl`, in nats.
    case elbo

    /// `nll` less the entropy of the pixels, which no reconstruction can go below: the divergence of x̂ from x
    /// as Bernoulli probabilities, in nats.
    case excess = "excess_nll"
    /// Mean of `(x − x̂)² / (x̂(1 − x̂) + 0.02)`: errors count for more where the model is sure (Pearson, 1900).
    case residual = "pearson"
    /// Mean squared error where the image is brighter than reconstructed, per pixel of the image.
    case brighter
    /// The same where it is darker.
    case darker
    /// Mean squared error of the worst 3 × 3 pixels.
    case patch = "worst_patch"
    /// Length of the posterior mean, ‖μ‖.
    case code = "mu_norm"
    /// Length of the posterior deviation, ‖σ‖.
    case spread = "sigma_norm"
    /// How far μ lies from those of normal images (`PrincipalDistance`).
    case latent = "latent_distance"

    /// Σ of squared differences between what the encoder's hidden layers make of the image and of its
    /// reconstruction (RaPP's SAP; Kim et al., ICLR 2020).
    case sap
    /// The same, each direction measured by how much normal images vary along it (RaPP's NAP).
    case nap

    /// Mean of the pixels, in [0, 1].
    case brightness
    /// Standard deviation of the pixels.
    case contrast
    /// The largest pixel.
    case peak
    /// The share of pixels that are as good as black.
    case black
    /// The share that are neither as good as black nor as good as white.
    case grey
    /// The share that are as good as white.
    case white
    /// Mean difference of neighbours side by side.
    case across = "variation_across"
    /// Mean difference of neighbours one below the other.
    case down = "variation_down"
    /// Mean difference of neighbours over brightness: low where an image is blurred.
    case sharpness
    /// Mean Laplacian, |4x − neighbours|.
    case ripple = "laplacian"
    /// The largest Laplacian: a lone bright or dark pixel.
    case spike = "laplacian_peak"
    /// Estimated deviation of the noise in the pixels (Immerkær, 1996).
    case noise
    /// Mean of the pixels along the border.
    case border
    /// Entropy of the pixels as Bernoulli probabilities, in nats: large where an image is grey or blurred.
    case entropy
    /// The same of the 5 × 5 pixels with the most.
    case entropyPatch = "entropy_patch"
    /// What the darkest row or column between brighter ones lacks: a dead line of a sensor.
    case gap

    /// Mean Laplacian over mean difference of neighbours: low where an image is out of focus, whatever its
    /// contrast and brightness.
    case acuity
    /// The share of places where Immerkær's operator (1996) finds no noise: at most 8 levels of a byte.
    case smoothness
    /// √ of the share of the image that the box around all its edges covers: how large what it shows is.
    case extent

    /// How oddly the statistics of the pixels lie together, `−log₁₀ p` among normal images.
    case camera = "part_camera"
    /// How odd the oddest of a few statistics is, likewise.
    case extreme = "part_extreme"
    /// Whether a line is missing.
    case line = "part_line"
    /// Whether there is more in the image than the model explains.
    case surplus = "part_surplus"
    /// How differently the encoder takes the image and its reconstruction.
    case meaning = "part_meaning"
    /// All parts of a `NormalProfile` made one, `−log₁₀` of the weighted harmonic mean of their p-values.
    case fused

    /// Of an inspection model: the mean error of the worst places of a picture, each as a multiple of what normal
    /// pictures have there.
    case worstPlaces = "worst_places"
    /// The largest number of its map, where errors are of the features alone that say where a picture is odd.
    case worstPlace = "worst_place"
}

/// Some of the score functions.
public struct ScoreSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// A bit for each function, in the order of `ScoreFunction.allCases`.
    public let rawValue: UInt64

    /// The set with these bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The set of one function.
    public init(_ function: ScoreFunction) { rawValue = 1 << UInt64(function.index) }

    /// The set of these functions.
    public init(_ functions: some Sequence<ScoreFunction>) {
        self = functions.reduce(into: []) { $0.formUnion(ScoreSet($1)) }
    }

    /// Whether `function` is in it.
    public func contains(_ function: ScoreFunction) -> Bool { contains(ScoreSet(function)) }

    /// Those that come out of every pass.
    public static let standard = ScoreSet([.mse, .nll, .kl, .elbo])
    /// What is left of those if nothing but the error of reconstruction is asked for; saves the head of log σ²
    /// and a tenth of the time.
    public static let reconstruction = ScoreSet(.mse)
    /// Those that look at the pixels alone.
    public static let pixels = ScoreSet([
        .brightness, .contrast, .peak, .black, .grey, .white, .across, .down, .sharpness, .ripple,
        .spike, .noise, .border, .entropy, .entropyPatch, .gap, .acuity, .smoothness, .extent,
    ])
    /// Those that tell whether a camera sees at all: cheap, and computed from whole numbers, so that equal images
    /// have equal ones.
    public static let health = ScoreSet([
        .brightness, .contrast, .peak, .white, .acuity, .smoothness, .extent,
    ])
    /// Those that compare pixels and reconstruction.
    static let differences = ScoreSet([.residual, .brighter, .darker, .patch])
    /// Those that look at the posterior.
    static let posterior = ScoreSet([.code, .spread, .latent])
    /// Those that need a look at the pixels.
    static let examined = pixels.subtracting(health).union(differences).union(ScoreSet(.excess))
    /// Those that need the reconstruction to be encoded.
    public static let rapp = ScoreSet([.sap, .nap])
    /// Those that need a `NormalProfile`.
    public static let profiled = ScoreSet([
        .latent, .nap, .camera, .extreme, .line, .surplus, .meaning, .fused,
    ])
    /// Those of inspection models, which have no others.
    public static let places = ScoreSet([.worstPlaces, .worstPlace])
    /// All of models of pixels.
    public static let all = ScoreSet(ScoreFunction.allCases).subtracting(places)
    /// All that every such model has.
    public static let plain = all.subtracting(profiled)

    /// Those that cannot be negative and are spread evenly by their logarithms.
    static let positive = ScoreSet([
        .mse, .nll, .kl, .excess, .residual, .brighter, .darker, .patch, .code, .spread, .latent,
        .sap, .nap, .brightness, .contrast, .across, .down, .sharpness,
        .ripple, .noise, .border, .entropy,
    ])

    /// The same with all that a profile's fusion needs, if the fused score is among them.
    public func withParts(of profile: NormalProfile?) -> ScoreSet {
        guard contains(.fused), let fusion = profile?.fusion else { return self }
        return union(fusion.functions).union(ScoreSet(fusion.parts.map(\.function)))
    }

    /// Whether the error of reconstruction and the pixels give all of them.
    var needsOnlyReconstruction: Bool { subtracting(.health) == .reconstruction }

    /// Its functions, in their order.
    public var functions: [ScoreFunction] { ScoreFunction.allCases.filter(contains) }
}
