/// What the numbers of a map are.
public enum FeatureElement: Sendable {
    /// 32-bit floats.
    case float
    /// bfloat16.
    case bfloat16
    /// Bytes of 0…255, what ReLU leaves.
    case unsigned
    /// Bytes of −128…127, what may be negative.
    case signed

    /// Bytes of one number.
    public var size: Int {
        switch self {
        case .float: 4
        case .bfloat16: 2
        case .unsigned, .signed: 1
        }
    }
}

/// A map of features, `(rows, columns, channels)` in C order: the channels of a place lie side by side.
///
/// A view, as `Buffer2D` is: copying it copies no numbers, and it belongs to the thread that its storage belongs to.
@safe public struct FeatureMap {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// Numbers of a place.
    public let channels: Int
    /// What the numbers are.
    public let element: FeatureElement
    private let storage: Buffer2D<UInt8>

    /// Zeros, with storage of their own.
    public init(rows: Int, columns: Int, channels: Int, _ element: FeatureElement) {
        self.init(
            rows: rows, columns: columns, channels: channels, element,
            in: Buffer2D(rows: 1, columns: rows * columns * channels * element.size))
    }

    /// A view of the beginning of `storage`, whatever it was used for before.
    public init(
        rows: Int, columns: Int, channels: Int, _ element: FeatureElement,
        in storage: Buffer2D<UInt8>
    ) {
        precondition(
            rows >= 0 && rows * columns * channels * element.size <= storage.count,
            "the map does not fit its storage")
        (self.rows, self.columns, self.channels) = (rows, columns, channels)
        (self.element, self.storage) = (element, storage)
    }

    /// Bytes of a row.
    public var stride: Int { columns * channels * element.size }

    /// Where a row is.
    func address(ofRow row: Int) -> UnsafeMutableRawPointer {
        precondition(row >= 0 && row <= rows, "no such row")
        return unsafe UnsafeMutableRawPointer(storage.base + row * stride)
    }

    /// Moves `count` rows within the map, which may overlap.
    public func moveRows(from first: Int, count: Int, to target: Int) {
        precondition(min(first, target, count) >= 0, "no such row")
        precondition(max(first, target) + count <= rows, "no such row")
        unsafe address(ofRow: target).copyMemory(
            from: address(ofRow: first), byteCount: count * stride)
    }

    /// Makes the numbers of some rows zero.
    public func clearRows(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "no such row")
        unsafe address(ofRow: range.lowerBound).initializeMemory(
            as: UInt8.self, repeating: 0, count: range.count * stride)
    }

    /// Copies rows of a map of the same columns and channels into the same rows of this one.
    public func copyRows(_ range: Range<Int>, of other: FeatureMap) {
        precondition(range.lowerBound >= 0 && range.upperBound <= min(rows, other.rows))
        precondition(stride == other.stride, "the maps have other shapes")
        let (target, source) = (
            unsafe address(ofRow: range.lowerBound), unsafe other.address(ofRow: range.lowerBound)
        )
        guard unsafe target != source else { return }
        unsafe target.copyMemory(from: source, byteCount: range.count * stride)
    }
}

@available(*, unavailable)
extension FeatureMap: Sendable {}
