/// Finds the longest of many queues at once, as they grow and shrink by one.
///
/// Queues of equal length are chained; every step takes constant time.
struct LongestFirst: Sendable {
    private var lengths: [Int32] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// The first and the last queue of each length, or -1.
    private var heads: [Int32]
    private var tails: [Int32]
    private var greatest = 0

    /// For queues of at most `capacity`.
    init(capacity: Int) {
        heads = Array(repeating: -1, count: capacity + 1)
        tails = heads
    }

    /// The longest queue, of several the one that has been that long for the longest time; nil if all
    /// are empty.
    var longest: Int? { greatest > 0 ? Int(heads[greatest]) : nil }

    /// Says that the queue `index` now has this length.
    mutating func set(_ index: Int, length: Int) {
        while lengths.count <= index {
            lengths.append(0)
            next.append(-1)
            previous.append(-1)
        }
        if lengths[index] > 0 { unlink(index) }
        lengths[index] = Int32(length)
        if length > 0 { link(index, length) }
        greatest = max(greatest, length)
        while greatest > 0, heads[greatest] < 0 { greatest -= 1 }
    }

    private mutating func unlink(_ index: Int) {
        let (before, after) = (previous[index], next[index])
        let length = Int(lengths[index])
        if before >= 0 { next[Int(before)] = after } else { heads[length] = after }
        if after >= 0 { previous[Int(after)] = before } else { tails[length] = before }
    }

    private mutating func link(_ index: Int, _ length: Int) {
        let last = tails[length]
        (previous[index], next[index]) = (last, -1)
        if last >= 0 { next[Int(last)] = Int32(index) } else { heads[length] = Int32(index) }
        tails[length] = Int32(index)
    }
}
