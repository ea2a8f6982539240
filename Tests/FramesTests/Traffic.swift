import Frames
import Images
import Platform
import Tensors
import TestSupport
import Testing

/// An image that was given a row and is decoded and committed later.
final class Arriving {
    private var reservation: Reservation?
    private let message: FrameDecoder.Message
    private let header: [UInt8]
    private let payload: [UInt8]

    init(
        _ reservation: consuming Reservation, _ message: FrameDecoder.Message, header: [UInt8],
        payload: [UInt8]
    ) {
        self.reservation = consume reservation
        (self.message, self.header, self.payload) = (message, header, payload)
    }

    var source: String { message.source.name }
    var sequence: UInt64 { message.sequence }

    func fill() {
        let (header, payload) = (header, payload)
        reservation?.decode(0, of: message, header: header.span, payload: payload.span)
    }

    func commit(to queue: inout FrameQueue) -> FrameQueue.Outcome? {
        guard let reservation = reservation.take() else { return nil }
        return queue.commit(reservation)
    }
}

/// Reserves a row for a black image, or returns nil if there is no room.
func reserve(
    in intake: inout Intake, topic: String = "", whenFull: FrameQueue.WhenFull
) throws -> Arriving? {
    let (text, topic) = (Array(header().utf8), Array(topic.utf8))
    let pixels: [UInt8] = [0, 0, 0, 0]
    let message = try intake.decoder.open(
        topic: topic.span, header: text.span, payload: pixels.span,
        endpoint: Array("endpoint".utf8).span)
    let arrival = Arrival(
        of: message.source, received: UnixTime(nanoseconds: 0), whenFull: whenFull)
    guard let reservation = intake.queue.reserve(arrival) else { return nil }
    return Arriving(reservation, message, header: text, payload: pixels)
}

/// Senders and a scorer that use one queue at random, with the steps of each interleaved in any way
/// that threads could.
struct Traffic: ~Copyable {
    var queue: FrameQueue
    /// What is claimed and not yet settled.
    private(set) var batch = Batch(capacity: 3, pixels: 4)
    /// Images committed so far.
    private(set) var committed = 0
    /// Whether an image was claimed while another was being decoded.
    private(set) var wasDecodingDuringClaim = false

    private var random: RandomNumbers
    private var decoder = FrameDecoder(ImageShape(rows: 2, columns: 2))
    private var arriving: [Arriving] = []
    /// When each frame was committed, by its number, and the last that was claimed of each source.
    private var commits: [UInt64: Int] = [:]
    private var latest: [String: Int] = [:]

    private static let atOnce = 3

    init(capacity: Int) {
        random = RandomNumbers(seed: UInt64(capacity))
        queue = FrameQueue(
            capacity: capacity, pixels: 4, isShared: true,
            inTransit: .init(reserved: Self.atOnce, claimed: 3))
    }

    /// Lets one of them do something; new frames have this number.
    mutating func step(_ number: UInt64) {
        switch random.next() % 10 {
        case 0..<4: if arriving.count < Self.atOnce { begin(number) }
        case 4..<9: finish()
        default: if batch.count == 0 { claim() } else { settle() }
        }
    }

    /// The pixels of the frame with this number, all alike.
    private func brightness(_ number: UInt64) -> Float { Float(number % 200) / 256 }

    private mutating func begin(_ number: UInt64) {
        let source = "s\(random.next() % 9)"
        let whenFull = ["s0", "s1"].contains(source) ? FrameQueue.WhenFull.block : .dropOldest
        let isBad = random.next() % 10 == 0
        let pixel = isBad ? Float.nan : brightness(number)
        let payload = (0..<4).flatMap { _ in
            (0..<4).map { UInt8(truncatingIfNeeded: pixel.bitPattern >> (8 * $0)) }
        }
        let text = Array(header("\"seq\":\(number)", dtype: "float32").utf8)
        let topic = Array(source.utf8)
        guard
            let message = try? decoder.open(
                topic: topic.span, header: text.span, payload: payload.span, endpoint: Span())
        else { return }
        let reply =
            whenFull == .block
            ? ReplyAddress(
                endpoint: EndpointIndex(0), envelope: [Array("\(number)".utf8)], images: 1) : nil
        let hasRoom = queue.hasRoom(for: whenFull)
        let arrival = Arrival(
            of: message.source, received: UnixTime(nanoseconds: 0), whenFull: whenFull,
            reply: reply)
        guard let reservation = queue.reserve(arrival) else {
            #expect(!hasRoom && whenFull == .block)
            return
        }
        #expect(hasRoom)
        arriving.append(Arriving(reservation, message, header: text, payload: payload))
    }

    private mutating func finish() {
        guard !arriving.isEmpty else { return }
        let one = arriving.remove(at: Int(random.next() % UInt64(arriving.count)))
        let isFull = queue.count == queue.capacity
        one.fill()
        let outcome = one.commit(to: &queue)
        committed += 1
        commits[one.sequence] = committed
        if isFull { #expect(queue.count == queue.capacity, "\(String(describing: outcome))") }
    }

    private mutating func claim() {
        if !arriving.isEmpty, queue.count > 0 { wasDecodingDuringClaim = true }
        queue.claim(for: &batch)
        // As others would, before the batch has fetched.
        if arriving.count > 1 { finish() }
        batch.fetch()
        for row in 0..<batch.count {
            let (frame, name) = (batch.frame(row), batch.source(row).name)
            let commit = commits[frame.sequence] ?? 0
            #expect(commit > latest[name] ?? 0, "\(name) is out of order")
            latest[name] = commit
            let pixels = batch.images[row]
            #expect(pixels == Array(repeating: brightness(frame.sequence), count: 4))
            let envelope = batch.reply(row)?.envelope
            let isBlocking = ["s0", "s1"].contains(name)
            #expect(envelope == (isBlocking ? [Array("\(frame.sequence)".utf8)] : nil))
        }
    }

    private mutating func settle() {
        let verdicts = (0..<batch.count).map { row -> FrameQueue.Verdict in
            row % 3 == 0 ? .anomalous : .normal
        }
        queue.settle(batch, verdicts)
        queue.release(&batch)
        batch.removeAll()
    }
}
