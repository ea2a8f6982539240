import Datasets
import Detection
import Files
import Foundation
import Tensors
import Testing
import VAE

@Suite(.enabled(if: Command.hasData, "needs MNIST and Fashion-MNIST, see tools/fetch-data"))
struct BundledModelTests {
    /// The JSON object a command prints.
    private func object(_ arguments: String...) throws -> [String: Any] {
        let command = try Command(arguments + ["--json"])
        try #require(command.status == 0, "\(command.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(command.output.utf8))
        return try #require(object as? [String: Any])
    }

    private func model(_ suffix: String) -> String { Command.model + suffix }

    @Test func `the bundled model keeps what its card promises`() throws {
        let report = try object("evaluate", "--model", Command.model)
        let number = { (key: String) in report[key] as? Double ?? .nan }
        #expect(number("mse") <= 0.0090)
        #expect(number("neg_elbo") <= 104.0)
        #expect((0.9599...0.9609).contains(number("normal_within")))
        #expect(number("anomalous_flagged") >= 0.975)
        let areas = report["auroc"] as? [String: Double] ?? [:]
        #expect(areas["mse"] ?? 0 >= 0.996)
        #expect(areas["nll"] ?? 0 >= 0.9995)
    }

    @Test func `the model that removes noise beats the paper's, and reconstructs as well`() throws {
        let report = try object("noise", "--model", model("-denoising"), "--sigma", "0,0.2")
        let errors = (report["noise"] as? [[String: Double]] ?? []).map { $0["mse"] ?? .nan }
        #expect(errors.count == 2 && errors[0] <= 0.0090 && errors[1] <= 0.0105, "\(errors)")
    }

    @Test func `the plane has two units, and both carry much`() throws {
        let report = try object("latent", "--model", model("-2d"))
        #expect(report["latent"] as? Int == 2 && report["active_units"] as? Int == 2)
        let quality = try object("reconstruct", "--model", model("-2d"))
        #expect(quality["neg_elbo"] as? Double ?? .nan <= 141)
    }

    @Test func `the conditional model knows ten classes and uses their labels`() throws {
        let loaded = try LoadedModel(directory: model("-conditional"))
        #expect(loaded.model.architecture.classes == 10)
        let report = try object("reconstruct", "--model", model("-conditional"))
        #expect(report["mse"] as? Double ?? .nan <= 0.0150)
    }

    @Test(arguments: ["fp32", "int8"])
    func `the model that detects catches what its card promises, by one rule`(
        precision: String
    ) throws {
        let report = try object(
            "evaluate", "--model", model("-detect"), "--suite", "--rule", "certified", "--alpha",
            "0.025", "--tails", "high", "--precision", precision)
        let rows = report["rows"] as? [[String: Any]] ?? []
        let caught = Dictionary(
            uniqueKeysWithValues: rows.map { row in
                (
                    row["fault"] as? String ?? "",
                    (row["caught"] as? [String: Double])?["fused"] ?? .nan
                )
            })
        #expect(caught["normal"] ?? 1 <= 0.025)
        for fault in [
            "blank", "white", "uniform", "dim", "bright", "blur 5 × 5", "noise 0.1", "noise 0.3",
            "salt and pepper", "inverted", "shifted by 6",
        ] { #expect(caught[fault] ?? 0 >= 0.995, "\(fault)") }
        for (fault, share) in [
            ("fashion-mnist:t10k[odd]", 0.999), ("occluded, grey 8 × 8", 0.9),
            ("occluded, black 8 × 8", 0.52), ("two dead rows", 0.4), ("overlay", 0.75),
            ("rotated 90°", 0.82), ("mirrored left-right", 0.48), ("mirrored up-down", 0.48),
        ] { #expect(caught[fault] ?? 0 >= share, "\(fault): \(caught[fault] ?? 0)") }
        #expect((report["mean"] as? [String: Double])?["fused"] ?? 0 >= 0.9)
    }

    @Test func `every bundled model is small, and tells how it was made`() throws {
        for suffix in ["", "-2d", "-conditional", "-denoising"] {
            let path = LoadedModel.path(in: model(suffix))
            #expect(try readFile(path).count < 3_000_000, "\(suffix)")
            let facts = try LoadedModel(directory: model(suffix)).model.provenance
            #expect(facts["data"] == "mnist:train" && facts["epochs"] != nil, "\(suffix)")
        }
    }
    @Test
    func
        `on random splits of the test images a certificate is broken no more often than it may be`()
        throws
    {
        let loaded = try LoadedModel(directory: Command.model)
        let library = DatasetLibrary(
            explicit: nil, environment: ProcessInfo.processInfo.environment)
        let set = try library.load(DatasetSpecification("mnist:t10k"))
        let scores = ScoringEngine(
            loaded.model, computing: ScoreSet.reconstruction.union(.health), capacity: 256
        ).scores(ofImages: set.pixels, count: set.count)
        let rule = DecisionRule(
            score: .mse, method: .certified(alpha: 0.01, confidence: 0.99, tails: .high))
        var random = SplitMix64(seed: 3)
        var order = Array(scores.indices)
        var broken = 0
        for _ in 0..<500 {
            order.shuffle(using: &random)
            let half = order.prefix(5000).map { scores[$0] }
            let samples = Dictionary(
                uniqueKeysWithValues: scores[0].computed.functions.map { function in
                    (function, ScoreSample(of: half.map { $0[function] }))
                })
            let judge = try Judge(rule, over: samples)
            let alarms = order.suffix(5000).count { judge.decide(scores[$0]).isAnomaly }
            if alarms > 50 { broken += 1 }
        }
        // The beta-binomial of rank 34 has 3.1 % of splits above 50 of 5,000; and three standard errors.
        #expect(broken <= 27, "\(broken) of 500")
    }
}
