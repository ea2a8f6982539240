import ArgumentParser
import Formatting
import Reports

/// `elbo reconstruct`: images above what the model makes of them.
struct Reconstruct: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw images above their reconstructions, and measure the error.",
        discussion: """
            The error is measured over all images at z = μ; the figure shows some of them:
              elbo reconstruct --model models/mnist --out strip.png
              elbo reconstruct --model models/mnist --which worst --out worst.svg
              elbo reconstruct --model models/mnist --json
            """)

    enum Choice: String, ExpressibleByArgument, CaseIterable { case first, best, worst }

    @OptionGroup var subject: ModelUnderTestOptions
    @Option(help: ArgumentHelp("File to write, ending in .svg or .png.", valueName: "file"))
    var out: String?
    @Option(help: "Which images to show: the first, or those with the least or largest error.")
    var which = Choice.first
    @Option(help: "How many images to show.")
    var count = 12
    @Option(help: "Position of the first image to show.")
    var from = 0
    @Flag(help: "Print the numbers as JSON.")
    var json = false

    func validate() throws { try requireFigureFormat(out) }

    func run() throws {
        try reporting {
            let result = Reconstruction(try subject.subject())
            guard (1...64).contains(count) else {
                throw ReportError.quantity("\(count) images do not fit; between 1 and 64 do")
            }
            if let out {
                let figure =
                    switch which {
                    case .first: try result.strip(from: from, count: count)
                    case .best: result.extremes(best: true, count: count)
                    case .worst: result.extremes(best: false, count: count)
                    }
                try write(figure, to: out)
            }
            if json { return try printJSON(result.numbers) }
            let n = result.numbers
            print(
                """
                \(n.images) images of \(n.data)
                  mean squared error    \(fixed(n.mse, 5)) (the paper: \(fixed(n.paperMSE, 5)))
                  cross-entropy         \(fixed(n.nll, 2)) nats
                  KL divergence         \(fixed(n.kl, 2)) nats
                  −ELBO                 \(fixed(n.negELBO, 2)) nats, with z drawn once per image
                  active latent units   \(n.activeUnits)
                """)
        }
    }
}
