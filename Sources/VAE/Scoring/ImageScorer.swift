public import Tensors

/// Scores batches of images of one model's size; belongs to one thread.
///
/// What judges, be it files or a stream, needs to know no more of a model: `ScoringEngine` scores images by what their
/// pixels' model makes of them, an inspection model's engine by the places that it looks at.
public protocol ImageScorer: AnyObject {
    /// The most images in a batch.
    var capacity: Int { get }
    /// Scores of the last batch, one per image; only the first ones are meaningful.
    var scores: [Scores] { get }
    /// Scores the first `count` rows of `images`, which has at least `capacity` rows.
    func score(_ images: borrowing ImageBatch, count: Int)
    /// Scores blank images, so that machine code is there before the first one comes.
    func warmUp()
}

extension ScoringEngine: ImageScorer {}
