public import Images

/// What whoever judges pictures has to know of a model, whichever kind it is.
public protocol PictureModel: Sendable {
    /// The size of the images it takes.
    var imageShape: ImageShape { get }
    /// What makes pictures such.
    var preprocessing: Preprocessing { get }
    /// Facts about its making, as text by key; never interpreted.
    var provenance: [String: String] { get }
    /// Whether it can be computed so.
    func suits(_ computation: Computation) -> Bool
    /// What scores batches of at most `capacity` images, for the calling thread; `computation` must suit.
    func scorer(
        by computation: Computation, computing wanted: ScoreSet, capacity: Int
    ) -> any ImageScorer
}

extension Model: PictureModel {
    /// See `Computation.suits`.
    public func suits(_ computation: Computation) -> Bool { computation.suits(architecture) }

    /// See `ScoringEngine`.
    public func scorer(
        by computation: Computation, computing wanted: ScoreSet, capacity: Int
    ) -> any ImageScorer {
        ScoringEngine(self, by: computation, computing: wanted, capacity: capacity)
    }
}
