/// The size of an image: of one a model takes, of a file's or of one in a message.
public struct ImageShape: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// Height in pixels.
    public var rows: Int
    /// Width in pixels.
    public var columns: Int
    /// Bytes a pixel: 1 for grey, 3 for colour, 4 for colour with opacity.
    public var channels: Int

    /// An image of `rows × columns` pixels of `channels` bytes; nothing is checked.
    public init(rows: Int, columns: Int, channels: Int = 1) {
        self.rows = rows
        self.columns = columns
        self.channels = channels
    }

    /// `rows × columns`, of a size already known to be sane; see `bytes` for all others.
    public var pixels: Int { rows * columns }

    /// The numbers that an image holds, `rows × columns × channels`, of a size already known to be sane.
    public var values: Int { pixels * channels }

    /// The bytes of its pixels, or nil if they are more than can be counted or a side is negative.
    public var bytes: Int? {
        let (area, areaOverflow) = rows.multipliedReportingOverflow(by: columns)
        let (bytes, overflow) = area.multipliedReportingOverflow(by: channels)
        guard rows >= 0, columns >= 0, channels >= 0, !areaOverflow, !overflow else { return nil }
        return bytes
    }

    /// The longer side.
    public var longestSide: Int { max(rows, columns) }

    /// As in "28×28", or "64×64×3" if it is not grey.
    public var description: String {
        channels == 1 ? "\(rows)×\(columns)" : "\(rows)×\(columns)×\(channels)"
    }

    /// As in "480 x 640 x 3", for files and messages, whose channels matter even if there is one.
    public var dimensions: String { "\(rows) x \(columns) x \(channels)" }
}
