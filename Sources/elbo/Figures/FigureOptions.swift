import ArgumentParser
import Drawing
import FoundationEssentials
import Reports
import Terminal
import VAE

/// Which model is looked at, with which images.
struct ModelUnderTestOptions: ParsableArguments {
    @OptionGroup var model: ModelOption
    @OptionGroup var data: DataOption
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Images to look with, one or several: \(DataOption.sets) (default for models of MNIST: mnist:t10k).",
            valueName: "set"))
    var images: [String] = []

    /// Loads both.
    func subject() throws -> ModelUnderTest {
        let loaded = try model.load()
        let set = try data.load(
            loaded.model.images(images, standard: "mnist:t10k", option: "--images"),
            for: loaded.model)
        return try ModelUnderTest(name: model.model, loaded: loaded, images: set)
    }
}

/// Refuses a file name that does not say how a figure is to be written.
func requireFigureFormat(_ path: String?) throws {
    guard let path, Figure.Format(path: path) == nil else { return }
    throw ValidationError(
        "\(path) must end in .svg or .png, which says how the figure is written.")
}

/// Writes a figure in the format that the file's name asks for, and says so.
func write(_ figure: Figure, to path: String) throws {
    guard let format = Figure.Format(path: path) else { return }
    try save(figure.encoded(format), to: path)
    note("Wrote \(path): \(figure.caption)\n")
}
