import Foundation
import Testing

@Suite struct SuiteTests {
    private static let hasData =
        ProcessInfo.processInfo.environment["ELBO_DATA"].map {
            FileManager.default.fileExists(atPath: $0 + "/mnist/t10k-images-idx3-ubyte")
                || FileManager.default.fileExists(atPath: $0 + "/mnist/t10k-images-idx3-ubyte.gz")
        } ?? false

    private func suite(_ options: String...) throws -> [String: Any] {
        let run = try Command(["evaluate", "--suite", "--json"] + options)
        try #require(run.status == 0, "\(run.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(object as? [String: Any])
    }

    private func caught(_ report: [String: Any], _ fault: String, _ score: String) -> Double? {
        let rows = report["rows"] as? [[String: Any]] ?? []
        let row = rows.first { $0["fault"] as? String == fault }
        return (row?["caught"] as? [String: Double])?[score]
    }

    @Test(.enabled(if: hasData, "needs MNIST, see tools/fetch-data"))
    func `the bundled model's rule misses what the tables say, and two sides catch a blank`()
        throws
    {
        let data = try #require(ProcessInfo.processInfo.environment["ELBO_DATA"])
        let paper = try suite("--model", Command.model, "--data", data, "--health", "none")
        #expect(caught(paper, "blank", "mse") == 0 && caught(paper, "dim", "mse") == 0)
        #expect(caught(paper, "inverted", "mse") == 1)
        let alarms = caught(paper, "normal", "mse") ?? 1
        #expect(abs(alarms - 0.0396) < 0.0005)
        let healthy = try suite("--model", Command.model, "--data", data)
        for fault in [
            "blank", "white", "uniform", "dim", "bright", "blur 5 × 5", "noise 0.1", "noise 0.3",
            "salt and pepper", "inverted", "frozen",
        ] { #expect(caught(healthy, fault, "mse") ?? 0 >= 0.995, "\(fault)") }
        // Nine checks add hardly any false alarms.
        #expect(abs((caught(healthy, "normal", "mse") ?? 1) - alarms) < 0.001)
        let certified = try suite(
            "--model", Command.model, "--data", data, "--rule", "certified", "--alpha", "0.025",
            "--score", "nll")
        #expect(caught(certified, "blank", "nll") == 1)
        #expect(caught(certified, "normal", "nll") ?? 1 < 0.025)
        let rule = try #require(certified["rule"] as? [String: Any])
        #expect(rule["rule"] as? String == "certified" && rule["score"] as? String == "nll")
    }

    @Test func `any model has its suite, with other sets as further lines`() throws {
        let folder = try Folder()
        let (images, others) = (try folder.images(256), try folder.images(64, seed: 9))
        let model = folder.path + "/m"
        let trained = try Command(
            "train", "--images", images, "--out", model, "--epochs", "1", "--hidden", "16")
        try #require(trained.status == 0, "\(trained.errors)")
        let calibrated = try Command("calibrate", "--model", model, "--images", images)
        try #require(calibrated.status == 0, "\(calibrated.errors)")
        let report = try suite("--model", model, "--normal", images, "--anomalous", others)
        let rows = report["rows"] as? [[String: Any]] ?? []
        #expect(rows.count == 21 && rows[0]["count"] as? Int == 256)
        #expect(rows.last?["count"] as? Int == 64)
        #expect((report["mean"] as? [String: Double])?.keys.contains("mse") == true)
        let table = try Command(
            "evaluate", "--suite", "--model", model, "--normal", images, "--upper", "0.1")
        #expect(table.output.contains("mean of the faults") && table.output.contains("by hand"))
        // Bounds by hand are those of one score.
        #expect(!table.output.contains("nll"))
        let missing = try Command("evaluate", "--suite", "--model", model)
        #expect(missing.status == 64, "\(missing.errors)")
    }
}
