public import VAE

/// The calibrations that decide in one edition: the common one, and those of single sources that have
/// their own.
public struct Rulebook: Sendable {
    /// All of them, the common one first.
    public let calibrations: [LoadedCalibration]
    private let judges: [Judge]
    private let auditPlans: [AuditPlan]
    private let places: [String: CalibrationIndex]

    /// The calibrations of an edition; `sources` holds those of single sources by their names.
    public init(_ common: LoadedCalibration, sources: [String: LoadedCalibration] = [:]) {
        let own = sources.sorted { $0.key < $1.key }
        calibrations = [common] + own.map(\.value)
        judges = calibrations.map { Judge($0.calibration) }
        auditPlans = calibrations.map { AuditPlan($0.calibration.sample) }
        let pairs = own.enumerated().map { ($1.key, CalibrationIndex(rawValue: $0 + 1)) }
        places = Dictionary(uniqueKeysWithValues: pairs)
    }

    /// The scores that its rules need.
    public var needed: ScoreSet {
        calibrations.reduce(into: []) { $0.formUnion($1.calibration.needed) }
    }

    /// Which calibration decides about frames of the source of this name.
    public func calibration(for source: String) -> CalibrationIndex {
        places.isEmpty ? .common : places[source] ?? .common
    }

    /// Who decides by the calibration at `index`.
    public func judge(at index: CalibrationIndex) -> Judge { judges[index.rawValue] }

    /// What an audit of the calibration at `index` bets on.
    func auditPlan(at index: CalibrationIndex) -> AuditPlan { auditPlans[index.rawValue] }
}

/// The place of a calibration among those of one edition.
public struct CalibrationIndex: Hashable, Sendable, BitwiseCopyable, RawRepresentable {
    /// Counted from 0.
    public let rawValue: Int

    /// The place `rawValue`.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// That of the calibration for all sources without one of their own.
    public static let common = CalibrationIndex(rawValue: 0)
}

/// The number of a model and its calibrations that were put into service as one, counted from 1 for
/// each run of the daemon.
public struct EditionNumber: Hashable, Comparable, Sendable, BitwiseCopyable, RawRepresentable,
    CustomStringConvertible
{
    /// Counted from 1; 0 stands for none.
    public let rawValue: Int

    /// The edition with this number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// What is in service at the start.
    public static let first = EditionNumber(rawValue: 1)
    /// No edition yet.
    public static let none = EditionNumber(rawValue: 0)

    /// The number of the edition that replaces this one.
    public var next: EditionNumber { EditionNumber(rawValue: rawValue + 1) }

    /// The number alone.
    public var description: String { "\(rawValue)" }

    /// Earlier before later.
    public static func < (a: EditionNumber, b: EditionNumber) -> Bool { a.rawValue < b.rawValue }
}
