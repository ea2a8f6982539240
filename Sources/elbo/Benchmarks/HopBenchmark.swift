import Platform
import Synchronization
import Terminal
import ZeroMQ

/// How many frames ZeroMQ alone carries from one context to another: no daemon can be faster.
struct HopBenchmark {
    let seconds: Double

    struct Result: Codable {
        let messagesPerSecond: Double
    }

    /// Pushes frames of 28 × 28 pixels, as elbo-replay sends them, through an `ipc` socket in the
    /// directory for temporary files.
    func run() throws -> Result {
        let address = "ipc:///tmp/elbo-hop-\(UInt64.random(in: 0...UInt64.max))"
        let pull = try Socket(Context(), .pull)
        try pull.setReceiveHighWater(1000)
        try pull.bind(address)
        let sender = Sender()
        let pushing = Thread(named: "pushing") { sender.push(to: address) }
        defer {
            sender.isDone.store(true, ordering: .relaxed)
            pushing.join()
        }
        try pull.setReceiveTimeout(milliseconds: 5000)
        var part = Message()
        let clock = ContinuousClock()
        func receive(_ count: Int) throws {
            for _ in 0..<count {
                repeat {
                    guard try pull.receive(into: &part) else {
                        throw Failure("no frame came through \(address) for 5 s", .unavailable)
                    }
                } while part.more
            }
        }
        try receive(20_000)
        let start = clock.now
        var count = 0
        while clock.now - start < .seconds(seconds) {
            try receive(10_000)
            count += 10_000
        }
        return Result(messagesPerSecond: Double(count) / ((clock.now - start) / .seconds(1)))
    }

    private final class Sender: Sendable {
        let isDone = Atomic<Bool>(false)

        func push(to address: String) {
            do {
                let push = try Socket(Context(), .push)
                try push.setLinger(milliseconds: 0)
                try push.setSendTimeout(milliseconds: 100)
                try push.connect(address)
                let pixels = [UInt8](repeating: 7, count: 784)
                var number = 0
                while !isDone.load(ordering: .relaxed) {
                    let header =
                        "{\"dtype\":\"uint8\",\"shape\":[28,28],\"source\":\"hop\",\"seq\":\(number)}"
                    if try push.send(header, more: true) { _ = try push.send(pixels.span) }
                    number += 1
                }
            } catch {
                writeToStandardError("elbo: \(error)\n")
            }
        }
    }
}
