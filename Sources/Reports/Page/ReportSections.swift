import Datasets
import Detection
import Drawing
import Files
import Formatting
import Platform
import VAE

/// The sections of a report, made one after the other.
struct ReportSections {
    /// The sections in their order on the page.
    enum Kind: String, CaseIterable {
        case reconstruction, latent, interpolation, robustness, detection, faults, generation
        case origin

        var title: String {
            switch self {
            case .reconstruction: "Quality of reconstruction"
            case .latent: "Latent space"
            case .interpolation: "Interpolation"
            case .robustness: "Robustness to noise"
            case .detection: "Anomaly detection"
            case .faults: "Faults of cameras and scenes"
            case .generation: "Generation"
            case .origin: "Training and origin"
            }
        }
    }

    let input: ReportInput
    private var reconstruction: Reconstruction?
    private var spaces: [LatentSpace] = []
    private var robustness: [Robustness] = []
    private var detection: AnomalyDetection?
    private var suite: FaultSuite?
    private(set) var html: [(id: String, title: String, html: String)] = []

    init(_ input: ReportInput) { self.input = input }

    mutating func make(_ kind: Kind) throws(ReportError) {
        let text =
            switch kind {
            case .reconstruction: try makeReconstruction()
            case .latent: try makeLatent()
            case .interpolation: try makeInterpolation()
            case .robustness: try makeRobustness()
            case .detection: makeDetection()
            case .faults: makeFaults()
            case .generation: try makeGeneration()
            case .origin: originSection()
            }
        html.append((kind.rawValue, kind.title, text))
    }

    private func subject(_ model: ReportModel) throws(ReportError) -> ModelUnderTest {
        try ModelUnderTest(name: model.name, loaded: model.loaded, images: input.images)
    }

    private mutating func makeReconstruction() throws(ReportError) -> String {
        let result = try Reconstruction(subject(input.main))
        reconstruction = result
        let n = result.numbers
        var rows = [
            ["", n.model, "the paper"],
            ["mean squared error", fixed(n.mse, 5), fixed(n.paperMSE, 5)],
            ["cross-entropy", "\(fixed(n.nll, 2)) nats", ""],
            ["KL divergence", "\(fixed(n.kl, 2)) nats", ""],
            ["−ELBO, z sampled", "\(fixed(n.negELBO, 2)) nats", ""],
            ["active latent units", "\(n.activeUnits)", ""],
        ]
        if let classes = n.mseByClass {
            let worst = classes.indices.max { classes[$0] < classes[$1] } ?? 0
            let best = classes.indices.min { classes[$0] < classes[$1] } ?? 0
            rows.append([
                "easiest and hardest class",
                "\(best): \(fixed(classes[best], 5)), \(worst): \(fixed(classes[worst], 5))",
                "",
            ])
        }
        return Markup.paragraph(
            "All \(grouped(n.images)) images of \(n.data), encoded and decoded at z = μ. Errors are of pixels "
                + "in [0, 1], averaged over pixels and images.")
            + Markup.table(rows) + Markup.figure(try result.strip(count: min(12, n.images)))
            + Markup.figure(result.extremes(best: true))
            + Markup.figure(result.extremes(best: false))
    }

    private mutating func makeLatent() throws(ReportError) -> String {
        var text = ""
        if let plane = input.plane, plane.loaded.model.architecture.latent == 2 {
            let space = try LatentSpace(subject(plane))
            spaces.append(space)
            text += Markup.paragraph(
                "\(plane.name) has two latent units, so its latent space is a plane: every image at "
                    + "its posterior mean, and what the decoder draws from everywhere in it.")
            text += Markup.figure(space.scatter) + Markup.figure(try space.manifold())
        }
        guard input.main.loaded.model.architecture.latent >= 2 else {
            return text + Markup.paragraph("\(input.main.name) has one latent unit.")
        }
        let space = try LatentSpace(subject(input.main))
        spaces.insert(space, at: 0)
        let n = space.numbers
        text += Markup.paragraph(
            "\(n.model) has \(n.latent) latent units, of which \(n.activeUnits) are active: the "
                + "variance of their mean over images is above 0.01. The others stay at the prior "
                + "and carry nothing.")
        text += Markup.figure(space.scatter) + Markup.figure(space.units)
        if n.latent == 2, !input.main.loaded.model.architecture.isConditional {
            text += Markup.figure(try space.manifold())
        }
        return text
    }

