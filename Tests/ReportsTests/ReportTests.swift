import Datasets
import Detection
import Drawing
import Foundation
import FoundationXML
import Images
import Platform
import Reports
import Testing
import VAE
import VAETraining

@Suite struct ReportTests {
    private static func input() throws -> ReportInput {
        let history = (1...3).map {
            EpochRecord(
                epoch: $0,
                terms: LossTerms(loss: 100 / Double($0), reconstruction: 90 / Double($0), kl: 5),
                activeUnits: 3, seconds: 1)
        }
        let loaded = try smallModel()
        let (normal, anomalous) = (drawnImages(64), drawnImages(64, seed: 2))
        let scores = Scorer(loaded.model.weights, capacity: 64).scores(
            ofImages: normal.pixels, count: 64)
        let calibration = try Calibration(
            scores: scores, rule: .sigma(score: .mse, k: 2), model: loaded.digest,
            data: .init(name: "held <out>", sha256: "sha256:0"),
            created: UnixTime(nanoseconds: 0), revision: 3)
        var input = ReportInput(
            main: .init(
                name: "models/<main>", loaded: loaded, history: history,
                trainingCommand: "elbo train --images 'drawn <images>'"),
            calibration: try LoadedCalibration(
                bytes: calibration.encoded(), model: loaded.digest),
            images: normal, normal: normal, anomalous: anomalous)
        input.plane = .init(name: "plane", loaded: try smallModel(latent: 2), history: [])
        input.conditional = .init(
            name: "conditional", loaded: try smallModel(classes: 8), history: [])
        input.denoising = .init(name: "denoising", loaded: try smallModel(seed: 2), history: [])
        return input
    }

    private static func report(_ input: ReportInput) throws -> Report {
        try Report(
            input, command: "elbo report --out <a>.html", created: UnixTime(nanoseconds: 0))
    }

    /// The parts of `text` between `start` and `end`, with both.
    private func parts(of text: String, from start: String, to end: String) -> [String] {
        text.components(separatedBy: start).dropFirst().map {
            start + ($0.components(separatedBy: end).first ?? "") + end
        }
    }

