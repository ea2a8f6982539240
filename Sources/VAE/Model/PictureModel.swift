public import Files
public import Images

/// What whoever judges pictures has to know of a model, whichever kind it is.
public protocol PictureModel: Sendable {
    /// The size of the images it takes.
    var imageShape: ImageShape { get }
    /// What makes pictures such.
    var preprocessing: Preprocessing { get }
    /// Facts about its making, as text by key; never interpreted.
    var provenance: [String: String] { get }
    /// Weights and biases, all together.
    var parameterCount: Int { get }
    /// Whether it can be computed so.
    func suits(_ computation: Computation) -> Bool
    /// How many images to score at once, where there is room for `limit`.
    func batchSize(atMost limit: Int) -> Int
    /// What scores batches of at most `capacity` images, for the calling thread; `computation` must suit.
    func scorer(
        by computation: Computation, computing wanted: ScoreSet, capacity: Int
    ) -> any ImageScorer
}

extension Model: PictureModel {
    /// See `Architecture.parameterCount`.
    public var parameterCount: Int { architecture.parameterCount }

    /// See `Computation.suits`.
    public func suits(_ computation: Computation) -> Bool { computation.suits(architecture) }

    /// As many as there is room for: what many images share is read once.
    public func batchSize(atMost limit: Int) -> Int { limit }

    /// See `ScoringEngine`.
    public func scorer(
        by computation: Computation, computing wanted: ScoreSet, capacity: Int
    ) -> any ImageScorer {
        ScoringEngine(self, by: computation, computing: wanted, capacity: capacity)
    }
}

/// A model that was read, with the hash by which calibrations and verdicts name it.
public protocol IdentifiedModel: Sendable {
    /// SHA-256 of its file's bytes.
    var digest: SHA256Digest { get }
    /// Whether it can be computed so.
    func suits(_ computation: Computation) -> Bool
}

extension LoadedModel: IdentifiedModel {
    /// See `Model.suits`.
    public func suits(_ computation: Computation) -> Bool { model.suits(computation) }
}
