import Dispatch
import Foundation
import Synchronization
import ZeroMQ

/// A daemon that judges nothing and says about each frame what a test tells it to.
final class StubDaemon: Sendable {
    /// What is published when a frame has come in.
    enum Answer: Sendable {
        case verdict(Int, isAnomaly: Bool)
        case error(String)
        case garbage
        case someoneElse(Int)
    }

    /// How frames get to it: whether it pulls, or subscribes to this endpoint.
    enum Ingest: Sendable {
        case pull
        case subscribe(String)
    }

    private let addresses = Mutex((ingest: "", verdicts: ""))
    private let isStopping = Atomic<Bool>(false)
    private let started = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts it; `answers` gets the number of each frame that comes in.
    init(_ ingest: Ingest = .pull, _ answers: @escaping @Sendable (Int) -> [Answer]) {
        let thread = Thread { [self] in
            do { try serve(ingest, answers) } catch { print("stub daemon: \(error)") }
            started.signal()
            ended.signal()
        }
        thread.start()
        started.wait()
    }

    /// Where frames are pulled from.
    var ingest: String { addresses.withLock { $0.ingest } }
    /// Where verdicts are published.
    var verdicts: String { addresses.withLock { $0.verdicts } }

    /// Stops it and waits until its sockets are closed.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        ended.wait()
    }

    private func serve(_ ingest: Ingest, _ answers: (Int) -> [Answer]) throws {
        let context = try Context()
        let publisher = try Socket(context, .pub)
        // A busy machine lets more than the usual 1,000 pile up, and PUB drops what is beyond.
        try publisher.setSendHighWater(0)
        try publisher.bind("tcp://127.0.0.1:*")
        let frames: Socket
        switch ingest {
        case .pull:
            frames = try Socket(context, .pull)
            try frames.bind("tcp://127.0.0.1:*")
        case .subscribe(let endpoint):
            frames = try Socket(context, .sub)
            try frames.subscribe("")
            try frames.connect(endpoint)
        }
        let (bound, published) = (try frames.lastEndpoint(), try publisher.lastEndpoint())
        addresses.withLock { $0 = (bound, published) }
        started.signal()
        var poller = Poller(capacity: 1)
        _ = poller.add(frames)
        var message = Message()
        while !isStopping.load(ordering: .relaxed) {
            if try poller.wait(milliseconds: 10) == 0 {
                _ = try publisher.send("status/", more: true)
                _ = try publisher.send(#"{"schema":"elbod.status/1"}"#)
            }
            while try frames.receive(into: &message, blocking: false) {
                let (source, sequence) = try header(message.bytes)
                repeat { _ = try frames.receive(into: &message) } while message.more
                for answer in answers(sequence) {
                    let (topic, line) = text(answer, source)
                    _ = try publisher.send(topic, more: true)
                    _ = try publisher.send(line)
                }
            }
        }
    }

    private func header(_ bytes: Span<UInt8>) throws -> (source: String, sequence: Int) {
        let data = Data(bytes.indices.map { bytes[$0] })
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return (object?["source"] as? String ?? "", object?["seq"] as? Int ?? -1)
    }

    private func text(_ answer: Answer, _ source: String) -> (topic: String, line: String) {
        switch answer {
        case .verdict(let sequence, let isAnomaly):
            (
                "\(isAnomaly ? "anomaly" : "normal")/\(source)/",
                #"{"source":"\#(source)","seq":\#(sequence),"index":0,"is_anomaly":\#(isAnomaly),"#
                    + #""score":\#(isAnomaly ? 2.5 : 0.5)}"#
            )
        case .error(let reason):
            ("error/\(source)/", #"{"source":"\#(source)","reason":"\#(reason)","pub_seq":1}"#)
        case .garbage: ("normal/\(source)/", "{")
        case .someoneElse(let sequence):
            (
                "normal/\(source)/",
                #"{"source":"\#(source)2","seq":\#(sequence),"index":0,"is_anomaly":true,"score":1}"#
            )
        }
    }
}
