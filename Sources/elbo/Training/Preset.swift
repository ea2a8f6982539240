import ArgumentParser
import Networks
import VAETraining

/// Defaults of `elbo train` that belong together; each can still be given on its own.
enum Preset: String, ExpressibleByArgument, CaseIterable {
    /// The paper's sizes and step size.
    case paper
    /// The lowest negative ELBO on MNIST that we know how to reach within three minutes.
    case best
    /// What tells strange images best: a narrower code, which cannot draw what it has not learnt, trained to fill in
    /// what is missing. Sets a tenth of the images aside, which `elbo calibrate` fuses scores with.
    case detect
    /// Small defects in pictures of parts: the autoencoder of an inspection model, which learns from features of places.
    case inspect

    /// Widths of the hidden layers.
    var hidden: String {
        switch self {
        case .paper, .inspect: "256"
        case .best: "512,512"
        case .detect: "512"
        }
    }

    /// Latent units; fewer than the paper's lose nothing, since most of those stay unused.
    var latent: Int {
        switch self {
        case .paper: 200
        case .best: 40
        case .detect: 48
        case .inspect: 32
        }
    }

    /// Passes over the images.
    var epochs: Int {
        switch self {
        case .paper: 50
        case .best: 60
        case .detect: 80
        case .inspect: 6
        }
    }

    /// How Adam's step size changes.
    var schedule: Recipe.Schedule { self == .paper ? .constant : .cosine }
    /// Images per step.
    var batch: Int {
        switch self {
        case .paper, .best: 128
        case .detect: 256
        case .inspect: 512
        }
    }
    /// How often a rectangle is cut out.
    var cutout: Float { self == .detect ? 0.8 : 0 }
    /// How weights are written.
    var storage: Safetensors.Storage { self == .detect || self == .inspect ? .half : .single }
    /// Every so many images one is set aside; nil where all are learnt from.
    var setAside: Int? { self == .detect ? 10 : nil }
}
