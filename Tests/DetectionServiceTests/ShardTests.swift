import Control
import ControlClients
import Foundation
import ServiceConfiguration
import Testing
import ZeroMQ

@Suite struct ShardTests {
    @Test func `every frame falls to exactly one shard, and shards are even`() throws {
        for count in [1, 2, 3, 7] {
            let shards = try (1...count).map { try #require(Shard("\($0)/\(count)")) }
            var frames = [Int](repeating: 0, count: count)
            for source in ["cam-1", "cam-2", ""] {
                for sequence in 0..<3000 as Range<UInt64> {
                    let holders = shards.indices.filter {
                        shards[$0].holds(source: source, sequence: sequence)
                    }
                    #expect(holders.count == 1)
                    frames[holders[0]] += 1
                }
            }
            #expect(
                frames.allSatisfy { abs($0 - 9000 / count) < 9000 / count / 8 + 1 }, "\(frames)")
        }
    }

    @Test(arguments: ["", "1", "0/2", "3/2", "1/0", "1/2/3", "a/b", "-1/2", "1/9999"])
    func `what is no shard is refused`(text: String) {
        #expect(Shard(text) == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `two daemons share one camera, and neither misses anything`() throws {
        let context = try Context()
        let camera = try Socket(context, .pub)
        try camera.setSendHighWater(0)
        try camera.bind("tcp://127.0.0.1:*")
        let endpoint = try camera.lastEndpoint()
        let daemons = try (1...2).map {
            try DaemonProcess([
                "--model", DaemonProcess.model, "--ingest", "sub+connect:\(endpoint)", "--publish",
                "pub+bind:OUT", "--shard", "\($0)/2", "--control", "CONTROL",
            ])
        }
        for daemon in daemons { #expect(daemon.notification()?.hasPrefix("READY=1") == true) }
        func status(_ daemon: DaemonProcess) throws -> Status {
            try ControlClient(context, address: daemon.control).ask(.status)
        }
        let pixels = [UInt8](repeating: 0, count: 784)
        func publish(_ sequence: Int, _ source: String) throws {
            let header = #"{"dtype":"uint8","shape":[28,28],"msg":"\#(source)","seq":\#(sequence)}"#
            _ = try camera.send(header, more: true)
            _ = try camera.send(pixels.span)
        }
        // Until both subscriptions are in place.
        var sequence = 0
        while try daemons.contains(where: { try status($0).sources == 0 }) {
            try publish(sequence, "warm-up")
            sequence += 1
        }
        for sequence in 0..<1000 { try publish(sequence, "cam") }
        func seen(_ daemon: DaemonProcess) throws -> SourceStatus? {
            let sources: [SourceStatus] = try ControlClient(context, address: daemon.control).ask(
                .sources)
            return sources.first { $0.source == "cam" }
        }
        var scored = 0
        while scored < 1000 {
            scored = try daemons.reduce(0) { try $0 + (seen($1)?.scored ?? 0) }
        }
        #expect(scored == 1000)
        for daemon in daemons {
            let cam = try #require(try seen(daemon))
            #expect(cam.scored > 400 && cam.scored < 600 && cam.missed == 0 && cam.dropped == 0)
        }
    }
}
