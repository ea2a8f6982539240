import Detection
import Frames
import Platform
import Synchronization
import TestSupport
import Testing
import VAE
import ZeroMQ

@testable import DetectionService

@Suite struct PipelineTests {
    @Test func `a turnstile lets threads through in the order of their numbers`() {
        let turnstile = Turnstile()
        let passed = Mutex<[Int]>([])
        let threads = (1...8).reversed().map { number in
            Platform.Thread(named: "turn-\(number)") {
                turnstile.wait(for: BatchNumber(number))
                passed.withLock { $0.append(number) }
                turnstile.pass()
            }
        }
        for thread in threads { thread.join() }
        #expect(passed.withLock { $0 } == Array(1...8))
    }

    @Test func `an edition is adopted when every thread uses it or a later one`() {
        var adoption = Adoption(threads: 2)
        let (first, second) = (EditionNumber.first, EditionNumber.first.next)
        #expect(!adoption.isComplete(first))
        adoption.note(thread: 0, uses: first)
        #expect(!adoption.isComplete(first))
        adoption.note(thread: 1, uses: second)
        #expect(adoption.isComplete(first) && !adoption.isComplete(second))
        adoption.note(thread: 0, uses: second)
        #expect(adoption.isComplete(second))
    }

    /// A sink that counts batches, and fails if it is told to.
    private final class Probe: VerdictSink {
        let taken = Atomic<Int>(0)
        let failure: ZMQError?

        init(failure: ZMQError? = nil) { self.failure = failure }

        func take(_ batch: borrowing DecidedBatch) throws(ZMQError) {
            taken.add(batch.verdicts.count + 1, ordering: .relaxed)
            if let failure { throw failure }
        }
    }

    @Test func `a sink that fails keeps nothing from the others, and its failure is told`() {
        let (before, failing) = (
            Probe(),
            Probe(
                failure: ZMQError(code: ZMQError.terminated, operation: "send"))
        )
        let after = Probe()
        let sinks: [any VerdictSink] = [before, failing, after]
        let batch = DecidedBatch(capacity: 1, values: 4)
        #expect(throws: ZMQError.self) { try sinks.take(batch) }
        for probe in [before, failing, after] {
            #expect(probe.taken.load(ordering: .relaxed) == 1)
        }
    }

    @Test func `lines know their topics, ranges and who waits for them`() {
        var lines = EncodedLines(capacity: 2)
        let sources = [Source("a"), Source("b", index: SourceIndex(1))]
        lines.bytes += Array("{1}".utf8)
        lines.endLine(.error, of: SourceIndex(1), reply: nil)
        lines.bytes += Array("{22}".utf8)
        lines.endLine(
            .anomaly, of: SourceIndex(0),
            reply: ReplyAddress(endpoint: EndpointIndex(0), envelope: [], images: 1))
        #expect(lines.count == 2)
        #expect(Array(lines.bytes[lines.range(0)]) == Array("{1}".utf8))
        #expect(Array(lines.bytes[lines.range(1)]) == Array("{22}".utf8))
        #expect(lines.topic(0, sources) == Array("error/b/".utf8))
        #expect(lines.topic(1, sources) == Array("anomaly/a/".utf8))
        #expect(lines.replies.map(\.index) == [1])
        lines.removeAll()
        #expect(lines.count == 0 && lines.replies.isEmpty)
        lines.bytes += Array("{3}".utf8)
        lines.endLine(.normal, of: SourceIndex(0), reply: nil)
        #expect(Array(lines.bytes[lines.range(0)]) == Array("{3}".utf8))
    }
}
