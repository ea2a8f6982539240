/// Lines that wait to be written, up to so many bytes; those for which there is no room are counted.
public struct LineQueue {
    private var lines: [String] = []
    private var bytes = 0
    /// Bytes that may wait.
    private let room: Int
    /// Lines lost since this was last said.
    private var lost = 0

    /// Nothing waits.
    public init(room: Int) { self.room = room }

    /// Whether there is nothing to write.
    public var isEmpty: Bool { lines.isEmpty && lost == 0 }

    /// Lets a line wait, if there is room.
    public mutating func append(_ line: String) {
        let count = line.utf8.count
        guard bytes + count <= room else {
            lost += 1
            return
        }
        lines.append(line)
        bytes += count
    }

    /// All that waits, and after it, where lines were lost, what `lostLine` says of so many; nil if there
    /// is nothing.
    public mutating func take(_ lostLine: (Int) -> String) -> [String]? {
        guard !isEmpty else { return nil }
        defer { (lines, bytes, lost) = ([], 0, 0) }
        // Lines are only lost when those that wait fill the room, so they came after them.
        return lost > 0 ? lines + [lostLine(lost)] : lines
    }
}
