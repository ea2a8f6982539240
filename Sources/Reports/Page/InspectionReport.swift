import Backbone
import Datasets
public import Detection
import Drawing
import Files
import Formatting
import FoundationEssentials
public import Inspection
public import Platform
import VAE

/// Everything there is to show of an inspection model, as one page and as numbers.
public struct InspectionReport: Sendable {
    /// The contents of `report.json`.
    public struct Numbers: Sendable, Encodable {
        /// Names this format.
        public let schema = "elbod.inspection_report/1"
        /// The program's version.
        public let elbod = elbodVersion
        /// The command that made the report.
        public let command: String
        /// When, as ISO 8601.
        public let created: String
        /// Verdicts.
        public let detection: AnomalyDetection.Numbers
        /// Numbers of the pictures that were called anomalous, in the order of their set, from 1; the oddest first.
        public let flagged: [String: [Int]]
        /// SHA-256 of the model.
        public let modelSHA256: String
        /// SHA-256 of the calibration.
        public let calibrationSHA256: String
        /// SHA-256 of the pixels of every data set, by name.
        public let dataSHA256: [String: String]
        /// What the model's file says about its making, and about its backbone's.
        public let provenance: [String: String]
    }

    /// The numbers.
    public let numbers: Numbers
    /// The page.
    public let html: String

    /// Pictures of a kind that are shown, at most.
    private static let shown = 6

    /// `report.json`.
    public func encodedNumbers() throws -> [UInt8] {
        [UInt8](try JSONEncoder.elbodIndented.encode(numbers)) + [UInt8(ascii: "\n")]
    }

    /// What the model of this name makes of normal and anomalous pictures that it has not met.
    public init(
        _ name: String, _ loaded: LoadedPictureModel, _ calibration: LoadedCalibration,
        normal: InspectedPictures, anomalous: InspectedPictures, command: String, created: UnixTime
    ) {
        let detection = AnomalyDetection(
            calibration.calibration, normal: (normal.set.name, normal.findings.map(\.scores)),
            anomalous: (anomalous.set.name, anomalous.findings.map(\.scores)))
        var provenance = loaded.model.provenance.filter { $0.key != "data_sketch" }
        for (key, value) in loaded.inspection?.backbone.origin ?? [:] {
            provenance["backbone: " + key] = value
        }
        let sets = [normal, anomalous]
        numbers = Numbers(
            command: command, created: created.iso8601, detection: detection.numbers,
            flagged: Dictionary(
                sets.map { ($0.set.name, $0.pictures(called: .anomalous).map { $0 + 1 }) },
                uniquingKeysWith: { $1 }), modelSHA256: loaded.digest.description,
            calibrationSHA256: calibration.digest.description,
            dataSHA256: Dictionary(
                sets.map { ($0.set.name, $0.set.digest.description) }, uniquingKeysWith: { $1 }),
            provenance: provenance)
        let lead =
            Markup.paragraph(
                "What \(name) finds in pictures, and where. Maps have one scale: nothing is coloured that is "
                    + "no odder than the oddest place of good pictures by the calibration's rule, and red is four "
                    + "times that. Every number is also in the JSON file beside this page.")
            + Markup.code(command)
            + Markup.paragraph("elbod \(elbodVersion), \(created.iso8601)")
        html = Markup.page(
            title: "Report on \(name)", lead: lead,
            sections: [
                (
                    "detection", "Anomaly detection",
                    ReportSections.detectionSection(detection, besidePaper: false)
                ),
                ("normal", "Normal pictures", Self.normalSection(normal)),
                ("anomalous", "Anomalous pictures", Self.anomalousSection(anomalous)),
                ("origin", "Origin", Self.originSection(numbers, calibration.calibration.revision)),
            ])
    }

    private static func normalSection(_ normal: InspectedPictures) -> String {
        let (alarms, others) = (
            normal.pictures(called: .anomalous), normal.pictures(called: .normal)
        )
        return figures([
            normal.gallery(
                of: alarms.prefix(shown),
                "False alarms, \(alarms.count) in all, the highest scores first"),
            normal.gallery(
                of: others.prefix(shown), "The highest scores among those that were called normal"),
            normal.gallery(of: others.suffix(shown).reversed(), "The lowest scores"),
        ])
    }

    private static func anomalousSection(_ anomalous: InspectedPictures) -> String {
        let (caught, missed) = (
            anomalous.pictures(called: .anomalous), anomalous.pictures(called: .normal)
        )
        return figures([
            anomalous.gallery(
                of: caught.prefix(shown), "Caught, \(caught.count) in all, the highest scores first"
            ),
            anomalous.gallery(
                of: caught.suffix(shown).reversed(), "Caught, the lowest scores first"),
            anomalous.gallery(
                of: missed.suffix(shown).reversed(),
                "Missed, \(missed.count) in all, the lowest scores first"),
        ])
    }

    private static func figures(_ figures: [Figure?]) -> String {
        figures.compactMap { $0 }.map { Markup.figure($0) }.joined()
    }

    private static func originSection(_ numbers: Numbers, _ revision: Int) -> String {
        var rows = [
            ["what", "SHA-256"], ["model", numbers.modelSHA256],
            ["calibration, revision \(revision)", numbers.calibrationSHA256],
        ]
        rows += numbers.dataSHA256.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        let facts = numbers.provenance.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        return Markup.table(rows) + Markup.table([["fact", "value"]] + facts)
    }
}
