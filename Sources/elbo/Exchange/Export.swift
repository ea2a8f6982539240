public import ArgumentParser
import Detection
import Files
import Inspection
import Platform
import Tensors
public import VAE

extension ONNXInput: ExpressibleByArgument {}

/// `elbo export`: a model for other runtimes.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model as ONNX, for ONNX Runtime and other tools.",
        discussion: """
            The graph takes image, [N, pixels], and gives reconstruction and the scores
            mse, nll, kl and elbo, computed at z = μ as elbod does; a conditional model
            takes label, [N], too. Operator set 13. The bounds of calibration.json go into
            the metadata, as elbod.threshold.mse.upper and so on:
              elbo export --model models/mnist --onnx mnist.onnx
            An inspection model takes picture, [N, rows, columns, channels], bytes of the size that
            it was trained with, and gives map, worst_places and worst_place.

            PyTorch needs no export: model.safetensors has the names of its VAE example.
            """)

    @OptionGroup var model: ModelOption
    @Option(help: ArgumentHelp("File to write.", valueName: "file"))
    var onnx: String
    @Option(help: "Take pixels as bytes from 0 to 255, or as numbers in [0, 1].")
    var input = ONNXInput.uint8
    @Flag(help: "Print the result as JSON.")
    var json = false

    /// What `--json` prints, on one line.
    private struct Written: Encodable {
        let path: String
        let bytes: Int
        let isCalibrated: Bool
    }

    func run() throws {
        try reporting {
            let loaded = try model.loadAny()
            var facts = ["elbod.model": loaded.digest.description]
            let isCalibrated = fileKind(at: Calibration.path(in: model.model)) != .absent
            if isCalibrated {
                let calibration = try loaded.calibration(in: model.model, precision: .fp32)
                facts.merge(calibration.facts) { $1 }
            }
            let bytes =
                if let inspection = loaded.inspection {
                    inspection.onnx(version: elbodVersion, metadata: facts)
                } else {
                    try model.load().model.onnx(
                        input: input, version: elbodVersion, metadata: facts)
                }
            try save(bytes, to: onnx)
            if json {
                return try printJSONLine(
                    Written(path: onnx, bytes: bytes.count, isCalibrated: isCalibrated))
            }
            let bounds = isCalibrated ? "with bounds" : "without bounds: it is not calibrated"
            print("Wrote \(onnx), \(bytes.count / 1024) KiB, \(bounds)")
        }
    }
}

extension LoadedCalibration {
    /// The bounds of every score, as text by key.
    fileprivate var facts: [String: String] {
        var facts = [
            "elbod.calibration": digest.description,
            "elbod.calibration.data": calibration.data.name,
            "elbod.calibration.revision": "\(calibration.revision)",
            "elbod.threshold.score": calibration.rule.score.rawValue,
            "elbod.threshold.rule": calibration.rule.title,
        ]
        if let k = calibration.rule.k { facts["elbod.threshold.k"] = "\(k)" }
        for (score, sample) in calibration.samples {
            let key = "elbod.threshold.\(score.rawValue)"
            let bounds = calibration.bounds(of: score)
            if let lower = bounds?.lowerIfAny { facts["\(key).lower"] = "\(lower)" }
            if let upper = bounds?.upperIfAny { facts["\(key).upper"] = "\(upper)" }
            facts["\(key).mu"] = "\(sample.mu)"
            facts["\(key).sigma"] = "\(sample.sigma)"
        }
        return facts
    }
}
