import ArgumentParser
import VAETraining

/// Defaults of `elbo train` that belong together; each can still be given on its own.
enum Preset: String, ExpressibleByArgument, CaseIterable {
    /// The paper's sizes and step size.
    case paper
    /// The lowest negative ELBO on MNIST that we know how to reach within three minutes.
    case best

    /// Widths of the hidden layers.
    var hidden: String { self == .paper ? "256" : "512,512" }
    /// Latent units; fewer than the paper's lose nothing, since most of those stay unused.
    var latent: Int { self == .paper ? 200 : 40 }
    /// Passes over the images.
    var epochs: Int { self == .paper ? 50 : 60 }
    /// How Adam's step size changes.
    var schedule: Recipe.Schedule { self == .paper ? .constant : .cosine }
}
