import Detection
import Files
import FoundationEssentials
public import Platform
import VAETraining

/// Everything there is to show of a model, as one page and as numbers.
public struct Report: Sendable {
    /// The contents of `report.json`.
    public struct Numbers: Sendable, Encodable {
        /// Names this format.
        public let schema = "elbod.report/1"
        /// The program's version.
        public let elbod = elbodVersion
        /// The command that made the report.
        public let command: String
        /// When, as ISO 8601.
        public let created: String
        /// Reconstruction by the main model.
        public let reconstruction: Reconstruction.Numbers
        /// Latent spaces of the main model and the plane.
        public let latent: [LatentSpace.Numbers]
        /// Errors under noise, by model.
        public let robustness: [Robustness.Numbers]
        /// Verdicts.
        public let detection: AnomalyDetection.Numbers
        /// What is caught of faults of cameras and scenes.
        public let faults: [Fault]
        /// Where the models came from.
        public let models: [Provenance]
        /// SHA-256 of the calibration.
        public let calibrationSHA256: String
        /// SHA-256 of the pixels of every data set, by name.
        public let dataSHA256: [String: String]
        /// How the main model's loss fell.
        let training: [Epoch]
    }

    /// What the rule in service catches of images with a fault.
    public struct Fault: Sendable, Encodable {
        /// What is wrong with them, or what they are.
        public let fault: String
        /// Images.
        public let count: Int
        /// The share that is called anomalous, by score or health.
        public let caught: Double
        /// The share that health alone finds.
        public let health: Double
        /// Of the deciding score; absent for frozen images.
        public let auroc: Double?

        init(_ row: CaughtShare, _ suite: FaultSuite) {
            let score = suite.calibration.rule.score
            (fault, count) = (row.fault, row.count)
            (caught, auroc) = (row.share(score), row.auroc[score])
            health = Double(row.faults) / Double(max(1, row.count))
        }
    }

    /// An epoch as `training.json` spells it: `activeUnits`, which the keys of a dictionary may.
    struct Epoch: Encodable {
        let record: EpochRecord

        private enum Value: Encodable {
            case count(Int)
            case seconds(Double)
            case terms(LossTerms)

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .count(let value): try container.encode(value)
                case .seconds(let value): try container.encode(value)
                case .terms(let value): try container.encode(value)
                }
            }
        }

        func encode(to encoder: any Encoder) throws {
            let values: [String: Value] = [
                "epoch": .count(record.epoch), "terms": .terms(record.terms),
                "activeUnits": .count(record.activeUnits), "seconds": .seconds(record.seconds),
            ]
            var container = encoder.singleValueContainer()
            try container.encode(values)
        }
    }

    /// The numbers.
    public let numbers: Numbers
    /// The page.
    public let html: String

    /// `report.json`.
    public func encodedNumbers() throws -> [UInt8] {
        [UInt8](try JSONEncoder.elbodIndented.encode(numbers)) + [UInt8(ascii: "\n")]
    }

    /// Makes all experiments; `progress` is told the name of each before it begins.
    public init(
        _ input: ReportInput, command: String, created: UnixTime,
        progress: (String) -> Void = { _ in }
    ) throws(ReportError) {
        var sections = ReportSections(input)
        for section in ReportSections.Kind.allCases {
            progress(section.title)
            try sections.make(section)
        }
        numbers = try sections.numbers(command: command, created: created)
        html = sections.page(command: command, created: created)
    }
}
