import Formatting
import FoundationEssentials
import Glibc
import VAE
import VAETraining

/// Tells how training goes: one line rewritten in place on a terminal, one line per epoch elsewhere.
final class TrainingProgress {
    private let trainer: Trainer
    private let images: Int
    private let isTerminal = isatty(1) == 1
    private let start = ContinuousClock.now
    private let firstEpoch: Int
    private var lastShown: ContinuousClock.Instant?
    private var active = "–"

    init(_ trainer: Trainer, images: Int) {
        self.trainer = trainer
        self.images = images
        firstEpoch = trainer.history.count
    }

    /// Says what is about to happen.
    func begin(_ architecture: Architecture, set: String, out: String) {
        let widths = ([architecture.inputs] + architecture.hidden).map(String.init)
        print(
            "Training \(widths.joined(separator: " → ")) → \(architecture.latent) latent units on "
                + "\(images) images of \(set), \(trainer.recipe.threads) threads, into \(out)")
        if firstEpoch > 0 { print("Resuming after epoch \(firstEpoch)") }
    }

    /// Redraws the line, at most ten times a second.
    func show(_ fraction: Double, _ terms: LossTerms) {
        guard isTerminal else { return }
        let now = ContinuousClock.now
        if let lastShown, now - lastShown < .milliseconds(100) { return }
        lastShown = now
        draw(epoch: trainer.history.count + 1, fraction: fraction, terms: terms, end: "")
    }

    /// Leaves the line of a finished epoch standing.
    func finish(_ record: EpochRecord) {
        active = "\(record.activeUnits)"
        draw(
            epoch: record.epoch, fraction: 1, terms: record.terms, end: isTerminal ? "" : "\n",
            speed: Double(images) / record.seconds)
        if isTerminal, trainer.isFinished { print() }
    }

    /// Moves below the line.
    func end() {
        if isTerminal { print() }
    }

    private func draw(
        epoch: Int, fraction: Double, terms: LossTerms, end: String, speed: Double? = nil
    ) {
        let done = Double(epoch - 1 - firstEpoch) + fraction
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        let speed = speed ?? done * Double(images) / elapsed
        let left = elapsed / done * (Double(trainer.recipe.epochs - firstEpoch) - done)
        // Back to the start, clear, and cut at the edge instead of wrapping while this is written.
        var line = isTerminal ? "\r\u{1B}[K\u{1B}[?7l" : ""
        line += "epoch \(epoch)/\(trainer.recipe.epochs)"
        if isTerminal { line += " " + bar(fraction) }
        line += "  loss \(fixed(terms.loss, 2))  reconstruction \(fixed(terms.reconstruction, 2))"
        line += "  KL \(fixed(terms.kl, 2))  active \(active)/\(latent)"
        line += "  \(Int(speed)) images/s  \(clock(left)) left"
        print(line, terminator: isTerminal ? "\u{1B}[?7h" + end : end)
        _ = fflush(nil)
    }

    private var latent: Int { trainer.step.parameters.architecture.latent }

    private func bar(_ fraction: Double) -> String {
        let filled = Int((fraction * 12).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 12 - filled)
    }

    private func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds.isFinite ? seconds : 0).rounded())
        let rest = whole % 60
        return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
    }
}
