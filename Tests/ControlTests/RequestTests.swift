import Control
import Detection
import Files
import FoundationEssentials
import Platform
import Testing
import VAE

/// The bytes of requests are what clients of every age and language send: they are pinned here.
@Suite struct RequestTests {
    private static let calibration: Calibration = {
        do {
            return try Calibration(
                scores: [Scores(mse: 1), Scores(mse: 3)], rule: .sigma(score: .mse, k: 2),
                model: SHA256Digest(of: []), data: .init(name: "a/b", sha256: "sha256:1"),
                created: UnixTime(nanoseconds: 0), revision: 4)
        } catch { preconditionFailure("\(error)") }
    }()

    /// Every verb, with and without its details, and the line that it is.
    static let golden: [(request: ControlRequest, line: String)] = [
        (.status, #"{"verb":"status"}"#),
        (.sources, #"{"verb":"sources"}"#),
        (.reload, #"{"verb":"reload"}"#),
        (.drain, #"{"verb":"drain"}"#),
        (.gather(count: 40), #"{"count":40,"verb":"gather"}"#),
        (.gather(count: 2, source: "cam"), #"{"count":2,"source":"cam","verb":"gather"}"#),
        (
            .gather(count: 2, lease: .init(holder: "desk", seconds: 15)),
            #"{"count":2,"holder":"desk","lease":15,"verb":"gather"}"#
        ),
        (.renew(ticket: "1f"), #"{"ticket":"1f","verb":"renew"}"#),
        (.release(ticket: "1f"), #"{"ticket":"1f","verb":"release"}"#),
        (.cancel, #"{"verb":"cancel"}"#),
        (
            .adopt(.init(), .init(isForced: true), ticket: "1f"),
            #"{"dry_run":false,"force":true,"ticket":"1f","verb":"adopt"}"#
        ),
        (.remove(.init(source: "a")), #"{"dry_run":false,"source":"a","verb":"remove"}"#),
        (.adopt(), #"{"dry_run":false,"verb":"adopt"}"#),
        (
            .adopt(.init(score: .nll, k: 8), .init(source: "a", isDryRun: true)),
            #"{"dry_run":true,"k":8,"score":"nll","source":"a","verb":"adopt"}"#
        ),
        (
            .threshold(.init(k: 2.5), .init(isDryRun: true)),
            #"{"dry_run":true,"k":2.5,"verb":"threshold"}"#
        ),
        (
            .threshold(
                .init(method: .certified(alpha: 0.5, confidence: 0.75, tails: .high))),
            #"{"alpha":0.5,"confidence":0.75,"dry_run":false,"rule":"certified","tails":"high","verb":"threshold"}"#
        ),
        (
            .adopt(.init(score: .kl, method: .fixed(lower: 1, upper: nil))),
            #"{"dry_run":false,"lower":1,"rule":"fixed","score":"kl","verb":"adopt"}"#
        ),
        (.rollback(.init(source: "a")), #"{"dry_run":false,"source":"a","verb":"rollback"}"#),
    ]

    private func encoded(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder.elbod.encode(value), as: UTF8.self)
    }

    private func decoded(_ line: String) throws -> ControlRequest {
        try JSONDecoder().decode(ControlRequest.self, from: Data(line.utf8))
    }

    @Test(arguments: golden.indices)
    func `a request is one line of known keys, and reads back as it was`(index: Int) throws {
        let (request, line) = Self.golden[index]
        #expect(try encoded(request) == line)
        #expect(try encoded(decoded(line)) == line)
    }

    @Test func `a calibration travels whole, spelt as in its file`() throws {
        let line = try encoded(ControlRequest.calibrate(Self.calibration, .init(source: "a")))
        let file = String(decoding: try Self.calibration.encoded().dropLast(), as: UTF8.self)
        #expect(
            line == #"{"calibration":\#(file),"dry_run":false,"source":"a","verb":"calibrate"}"#)
        guard case .calibrate(let calibration, let scope) = try decoded(line) else {
            Issue.record("not a calibration")
            return
        }
        #expect(try calibration.encoded() == Self.calibration.encoded())
        guard case .calibrate(let same, _) = try ControlRequest(decoding: Array(line.utf8)) else {
            Issue.record("not a calibration")
            return
        }
        #expect(same == calibration)
        #expect(scope == .init(source: "a"))
    }

    @Test func `what older clients send is understood`() throws {
        for (old, new) in [
            // In any order, with nulls, without dry_run, and with fields that the verb has no use for.
            (#"{"verb":"adopt","k":null}"#, #"{"dry_run":false,"verb":"adopt"}"#),
            (
                #"{"verb":"threshold","score":"mse","dry_run":true,"k":3}"#,
                #"{"dry_run":true,"k":3,"score":"mse","verb":"threshold"}"#
            ),
            (#"{"source":"a","verb":"status","k":3}"#, #"{"verb":"status"}"#),
            (
                #"{"verb":"threshold","rule":"certified","alpha":0.5}"#,
                #"{"alpha":0.5,"confidence":0.99,"dry_run":false,"rule":"certified","tails":"both","verb":"threshold"}"#
            ),
            (
                #"{"verb":"threshold","rule":"sigma","k":3}"#,
                #"{"dry_run":false,"k":3,"verb":"threshold"}"#
            ),
            (#"{"verb":"gather"}"#, #"{"count":0,"verb":"gather"}"#),
        ] { #expect(try encoded(decoded(old)) == new, "\(old)") }
    }

    @Test func `what is no request says so`() throws {
        for line in [
            #"{"verb":"explode"}"#, #"{"verb":7}"#, "{}", "[]", "", #"{"verb":"status","k":"x"}"#,
            #"{"verb":"rollback","dry_run":1.5}"#,
        ] { #expect(throws: DecodingError.self, "\(line)") { try decoded(line) } }
        for line in [
            #"{"verb":"threshold","rule":"mood"}"#, #"{"verb":"adopt","rule":"certified"}"#,
            #"{"verb":"threshold","rule":"sigma"}"#,
        ] { #expect(throws: CalibrationError.self, "\(line)") { try decoded(line) } }
        let error = #expect(throws: ControlRequestError.self) {
            try decoded(#"{"verb":"calibrate"}"#)
        }
        #expect(error?.description == "the request holds no calibration")
        for line in [#"{"verb":"renew"}"#, #"{"verb":"release"}"#, #"{"verb":"remove"}"#] {
            #expect(throws: ControlRequestError.self, "\(line)") { try decoded(line) }
        }
    }
}
