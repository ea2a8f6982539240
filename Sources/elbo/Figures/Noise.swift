import ArgumentParser
import Formatting
import Reports

/// `elbo noise`: how well a model finds the clean image behind noise.
struct Noise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure and draw what a model makes of noisy images.",
        discussion: """
            Gaussian noise of standard deviation σ is added to pixels in [0, 1], which are
            clipped; the reconstruction at z = μ is compared with the clean image.
              elbo noise --model models/mnist
              elbo noise --model models/mnist-denoising --sigma 0.2 --json
              elbo noise --model models/mnist --out curve.svg --pictures noisy.png
            """)

    @OptionGroup var subject: ModelUnderTestOptions
    @Option(
        help: ArgumentHelp(
            "Amounts of noise, such as 0.1,0.2 (default: 0 to 0.5 in steps of 0.05).",
            valueName: "σ,…"))
    var sigma: String?
    @Option(help: "Where the noise comes from.")
    var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Draw the curve to this .svg or .png file.", valueName: "file"))
    var out: String?
    @Option(help: ArgumentHelp("Draw noisy images to this .svg or .png file.", valueName: "file"))
    var pictures: String?
    @Flag(help: "Print the numbers as JSON.")
    var json = false

    func validate() throws {
        try requireFigureFormat(out)
        try requireFigureFormat(pictures)
    }

    func run() throws {
        try reporting {
            let parts = sigma?.split(separator: ",", omittingEmptySubsequences: false)
            let given = parts?.compactMap { Double($0) }
            guard given?.count == parts?.count else {
                throw ReportError.quantity("--sigma \(sigma ?? "") is not numbers such as 0.1,0.2")
            }
            let result = try Robustness(
                try subject.subject(), deviations: given ?? Robustness.deviations, seed: seed)
            if let out { try write(Robustness.curve([result]), to: out) }
            if let pictures {
                let shown = given.map { Array($0.prefix(8)) } ?? [0.1, 0.2, 0.3, 0.5]
                try write(result.pictures(deviations: shown), to: pictures)
            }
            if json { return try printJSON(result.numbers) }
            print("Mean squared error against the clean images of \(result.numbers.data)")
            print("     σ  reconstruction  noisy image itself")
            for entry in result.numbers.noise {
                print(
                    "  \(fixed(entry.sigma, 2))  \(padded(fixed(entry.mse, 5), 14, left: true))"
                        + "  \(padded(fixed(entry.mseNoisy, 5), 18, left: true))")
            }
        }
    }
}
