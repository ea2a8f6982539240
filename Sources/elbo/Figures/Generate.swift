import ArgumentParser
import Datasets
import Reports
import Terminal
import VAE

/// `elbo generate`: images from random codes.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw new images, of a class on request.",
        discussion: """
            A conditional model draws images of the class asked for, or of all classes in
            turn; any model draws images from the prior.
              elbo generate --model models/mnist-conditional --class 7 --out sevens.png
              elbo generate --model models/mnist-conditional --every-class --out all.svg
              elbo generate --model models/mnist --count 99 --idx new-images-idx3-ubyte
            elbo-replay can stream the IDX file. If its name ends in images-idx3-ubyte, the
            classes asked for go into the file of labels that belongs to it.
            """)

    @OptionGroup var model: ModelOption
    @Option(name: .customLong("class"), help: "Class to draw.")
    var label: Int?
    @Flag(help: "A row of images for every class, --count in each, one code per column.")
    var everyClass = false
    @Option(help: "How many images.")
    var count: Int?
    @Option(help: "Where the random codes come from.")
    var seed: UInt64 = 1
    @Option(help: "Factor on the codes; below 1 images are more typical and less varied.")
    var temperature: Float = 1
    @Option(help: ArgumentHelp("Draw them to this .svg or .png file.", valueName: "file"))
    var out: String?
    @Option(help: ArgumentHelp("Write them as an IDX file.", valueName: "file"))
    var idx: String?
    @Flag(help: "Print what was written as JSON.")
    var json = false

    /// What `--json` prints, on one line.
    private struct Written: Encodable {
        let images: Int
        let figure: String?
        let idx: String?
        let labels: String?
    }

    func validate() throws {
        guard out != nil || idx != nil else {
            throw ValidationError("Name a file to write with --out or --idx.")
        }
        try requireFigureFormat(out)
        if everyClass, label != nil {
            throw ValidationError("--every-class draws all classes; leave --class out.")
        }
    }

    func run() throws {
        try reporting {
            let model = try model.load().model
            let result =
                everyClass
                ? try Generation(
                    everyClassOf: model, perClass: count ?? 12, seed: seed,
                    temperature: temperature)
                : try Generation(
                    model, label: label, count: count ?? 64, seed: seed, temperature: temperature)
            let images = result.images
            let encoded = try IDX.encodeImages(images)
            if let out { try write(result.figure, to: out) }
            let labels = try idx.flatMap { idx in
                try save(encoded, to: idx)
                let path = try saveLabels(of: images, beside: idx)
                note(
                    "Wrote \(images.count) images of \(images.rows)×\(images.columns) to \(idx)"
                        + "\(path.map { " and \($0)" } ?? "")\n")
                return path
            }
            if json {
                try printJSONLine(
                    Written(images: images.count, figure: out, idx: idx, labels: labels))
            }
        }
    }

    /// Writes the classes of images into the file where they belong, and returns its path; nil if there
    /// are none or the images' file has another kind of name.
    private func saveLabels(of images: ImageSet, beside idx: String) throws -> String? {
        guard let labels = images.labels, let path = IDX.labelsPath(besideImages: idx) else {
            return nil
        }
        try save(try IDX.encodeLabels(labels), to: path)
        return path
    }
}
