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
        case reconstruction, latent, interpolation, robustness, detection, generation, origin

        var title: String {
            switch self {
            case .reconstruction: "Quality of reconstruction"
            case .latent: "Latent space"
            case .interpolation: "Interpolation"
            case .robustness: "Robustness to noise"
            case .detection: "Anomaly detection"
            case .generation: "Generation"
            case .origin: "Training and origin"
            }
        }
    }

    let material: Report.Material
    private var reconstruction: Reconstruction?
    private var spaces: [LatentSpace] = []
    private var robustness: [Robustness] = []
    private var detection: AnomalyDetection?
    private(set) var html: [(id: String, title: String, html: String)] = []

    init(_ material: Report.Material) { self.material = material }

    mutating func make(_ kind: Kind) throws(ReportError) {
        let text =
            switch kind {
            case .reconstruction: try makeReconstruction()
            case .latent: try makeLatent()
            case .interpolation: try makeInterpolation()
            case .robustness: try makeRobustness()
            case .detection: makeDetection()
            case .generation: try makeGeneration()
            case .origin: makeOrigin()
            }
        html.append((kind.rawValue, kind.title, text))
    }

    private func subject(_ exhibit: Report.Exhibit) throws(ReportError) -> Subject {
        try Subject(name: exhibit.name, loaded: exhibit.loaded, images: material.images)
    }

    private mutating func makeReconstruction() throws(ReportError) -> String {
        let result = try Reconstruction(subject(material.main))
        reconstruction = result
        let n = result.numbers
        var rows = [
            ["", n.model, "the paper"],
            ["mean squared error", fixed(n.mse, 5), fixed(n.paper_mse, 5)],
            ["cross-entropy", "\(fixed(n.nll, 2)) nats", ""],
            ["KL divergence", "\(fixed(n.kl, 2)) nats", ""],
            ["−ELBO, z sampled", "\(fixed(n.neg_elbo, 2)) nats", ""],
            ["active latent units", "\(n.active_units)", ""],
        ]
        if let classes = n.mse_by_class {
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
        if let plane = material.plane, plane.loaded.model.architecture.latent == 2 {
            let space = try LatentSpace(subject(plane))
            spaces.append(space)
            text += Markup.paragraph(
                "\(plane.name) has two latent units, so its latent space is a plane: every image at "
                    + "its posterior mean, and what the decoder draws from everywhere in it.")
            text += Markup.figure(space.scatter) + Markup.figure(try space.manifold())
        }
        guard material.main.loaded.model.architecture.latent >= 2 else {
            return text + Markup.paragraph("\(material.main.name) has one latent unit.")
        }
        let space = try LatentSpace(subject(material.main))
        spaces.insert(space, at: 0)
        let n = space.numbers
        text += Markup.paragraph(
            "\(n.model) has \(n.latent) latent units, of which \(n.active_units) are active: the "
                + "variance of their mean over images is above 0.01. The others stay at the prior "
                + "and carry nothing.")
        text += Markup.figure(space.scatter) + Markup.figure(space.units)
        if n.latent == 2, !material.main.loaded.model.architecture.isConditional {
            text += Markup.figure(try space.manifold())
        }
        return text
    }

    private func makeInterpolation() throws(ReportError) -> String {
        let subject = try subject(material.main)
        let pairs = Interpolation.pairs(5, in: subject)
        var text = ""
        for path in Interpolation.Path.allCases {
            text += Markup.figure(try Interpolation(subject, pairs: pairs, path: path).figure)
        }
        return text
    }

    private mutating func makeRobustness() throws(ReportError) -> String {
        robustness = [try Robustness(subject(material.main))]
        if let denoising = material.denoising {
            robustness.append(try Robustness(subject(denoising)))
        }
        let all = robustness.map(\.numbers)
        let rows = robustness[0].numbers.noise.indices.map { index in
            [number(all[0].noise[index].sigma), fixed(all[0].noise[index].mse_noisy, 5)]
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
            material.main.loaded, material.calibration.calibration, normal: material.normal,
            anomalous: material.anomalous)
        detection = result
        return detectionSection(result)
    }

    private func makeGeneration() throws(ReportError) -> String {
        var text = ""
        if let conditional = material.conditional {
            text += Markup.paragraph(
                "\(conditional.name) is told a class with every image and draws images of a class "
                    + "on request.")
            text += Markup.figure(try Generation(everyClassOf: conditional.loaded.model).figure)
        } else {
            text += Markup.paragraph(
                "No conditional model was given; train one with elbo train --conditional.")
        }
        if !material.main.loaded.model.architecture.isConditional {
            text += Markup.paragraph("\(material.main.name) draws from the prior, without a class:")
            text += Markup.figure(try Generation(material.main.loaded.model, count: 32).figure)
        }
        return text
    }

    private var exhibits: [Report.Exhibit] {
        [material.main, material.plane, material.conditional, material.denoising].compactMap { $0 }
    }

    private func makeOrigin() -> String {
        originSection(exhibits.map { ($0, Origin(name: $0.name, $0.loaded)) })
    }

    /// All numbers, once every section is made.
    func numbers(command: String, created: UnixTime) throws(ReportError) -> Report.Numbers {
        guard let reconstruction, let detection else {
            preconditionFailure("the sections are not all made")
        }
        var digests: [String: String] = [:]
        for set in [material.images, material.normal, material.anomalous] {
            digests[set.name] = set.digest.description
        }
        return Report.Numbers(
            command: command, created: created.iso8601, reconstruction: reconstruction.numbers,
            latent: spaces.map(\.numbers), robustness: robustness.map(\.numbers),
            detection: detection.numbers, models: exhibits.map { Origin(name: $0.name, $0.loaded) },
            calibration_sha256: material.calibration.digest.description, data_sha256: digests,
            training: material.main.history)
    }

    /// The page, once every section is made.
    func page(command: String, created: UnixTime) -> String {
        let lead =
            Markup.paragraph(
                "What \(material.main.name) makes of images: the experiments of De León Martínez, "
                    + "“Variational Autoencoders” (CIMAT, 2024), with the weights that the daemon "
                    + "runs. Every number is also in the JSON file beside this page.")
            + Markup.code(command)
            + Markup.paragraph("elbod \(elbodVersion), \(created.iso8601)")
        return Markup.page(
            title: "Report on \(material.main.name)", lead: lead, sections: html)
    }
}
