import Foundation
import Testing
import ZeroMQ

@testable import DetectionService

@Suite struct AdmissionTests {
    /// Keys of 32 equal bytes, and as they are written.
    private static let (camera, dashboard) = (
        [UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32)
    )

    private static func list(_ rights: [(key: [UInt8], rights: Set<Credentials.Right>)])
        -> Credentials.AllowList
    {
        var list = Credentials.AllowList()
        for (index, entry) in rights.enumerated() {
            list.clients[CurveKeyPair.text(ofKey: entry.key)] = Credentials.Client(
                name: "client-\(index + 1)", rights: entry.rights)
        }
        return list
    }

    private var admission = Admission(
        list([(camera, [.send]), (dashboard, [.receive, .control])]), modified: nil)

    private func reply(_ domain: String, _ key: [UInt8], mechanism: String = "CURVE") throws
        -> ZAPReply
    {
        let parts = [
            Array("1.0".utf8), [7], Array(domain.utf8), [], [], Array(mechanism.utf8), key,
        ]
        return admission.reply(to: try #require(ZAPRequest(parts)))
    }

    @Test(arguments: [
        ("ingest", ["200", "400"]), ("publish", ["400", "200"]), ("control", ["400", "200"]),
        ("elsewhere", ["500", "500"]), ("", ["500", "500"]),
    ])
    func `each domain asks for its own right`(domain: String, statuses: [String]) throws {
        let replies = try [Self.camera, Self.dashboard].map { try reply(domain, $0) }
        #expect(replies.map(\.status.rawValue) == statuses)
    }

    @Test func `who is admitted is told its name, and who is not, the right it lacks`() throws {
        #expect(
            try reply("ingest", Self.camera)
                == ZAPReply(status: .admitted, text: "OK", user: "client-1"))
        #expect(
            try reply("control", Self.camera)
                == ZAPReply(status: .refused, text: "not on the list for control"))
    }

    @Test func `a stranger and a client without a key are refused`() throws {
        #expect(try reply("ingest", [UInt8](repeating: 3, count: 32)).status == .refused)
        let plain = try reply("ingest", Self.camera, mechanism: "PLAIN")
        #expect(plain == ZAPReply(status: .refused, text: "no CURVE key"))
    }

    @Test
    mutating func `another list holds at once, and counts as a revocation if it takes a right`()
        throws
    {
        let more = Self.list([
            (Self.camera, [.send, .control]), (Self.dashboard, [.receive, .control]),
        ])
        let isCut = admission.replace(with: more)
        #expect(!isCut && admission.revocations == 0)
        #expect(try reply("control", Self.camera).status == .admitted)
        let fewer = Self.list([(Self.camera, [.send]), (Self.dashboard, [.receive, .control])])
        let areCut = admission.replace(with: fewer)
        #expect(areCut && admission.revocations == 1)
        #expect(try reply("control", Self.camera).status == .refused)
        let without = admission.replace(with: Self.list([(Self.camera, [.send])]))
        #expect(without && admission.revocations == 2)
        #expect(try reply("publish", Self.dashboard).status == .refused)
    }

    @Test mutating func `a changed file is to be read once, and one that is gone once too`() {
        let times: [Date?] = [
            nil, Date(timeIntervalSince1970: 1), Date(timeIntervalSince1970: 1), nil, nil,
        ]
        var asked: [Bool] = []
        for time in times { asked.append(admission.mustRead(modified: time)) }
        #expect(asked == [false, true, false, true, false])
    }
}
