/// What is wrong with a frame as a picture, whatever it shows: the camera, its light or its lens.
public enum FrameFault: String, CaseIterable, Sendable, Codable, BitwiseCopyable {
    /// All black or all white, or nearly: covered, or blinded.
    case blank
    /// Hardly any contrast, at another level of grey.
    case uniform
    /// Too little light.
    case dark
    /// Too much.
    case bright
    /// Too large a part of it is white.
    case saturated
    /// Out of focus, or moved.
    case soft
    /// Noise where the calibration's images had none.
    case noisy
    /// What it shows is smaller or larger than in any image of the calibration.
    case size
    /// Equal to the last frames of its source.
    case frozen
}

/// Some of the faults.
public struct FaultSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// A bit for each fault, in the order of `FrameFault.allCases`.
    public let rawValue: UInt16

    /// The set with these bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The set of these faults.
    public init(_ faults: some Sequence<FrameFault>) {
        self = faults.reduce(into: []) { $0.insert(FaultSet(rawValue: 1 << UInt16($1.index))) }
    }

    /// Whether `fault` is in it.
    public func contains(_ fault: FrameFault) -> Bool { rawValue >> UInt16(fault.index) & 1 == 1 }

    /// All of them.
    public static let all = FaultSet(FrameFault.allCases)

    /// Its faults, in their order.
    public var faults: [FrameFault] { FrameFault.allCases.filter(contains) }
}

extension FrameFault {
    /// Its place among all.
    public var index: Int {
        switch self {
        case .blank: 0
        case .uniform: 1
        case .dark: 2
        case .bright: 3
        case .saturated: 4
        case .soft: 5
        case .noisy: 6
        case .size: 7
        case .frozen: 8
        }
    }
}
