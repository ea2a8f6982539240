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
    private static func material() throws -> Report.Material {
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
            scores: scores, score: .mse, k: 2, model: loaded.digest,
            data: .init(name: "held <out>", sha256: "sha256:0"),
            created: UnixTime(nanoseconds: 0), revision: 3)
        var material = Report.Material(
            main: .init(name: "models/<main>", loaded: loaded, history: history),
            calibration: try LoadedCalibration(
                bytes: calibration.encoded(), model: loaded.digest),
            images: normal, normal: normal, anomalous: anomalous)
        material.plane = .init(name: "plane", loaded: try smallModel(latent: 2), history: [])
        material.conditional = .init(
            name: "conditional", loaded: try smallModel(classes: 8), history: [])
        material.denoising = .init(name: "denoising", loaded: try smallModel(seed: 2), history: [])
        return material
    }

    private static func report(_ material: Report.Material) throws -> Report {
        try Report(
            material, command: "elbo report --out <a>.html", created: UnixTime(nanoseconds: 0))
    }

    /// The parts of `text` between `start` and `end`, with both.
    private func parts(of text: String, from start: String, to end: String) -> [String] {
        text.components(separatedBy: start).dropFirst().map {
            start + ($0.components(separatedBy: end).first ?? "") + end
        }
    }

    @Test func `the page has every section in the paper's order and needs nothing else`() throws {
        let html = try Self.report(Self.material()).html
        let titles = parts(of: html, from: "<h2", to: "</h2>")
        #expect(
            titles.map { $0.components(separatedBy: ">")[1].dropLast(4) } == [
                "Quality of reconstruction", "Latent space", "Interpolation", "Robustness to noise",
                "Anomaly detection", "Generation", "Training and origin",
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
        let html = try Self.report(Self.material()).html
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
        let report = try Self.report(Self.material())
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

    @Test func `without the other models the page says how to get them`() throws {
        var material = try Self.material()
        (material.plane, material.conditional, material.denoising) = (nil, nil, nil)
        let html = try Self.report(material).html
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
