import Frames
import Images
import Platform
import Synchronization
import Tensors
import TestSupport
import Testing

/// Senders and a scorer that use one queue at random, with the steps of each interleaved in any way
/// that threads could.
struct Traffic: ~Copyable {
    var queue: FrameQueue
    /// Images claimed and not yet settled.
    private(set) var scoring = 0
    /// Images added so far.
    private(set) var added = 0
    /// Messages that came between a claim and its decoding.
    private(set) var addedDuringClaim = 0

    private var batch = Batch(capacity: 3, pixels: 4)
    private var random: RandomNumbers
    private var decoder = FrameDecoder(ImageShape(rows: 2, columns: 2))
    private var bytes: [ArrayBytes] = []
    /// When each message was added, by its number, and the last that was claimed of each source.
    private var arrivals: [UInt64: Int] = [:]
    private var latest: [String: (Int, Int)] = [:]
    private static let blocking = ["s0", "s1"]

    init(capacity: Int) {
        random = RandomNumbers(seed: UInt64(capacity))
        queue = FrameQueue(limits: .automatic(images: capacity, pixels: 4), isShared: true)
    }

    /// Lets one of them do something; new messages have this number.
    mutating func step(_ number: UInt64) {
        switch random.next() % 10 {
        case 0..<8: add(number)
        default: if scoring == 0 { claim(number) } else { settle() }
        }
    }

    /// Has everything that waits scored; how many messages' bytes were not given back exactly once.
    mutating func finish() -> Int {
        while queue.count > 0 || scoring > 0 {
            if scoring == 0 { claim(nil) } else { settle() }
        }
        return bytes.count { $0.discards.load(ordering: .relaxed) != 1 }
    }

    /// The pixels of the images with this number, all alike.
    private func brightness(_ number: UInt64) -> Float { Float(number % 200) / 256 }

    private mutating func add(_ number: UInt64) {
        let source = "s\(random.next() % 9)"
        let isBlocking = Self.blocking.contains(source)
        let images = random.next() % 4 == 0 ? 3 : 1
        let pixel = random.next() % 10 == 0 ? Float.nan : brightness(number)
        let payload = (0..<(4 * images)).flatMap { _ in
            (0..<4).map { UInt8(truncatingIfNeeded: pixel.bitPattern >> (8 * $0)) }
        }
        let shape = "[\(images),2,2]"
        let text = Array(header("\"seq\":\(number)", dtype: "float32", shape: shape).utf8)
        let topic = Array(source.utf8)
        guard
            let message = try? decoder.open(
                topic: topic.span, header: text.span, payload: payload.span, endpoint: Span())
        else { return }
        let envelope = [Array("\(number)".utf8)]
        let arrival = Arrival(
            received: UnixTime(nanoseconds: 0), whenFull: isBlocking ? .block : .dropOldest,
            reply: isBlocking
                ? ReplyAddress(endpoint: EndpointIndex(0), envelope: envelope, images: images) : nil
        )
        let hasRoom = queue.hasRoom(for: arrival.whenFull)
        let held = ArrayBytes(header: text, payload: payload)
        let admission = queue.add(message, arrival, bytes: held)
        #expect((admission == .admitted) == hasRoom)
        guard admission == .admitted else { return }
        bytes.append(held)
        added += images
        arrivals[number] = added
    }

    private mutating func claim(_ number: UInt64?) {
        let before = queue.count
        queue.claim(for: &batch)
        scoring = before - queue.count
        // As others would, before the batch has decoded.
        if let number, scoring > 0, random.next() % 2 == 0 {
            add(number)
            addedDuringClaim += 1
        }
        batch.fetch()
        for row in 0..<batch.count {
            let (frame, name) = (batch.frame(row), batch.source(row).name)
            let place = (arrivals[frame.sequence] ?? 0, frame.index)
            #expect(place > latest[name] ?? (0, 0), "\(name) is out of order")
            latest[name] = place
            let pixels = batch.images[row]
            #expect(pixels == Array(repeating: brightness(frame.sequence), count: 4))
            let envelope = batch.reply(row)?.envelope
            let isBlocking = Self.blocking.contains(name)
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
        scoring = 0
    }
}