    @Test func `the page has every section in the paper's order and needs nothing else`() throws {
        let html = try Self.report(Self.input()).html
        let titles = parts(of: html, from: "<h2", to: "</h2>")
        #expect(
            titles.map { $0.components(separatedBy: ">")[1].dropLast(4) } == [
                "Quality of reconstruction", "Latent space", "Interpolation", "Robustness to noise",
                "Anomaly detection", "Faults of cameras and scenes", "Generation",
                "Training and origin",
            ])
        for foreign in ["src=", "http:", "https:", "url(", "<script", "@import"] {
            #expect(!html.contains(foreign), "\(foreign)")
        }
        for link in parts(of: html, from: "href=\"", to: "\"") {
            #expect(link.hasPrefix("href=\"#") || link.hasPrefix("href=\"data:image/png;base64,"))
        }
        #expect(html.contains("models/&lt;main&gt;"))
        #expect(!html.contains("models/<main>") && !html.contains("held <out>"))
        #expect(!html.contains("nan") && !html.contains("inf\""))
    }

    @Test func `every figure is well-formed and says in words what it shows`() throws {
        let html = try Self.report(Self.input()).html
        let figures = parts(of: html, from: "<svg", to: "</svg>")
        #expect(figures.count == 18)
        for figure in figures {
            #expect(
                !(try #require(parts(of: figure, from: "aria-label=\"", to: "\"").first)).isEmpty)
            let document = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + figure.dropFirst(4)
            #expect(XMLParser(data: Data(document.utf8)).parse())
        }
    }

    @Test func `every number is in the JSON, and says what it is of`() throws {
        let report = try Self.report(Self.input())
        let object =
            try JSONSerialization.jsonObject(
                with: Data(report.encodedNumbers())) as? [String: Any]
        let json = try #require(object)
        #expect(json["schema"] as? String == "elbod.report/1")
        #expect((json["latent"] as? [[String: Any]])?.count == 2)
        #expect((json["robustness"] as? [[String: Any]])?.count == 2)
        #expect((json["models"] as? [[String: Any]])?.count == 4)
        #expect((json["training"] as? [[String: Any]])?.count == 3)
        let detection = try #require(json["detection"] as? [String: Any])
        #expect((detection["rules"] as? [[String: Any]])?.count == 4)
        #expect(detection["calibration"] as? String == "held <out>")
        let latent = report.numbers.latent.map(\.model)
        #expect(latent == ["models/<main>", "plane"])
    }

    /// The path of every key in a JSON value; elements of a list share theirs.
    private func paths(_ value: Any, _ prefix: String = "") -> Set<String> {
        if let list = value as? [Any] { return Set(list.flatMap { paths($0, prefix) }) }
        guard let object = value as? [String: Any] else { return [prefix] }
        return Set(
            object.flatMap { paths($0.value, prefix.isEmpty ? $0.key : "\(prefix).\($0.key)") })
    }

    @Test func `the keys of report.json are those its readers know`() throws {
        let bytes = try Self.report(Self.input()).encodedNumbers()
        let found = paths(try JSONSerialization.jsonObject(with: Data(bytes)))
        let expected = """
            calibration_sha256 command created data_sha256.drawn elbod schema
            detection.anomalous detection.calibration detection.false_alarm_interval detection.rule
            detection.normal detection.paper_inside detection.rules.anomalous
            detection.rules.auroc detection.rules.false_alarms detection.rules.flagged
            detection.rules.lower detection.rules.normal detection.rules.score
            detection.rules.upper detection.score
            faults.auroc faults.caught faults.count faults.fault faults.health
            latent.active_units latent.data latent.kl_by_unit latent.latent latent.model
            latent.principal_shares
            models.architecture models.command models.likelihood models.model models.parameters
            models.provenance.data models.provenance.elbod models.provenance.epochs
            models.provenance.seed models.sha256
            reconstruction.active_units reconstruction.data reconstruction.images
            reconstruction.kl reconstruction.model reconstruction.mse
            reconstruction.mse_by_class reconstruction.neg_elbo reconstruction.nll
            reconstruction.paper_mse
            robustness.data robustness.model robustness.noise.mse robustness.noise.mse_noisy
            robustness.noise.sigma robustness.paper_mse robustness.seed
            training.activeUnits training.epoch training.seconds training.terms.kl
            training.terms.loss training.terms.reconstruction
            """
        let known = Set(expected.split(whereSeparator: \.isWhitespace).map(String.init))
        #expect(found.subtracting(known) == [])
        #expect(known.subtracting(found) == [])
    }

    @Test func `without the other models the page says how to get them`() throws {
        var input = try Self.input()
        (input.plane, input.conditional, input.denoising) = (nil, nil, nil)
        let html = try Self.report(input).html
        #expect(html.contains("elbo train --conditional"))
    }

    @Test func `figures become SVG and PNG files`() throws {
        let figure = Reconstruction(try smallSubject()).extremes(best: true)
        let svg = String(decoding: try figure.encoded(.svg), as: UTF8.self)
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        #expect(svg.contains("prefers-color-scheme:dark"))
        guard isRsvgInstalled else {
            print("skipped: PNG files of figures; librsvg is not here")
            return
        }
        let png = try figure.encoded(.png)
        #expect(png.prefix(8) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    }

    private var isRsvgInstalled: Bool {
        let svg = Array("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8)
        guard
            case .failure(.missing) = Result(catching: {
                () throws(SVGRasterizerError) in try renderPNG(svg: svg, width: 1, height: 1)
            })
        else { return true }
        return false
    }

    @Test func `a file's name says its format`() {
        #expect(Figure.Format(path: "a.b/c.SVG") == .svg)
        #expect(Figure.Format(path: "c.png") == .png)
        #expect(Figure.Format(path: "c.pdf") == nil && Figure.Format(path: "") == nil)
    }
}
