public import Datasets
public import Detection
import FoundationEssentials
public import Platform
public import VAE
public import VAETraining

/// Everything there is to show of a model, as one page and as numbers.
public struct Report: Sendable {
    /// A model with the history of its training, if that is known.
    public struct Exhibit: Sendable {
        /// What the report calls it: its directory.
        public let name: String
        /// The model.
        public let loaded: LoadedModel
        /// The epochs of its training; may be empty.
        public let history: [EpochRecord]

        /// Puts a model on show.
        public init(name: String, loaded: LoadedModel, history: [EpochRecord]) {
            self.name = name
            self.loaded = loaded
            self.history = history
        }
    }

    /// What is examined, and with what.
    public struct Material: Sendable {
        /// The model the daemon runs; not conditional.
        public var main: Exhibit
        /// Its calibration.
        public var calibration: LoadedCalibration
        /// A model with two latent units, for the picture of the plane.
        public var plane: Exhibit?
        /// A conditional model, for images on request.
        public var conditional: Exhibit?
        /// A model trained to remove noise.
        public var denoising: Exhibit?
        /// Normal images for everything but detection.
        public var images: ImageSet
        /// Normal images that took no part in training and calibration.
        public var normal: ImageSet
        /// Images the model should flag.
        public var anomalous: ImageSet

        /// The least a report needs.
        public init(
            main: Exhibit, calibration: LoadedCalibration, images: ImageSet, normal: ImageSet,
            anomalous: ImageSet
        ) {
            self.main = main
            self.calibration = calibration
            self.images = images
            self.normal = normal
            self.anomalous = anomalous
        }
    }

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
        /// Where the models came from.
        public let models: [Origin]
        /// SHA-256 of the calibration.
        public let calibration_sha256: String
        /// SHA-256 of the pixels of every data set, by name.
        public let data_sha256: [String: String]
        /// How the main model's loss fell.
        public let training: [EpochRecord]
    }

    /// The numbers.
    public let numbers: Numbers
    /// The page.
    public let html: String

    /// `report.json`.
    public func encodedNumbers() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(numbers)) + [UInt8(ascii: "\n")]
    }

    /// Makes all experiments; `progress` is told the name of each before it begins.
    public init(
        _ material: Material, command: String, created: UnixTime,
        progress: (String) -> Void = { _ in }
    ) throws(ReportError) {
        var sections = ReportSections(material)
        for section in ReportSections.Kind.allCases {
            progress(section.title)
            try sections.make(section)
        }
        numbers = try sections.numbers(command: command, created: created)
        html = sections.page(command: command, created: created)
    }
}
