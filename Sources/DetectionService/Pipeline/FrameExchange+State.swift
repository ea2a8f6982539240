import Frames
import Platform

extension FrameExchange {
    /// What receiver and scorers share, as a value: the queue, what was rejected, and who sleeps.
    ///
    /// Each step is taken under the exchange's lock and says whom to wake when that is released; it
    /// knows no threads, so that tests can take the steps in any order that threads could.
    ///
    /// Sleepers are counted, not named. A scorer says that it goes to sleep when it has found nothing
    /// (in the step that found it, so nothing can arrive in between), and whoever wakes one repays one
    /// of the count. A scorer whose time is up repays one too. If it was woken at that very moment
    /// its sleep is repaid twice, one of them for somebody else's, but then a wake-up too many is under
    /// way, which that other one gets: sleepers and wake-ups under way together are never fewer than
    /// the scorers asleep. So a frame never waits for a scorer that sleeps on; at worst one looks for
    /// nothing.
    struct State: ~Copyable {
        private(set) var queue: FrameQueue
        private(set) var totals = Totals()
        private var rejections: [RejectedMessage] = []
        private var isClosed = false
        private(set) var sleepers = 0
        private var isReceiverWaiting = false
        /// Batches that were taken and whose verdicts are not booked yet.
        private var batchesUnderWay = 0
        private var latest = BatchNumber(0)

        /// Errors kept for publishing at once; a flood of bad messages loses its details, not its
        /// count.
        static let rejectionLimit = 1024

        init(_ queue: consuming FrameQueue) {
            self.queue = queue
            rejections.reserveCapacity(Self.rejectionLimit)
        }

        /// Has the images of a message wait; if there is no room the receiver waits, and is to be woken
        /// by the next batch that makes some.
        mutating func add(
            _ message: FrameDecoder.Message, _ arrival: Arrival, bytes: any MessageBytes
        ) -> (Addition, Wakes) {
            let dropped = queue.dropped
            guard queue.add(message, arrival, bytes: bytes) == .admitted else {
                isReceiverWaiting = true
                return (.mustWait, .none)
            }
            let isFull = queue.dropped != dropped
            return (.admitted(spare: queue.takeSpare(), isFull: isFull), wakes())
        }

        /// Counts a message that cannot be scored, and reports it.
        mutating func reject(_ rejected: RejectedMessage) -> Wakes {
            queue.reject(
                rejected.reason, from: rejected.source, sequence: rejected.sequence,
                received: rejected.received)
            return report(rejected)
        }

        private mutating func report(_ rejected: RejectedMessage) -> Wakes {
            // Whoever waits for a reply gets one, flood or not: it sends nothing more until then.
            guard rejections.count < Self.rejectionLimit || rejected.reply != nil else {
                totals.errorsWithheld += 1
                return .none
            }
            rejections.append(rejected)
            return wakes()
        }

        /// Takes note of a message of images that another worker scores.
        mutating func pass(_ message: FrameDecoder.Message, received: UnixTime) {
            queue.pass(message, received: received)
            totals.otherShards += message.images
        }

        /// Counts a message that is no image.
        mutating func noteControl() { totals.control += 1 }

        /// Counts parts that nobody reads.
        mutating func noteTrailingParts(_ count: Int) { totals.trailingParts += count }

        /// Takes note of how many replies were dropped so far.
        mutating func setRepliesDropped(_ count: Int) { totals.repliesDropped = count }

        /// Gives a scorer what has arrived, in exchange for `rejections`, which is empty; if nothing
        /// has, notes that it sleeps, if it `sleepsIfEmpty`.
        mutating func take(
            into batch: inout Batch, _ rejections: inout [RejectedMessage], sleepsIfEmpty: Bool
        ) -> (delivery: Delivery, wakes: Wakes) {
            guard hasArrivals else {
                if isClosed { return (.closed, .none) }
                if sleepsIfEmpty { sleepers += 1 }
                return (.nothing, .none)
            }
            queue.claim(for: &batch)
            swap(&self.rejections, &rejections)
            latest = latest.next
            batchesUnderWay += 1
            // What does not fit into this batch is work for another thread.
            var wakes = wakes()
            wakes.receiver = isReceiverWaiting
            isReceiverWaiting = false
            return (.batch(latest), wakes)
        }

        /// A scorer was not woken in time.
        mutating func noteTimeout() { sleepers = max(0, sleepers - 1) }

        /// Books the verdicts on a batch, and gives back what it had claimed.
        mutating func settle(_ batch: inout Batch, _ verdicts: [FrameQueue.Verdict]) {
            queue.settle(batch, verdicts)
            queue.release(&batch)
            batchesUnderWay -= 1
        }

        /// Whether everything that came has its verdict or its error, and whoever waits has its reply.
        var isSettled: Bool { !hasArrivals && batchesUnderWay == 0 }

        /// Whether one batch is all there is to do.
        var isQuiet: Bool { !hasArrivals && batchesUnderWay == 1 }

        /// Nothing will be added any more.
        mutating func close() -> Wakes {
            isClosed = true
            return wakeSleepers()
        }

        /// Has every sleeping scorer look around.
        mutating func wakeSleepers() -> Wakes {
            defer { sleepers = 0 }
            return Wakes(scorers: sleepers)
        }

        private var hasArrivals: Bool { queue.count > 0 || !rejections.isEmpty }

        /// One scorer, if something waits and one sleeps.
        private mutating func wakes() -> Wakes {
            guard sleepers > 0, hasArrivals else { return .none }
            sleepers -= 1
            return Wakes(scorers: 1)
        }
    }

    /// Whom to wake after a step.
    struct Wakes: Equatable {
        var scorers = 0
        var receiver = false

        static let none = Wakes()
    }
}
