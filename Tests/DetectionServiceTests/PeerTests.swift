import Foundation
import Testing
import ZeroMQ

/// Peers that libzmq turns away without a word.
@Suite struct PeerTests {
    private let context: Context
    private let daemon: DaemonProcess
    private let (address, http): (String, String)

    init() throws {
        context = try Context()
        let socket = try Socket(context, .pull)
        let other = try Socket(context, .pull)
        try socket.bind("tcp://127.0.0.1:*")
        try other.bind("tcp://127.0.0.1:*")
        address = try socket.lastEndpoint()
        http = try other.lastEndpoint().replacingOccurrences(of: "tcp://", with: "")
        _ = consume socket
        _ = consume other
        daemon = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull+bind:\(address)", "--publish",
            "pub+bind:OUT", "--max-message-bytes", "100000", "--http", http,
        ])
        #expect(daemon.notification()?.hasPrefix("READY=1") == true)
    }

    private func connect(_ kind: Socket.Kind, again: Int = 60_000) throws -> Socket {
        let socket = try Socket(context, kind)
        try socket.setReconnect(interval: again, maximum: 0)
        try socket.setLinger(milliseconds: 5000)
        try socket.connect(address)
        return socket
    }

    /// Whether `/metrics` is as wanted within ninety seconds, as others load the machine.
    private func metrics(
        within time: Duration = .seconds(90), show isRight: (String) -> Bool
    ) -> Bool {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < time {
            if isRight(HTTPAnswer(http, "/metrics").text) { return true }
        }
        return false
    }

    /// Whether a peer is counted for this reason.
    private func isCounted(_ reason: String, within time: Duration = .seconds(90)) -> Bool {
        let sample = "elbod_peers_refused_total{reason=\"\(reason)\"} "
        return metrics(within: time) { $0.contains(sample) && !$0.contains(sample + "0\n") }
    }

    @Test func `who sends too large a part, or from another kind of socket, is told of`() throws {
        let good = try connect(.push)
        let image = [UInt8](repeating: 0, count: 784)
        let header = #"{"dtype":"uint8","shape":[28,28]}"#
        _ = try good.send(header, more: true)
        _ = try good.send(image.span)
        // One that is cut before anybody has looked at its connection is not told of; as a camera
        // does, this one tries again.
        let large = try connect(.push, again: 10)
        for _ in 0..<40 {
            _ = try large.send(header, more: true)
            _ = try large.send([UInt8](repeating: 0, count: 3_000_000).span)
        }
        #expect(isCounted("message_too_large"))
        // Its flood would leave nobody the time to look at the next one.
        _ = consume large
        // One that comes and goes among those of the flood is taken for one of them, and does not try
        // again: another comes.
        var isTold = false
        for _ in 0..<100 where !isTold {
            let pair = try connect(.pair)
            isTold = isCounted("wrong_socket_kind", within: .seconds(1))
            withExtendedLifetime(pair) {}
        }
        #expect(isTold)
        #expect(HTTPAnswer(http, "/statusz").text.contains("wrong_socket_kind"))
        // A peer that is done is none of them, and one that goes on is not disturbed.
        let brief = try connect(.push)
        _ = try brief.send(header, more: true)
        _ = try brief.send(image.span)
        _ = consume brief
        _ = try good.send(header, more: true)
        _ = try good.send(image.span)
        #expect(
            metrics { $0.contains("elbod_frames_received_total{source=\"ingest-1\"} 3\n") })
        let (status, log) = daemon.stop()
        #expect(status == 0 && log.contains("received 3 = scored 3"), "\(log)")
        #expect(log.contains("larger than max_message_bytes, 100000"))
        #expect(log.contains("peer=127.0.0.1:") && log.contains("kind that does not fit"))
    }
}
