import ArgumentParser
import Formatting
import Reports

/// `elbo latent`: the latent space of a model.
struct Latent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw where a model puts images in its latent space.",
        discussion: """
            scatter   every image at its posterior mean, coloured by class; for more than
                      two latent units, along the two leading principal components
            manifold  what the decoder draws over the plane, for two latent units
            units     the KL divergence of every latent unit: which are active

              elbo latent --model models/mnist-2d --view manifold --out manifold.svg
              elbo latent --model models/mnist --view units --out units.svg
            """)

    enum View: String, ExpressibleByArgument, CaseIterable { case scatter, manifold, units }

    @OptionGroup var subject: ModelUnderTestOptions
    @Option(help: ArgumentHelp("File to write, ending in .svg or .png.", valueName: "file"))
    var out: String?
    @Option(help: "What to draw.")
    var view = View.scatter
    @Option(help: "Images along each side of the manifold.")
    var side = 20
    @Flag(help: "Print the numbers as JSON.")
    var json = false

    func validate() throws { try requireFigureFormat(out) }

    func run() throws {
        try reporting {
            let space = try LatentSpace(try subject.subject())
            if let out {
                let figure =
                    switch view {
                    case .scatter: space.scatter
                    case .manifold: try space.manifold(side: side)
                    case .units: space.units
                    }
                try write(figure, to: out)
            }
            if json { return try printJSON(space.numbers) }
            let n = space.numbers
            let largest = n.klByUnit.sorted(by: >).prefix(8).map { fixed($0, 2) }
            print("\(n.activeUnits) of \(n.latent) latent units are active on \(n.data)")
            print("Largest mean KL of a unit, in nats: \(largest.joined(separator: ", "))")
            if let shares = n.principalShares {
                print(
                    "Two principal components hold \(fixed(100 * (shares[0] + shares[1]), 1)) % of "
                        + "the variance of μ")
            }
        }
    }
}
