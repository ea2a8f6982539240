import Synchronization

/// Counts the turns of one thread's loop, so that the watchdog is fed by work and not by a timer.
final class Heartbeat: Sendable {
    private let turns = Atomic<Int>(0)

    /// The thread has gone round once more.
    func advance() { turns.wrappingAdd(1, ordering: .relaxed) }

    /// Turns so far.
    var count: Int { turns.load(ordering: .relaxed) }
}

/// Tells from the turns of several threads whether one of them is stuck.
struct Liveness {
    /// At the last look; nil before the first, when every thread counts as moving.
    private var seen: [Int]?

    /// Compares with so many turns, or with nothing.
    init(_ turns: [Int]? = nil) { seen = turns }

    /// Whether every thread has gone round since the last look.
    mutating func haveAllMoved(to turns: [Int]) -> Bool {
        defer { seen = turns }
        guard let seen else { return true }
        return zip(seen, turns).allSatisfy { $0 != $1 }
    }
}

/// Counts for each of several threads the looks in a row that found it where it was: looks and not time, for
/// a machine that sleeps or a process that is stopped is not to blame its threads for it.
struct Standstill {
    private var seen: [Int]
    private var looks: [Int]

    /// Nobody has stood still before the first look.
    init(_ turns: [Int]) {
        seen = turns
        looks = turns.map { _ in 0 }
    }

    /// The thread that has stood still for most looks, and for how many, this one included.
    mutating func longest(_ turns: [Int]) -> (thread: Int, looks: Int)? {
        for index in turns.indices {
            looks[index] = turns[index] == seen[index] ? looks[index] + 1 : 0
        }
        seen = turns
        return looks.indices.max { looks[$0] < looks[$1] }.map { ($0, looks[$0]) }
    }
}
