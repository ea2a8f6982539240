import Tensors

/// Threads that each look at pictures with a tool of their own.
///
/// Each thread makes its tool and lets go of it: oneDNN counts the scratch memory of what it has prepared by threads.
final class PictureTeam<Tool> {
    private let team: ThreadTeam
    private let holders: [Holder]

    private final class Holder {
        var tool: Tool?
    }

    /// Has every thread make a tool.
    init(threads: Int, _ makeTool: () -> Tool) {
        team = ThreadTeam(count: threads)
        holders = (0..<threads).map { _ in Holder() }
        // Each thread has a holder of its own.
        unsafe team.run { [holders] in holders[$0].tool = makeTool() }
    }

    deinit {
        unsafe team.run { [holders] in holders[$0].tool = nil }
    }

    /// The number of threads.
    var count: Int { holders.count }

    /// Calls `body` once for every picture, on any thread; false if `progress`, called now and then on the calling
    /// thread, wanted no more.
    func forEach(
        of pictures: Int, progress: (Double) -> Bool, _ body: (Tool, Int) -> Void
    ) -> Bool {
        var seen = Array(repeating: 0, count: count)
        return forEach(of: pictures, collecting: &seen, progress: progress) { tool, picture, seen in
            body(tool, picture)
            seen += 1
        }
    }

    /// The same where each thread collects a result; false if `progress`, called now and then on the calling
    /// thread, wanted no more.
    ///
    /// Each thread changes a result of its own, one of as many `results` as there are threads.
    func forEach<Result>(
        of pictures: Int, collecting results: inout [Result], progress: (Double) -> Bool,
        _ body: (Tool, Int, inout Result) -> Void
    ) -> Bool {
        let turns = 8 * count
        for first in stride(from: 0, to: pictures, by: turns) {
            let end = min(pictures, first + turns)
            let before = results
            // Each thread reads pictures, and changes its own tool and result alone.
            unsafe team.run(collecting: &results) { [holders] thread in
                var result = before[thread]
                guard let tool = holders[thread].tool else { return result }
                for picture in stride(from: first + thread, to: end, by: holders.count) {
                    body(tool, picture, &result)
                }
                return result
            }
            guard progress(Double(end) / Double(pictures)) else { return false }
        }
        return true
    }
}
