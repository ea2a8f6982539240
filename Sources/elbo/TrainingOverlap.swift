import Datasets
import Files
import Terminal
import VAE

/// How many images of a set a model was trained on.
struct TrainingOverlap {
    /// Images of the set that it was trained on, exact or estimated.
    let seen: Int
    /// Images of the set.
    let all: Int
    /// How many of the set the model's record could be asked about.
    let told: Int

    /// Nil if it is none, as far as the model's file knows.
    init?(_ set: ImageSet, _ model: any PictureModel) {
        all = set.count
        let facts = model.provenance
        if facts["data_sha256"] == set.digest.hex {
            (seen, told) = (all, all)
            return
        }
        if let sketch = facts["data_sketch"].flatMap({ ImageSketch($0) }) {
            let (found, asked) = sketch.overlap(with: set)
            guard found > 0 else { return nil }
            seen = Int((Double(found) / Double(asked) * Double(all)).rounded())
            told = asked
            return
        }
        // A model from before images were recorded knows a name alone.
        guard let data = facts["data"], let trained = try? DatasetSpecification(data),
            let asked = try? DatasetSpecification(set.name), case .named = asked.source,
            trained.source == asked.source
        else { return nil }
        let found = (0..<all).count { trained.selection.contains(asked.selection.number($0)) }
        guard found > 0 else { return nil }
        (seen, told) = (found, all)
    }

    /// What to tell whoever uses `set` for something, with what comes of it and what to do.
    func warning(of set: ImageSet, consequence: String) -> String {
        let share = told == all ? "\(seen)" : "About \(seen) (by \(told) that can be told of)"
        return
            "elbo: warning: \(share) of the \(all) images of \(set.name) are among those that the "
            + "model was trained on. It knows them, so \(consequence). Set images aside before "
            + "training, say every fifth, and name those.\n"
    }
}

/// Warns if `model` was trained on images of `set`; how many it was.
@discardableResult
func warnOfTrainingImages(
    in set: ImageSet, _ model: any PictureModel, consequence: String
) -> Int {
    guard let overlap = TrainingOverlap(set, model) else { return 0 }
    note(overlap.warning(of: set, consequence: consequence))
    return overlap.seen
}