    private func makeInterpolation() throws(ReportError) -> String {
        let subject = try subject(input.main)
        let pairs = Interpolation.pairs(5, in: subject)
        var text = ""
        for path in Interpolation.Path.allCases {
            text += Markup.figure(try Interpolation(subject, pairs: pairs, path: path).figure)
        }
        return text
    }

    private mutating func makeRobustness() throws(ReportError) -> String {
        robustness = [try Robustness(subject(input.main))]
        if let denoising = input.denoising {
            robustness.append(try Robustness(subject(denoising)))
        }
        let all = robustness.map(\.numbers)
        let rows = robustness[0].numbers.noise.indices.map { index in
            [number(all[0].noise[index].sigma), fixed(all[0].noise[index].mseNoisy, 5)]
                + all.map { fixed($0.noise[index].mse, 5) }
        }
        return Markup.paragraph(
            "Gaussian noise of standard deviation σ is added to the pixels, which are then clipped to "
                + "[0, 1]; the reconstruction is compared with the clean image. The paper reports "
                + "0.0212 and does not say for how much noise.")
            + Markup.figure(Robustness.curve(robustness))
            + Markup.table([["σ", "noisy image"] + all.map(\.model)] + rows)
            + robustness.map { Markup.figure($0.pictures()) }.joined()
    }

    private mutating func makeDetection() -> String {
        let result = AnomalyDetection(
            input.main.loaded, input.calibration.calibration, normal: input.normal,
            anomalous: input.anomalous)
        detection = result
        return Self.detectionSection(result)
    }

    private mutating func makeFaults() -> String {
        let calibration = input.calibration.calibration
        let engine = ScoringEngine(
            input.main.loaded.model, by: calibration.computation, computing: calibration.held,
            capacity: 256)
        let result = FaultSuite(calibration, normal: input.normal, others: [input.anomalous]) {
            engine.scores(ofImages: $0.pixels, count: $0.count)
        }
        suite = result
        return faultSection(result)
    }

    private func makeGeneration() throws(ReportError) -> String {
        var text = ""
        if let conditional = input.conditional {
            text += Markup.paragraph(
                "\(conditional.name) is told a class with every image and draws images of a class "
                    + "on request.")
            text += Markup.figure(try Generation(everyClassOf: conditional.loaded.model).figure)
        } else {
            text += Markup.paragraph(
                "No conditional model was given; train one with elbo train --conditional.")
        }
        if !input.main.loaded.model.architecture.isConditional {
            text += Markup.paragraph("\(input.main.name) draws from the prior, without a class:")
            text += Markup.figure(try Generation(input.main.loaded.model, count: 32).figure)
        }
        return text
    }

    /// All numbers, once every section is made.
    func numbers(command: String, created: UnixTime) throws(ReportError) -> Report.Numbers {
        guard let reconstruction, let detection, let suite else {
            preconditionFailure("the sections are not all made")
        }
        var digests: [String: String] = [:]
        for set in input.sets {
            digests[set.name] = set.digest.description
        }
        return Report.Numbers(
            command: command, created: created.iso8601, reconstruction: reconstruction.numbers,
            latent: spaces.map(\.numbers), robustness: robustness.map(\.numbers),
            detection: detection.numbers, faults: suite.rows.map { Report.Fault($0, suite) },
            models: input.models.map { Provenance($0) },
            calibrationSHA256: input.calibration.digest.description, dataSHA256: digests,
            training: input.main.history.map { Report.Epoch(record: $0) })
    }

    /// The page, once every section is made.
    func page(command: String, created: UnixTime) -> String {
        let lead =
            Markup.paragraph(
                "What \(input.main.name) makes of images: the experiments of De León Martínez, "
                    + "“Variational Autoencoders” (CIMAT, 2024), with the weights that the daemon "
                    + "runs. Every number is also in the JSON file beside this page.")
            + Markup.code(command)
            + Markup.paragraph("elbod \(elbodVersion), \(created.iso8601)")
        return Markup.page(
            title: "Report on \(input.main.name)", lead: lead, sections: html)
    }
}
