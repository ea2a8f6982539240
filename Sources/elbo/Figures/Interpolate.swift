public import ArgumentParser
import Reports

extension Interpolation.Path: ExpressibleByArgument {}

/// `elbo interpolate`: from one image to another through the latent space.
struct Interpolate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw the way from one image to another through the latent space.",
        discussion: #"""
            Without --pair the pairs are images of different classes:
              elbo interpolate --model models/mnist --out ways.png
              elbo interpolate --model models/mnist --pair 3,18 --path spherical \
                  --out way.svg
            """#)

    @OptionGroup var subject: ModelUnderTestOptions
    @Option(help: ArgumentHelp("File to write, ending in .svg or .png.", valueName: "file"))
    var out: String
    @Option(
        help: ArgumentHelp(
            "Positions of two images in the set, such as 3,18; may be repeated.", valueName: "a,b"))
    var pair: [String] = []
    @Option(help: "How many pairs to choose where none is given.")
    var pairs = 5
    @Option(help: "Pictures from one image to the other.")
    var steps = 9
    @Option(help: "In a straight line, or along the arc that keeps the length of codes.")
    var path = Interpolation.Path.linear
    @Flag(help: "Print what was drawn as JSON.")
    var json = false

    /// What `--json` prints, on one line.
    private struct Drawn: Encodable {
        let figure: String
        let pairs: [[Int]]
    }

    func validate() throws { try requireFigureFormat(out) }

    func run() throws {
        try reporting {
            let given = try pair.map { text in
                let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
                    .compactMap { Int($0) }
                guard numbers.count == 2 else {
                    throw ReportError.quantity("--pair \(text) is not two positions such as 3,18")
                }
                return (from: numbers[0], to: numbers[1])
            }
            guard (1...64).contains(pairs) else {
                throw ReportError.quantity("\(pairs) pairs; between 1 and 64 are possible")
            }
            let subject = try subject.subject()
            let chosen = given.isEmpty ? Interpolation.pairs(pairs, in: subject) : given
            let result = try Interpolation(subject, pairs: chosen, steps: steps, path: path)
            try write(result.figure, to: out)
            if json {
                try printJSONLine(Drawn(figure: out, pairs: chosen.map { [$0.from, $0.to] }))
            }
        }
    }
}
