import ArgumentParser
import Build

/// `elbo`: makes, calibrates and examines the models that `elbod` serves.
@main
struct Elbo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elbo",
        abstract: "Train, calibrate and examine the models that elbod serves.",
        discussion: """
            From nothing to a served model:
              elbo train --out models/mine         learn what normal looks like (a minute)
              elbo calibrate --model models/mine   draw bounds from held-out normal images
              elbo evaluate --model models/mine    check them on images nobody has seen
              elbo report --model models/mine      look at all of it on one page
              elbod --model models/mine            serve

            With pictures of your own:
              elbo train --images good/ --preprocess grayscale,resize=28x28 --out models/mine
              elbo calibrate --model models/mine --images good-and-held-out/
              elbo evaluate --model models/mine --normal more-good/

            Every command takes images in the same ways, one name or several: a data set,
            NAME[:SPLIT][SOME], such as mnist:t10k[odd]; a picture; a folder, with
            all that is below it; an IDX, .npy or .npz file. Data sets are looked for in
            --data, $ELBO_DATA and the user's data folder; tools/fetch-data downloads them.
            """,
        version: Build.text(for: "elbo"),
        subcommands: [Train.self, Calibrate.self, Evaluate.self, Score.self, Benchmark.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Inspection",
                subcommands: [
                    ReportCommand.self, Reconstruct.self, Latent.self, Interpolate.self,
                    Generate.self, Noise.self, Explain.self, CalibrationCommand.self,
                ]),
            CommandGroup(
                name: "Service",
                subcommands: [
                    StatusCommand.self, Top.self, SourcesCommand.self, Tap.self, Reload.self,
                    Drain.self, Recalibrate.self, Threshold.self, ConfigCommand.self, Keygen.self,
                    ProxyCommand.self,
                ]),
            CommandGroup(
                name: "Exchange",
                subcommands: [Export.self, Import.self, BackboneCommand.self]),
        ])
}
