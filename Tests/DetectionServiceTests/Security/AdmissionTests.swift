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
        list([(camera, [.send]), (dashboard, [.receive, .control])]))

    private mutating func reply(_ domain: String, _ key: [UInt8], mechanism: String = "CURVE")
        throws
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
    mutating func `each domain asks for its own right`(domain: String, statuses: [String]) throws {
        let replies = [try reply(domain, Self.camera), try reply(domain, Self.dashboard)]
        #expect(replies.map(\.status.rawValue) == statuses)
    }

    @Test mutating func `who is admitted is numbered, and who is not told which right it lacks`()
        throws
    {
        let key = CurveKeyPair.text(ofKey: Self.camera)
        for number in UInt64(1)...2 {
            let user = AdmittedClient(number: number, key: key)
            #expect(
                try reply("ingest", Self.camera)
                    == ZAPReply(status: .admitted, text: "OK", user: "\(number) \(key)"))
            #expect(AdmittedClient(user.text) == user)
        }
        #expect(
            try reply("control", Self.camera)
                == ZAPReply(status: .refused, text: "not on the list for control"))
    }

    @Test(arguments: ["", "7", "x y", "-1 key", "99999999999999999999 key"])
    func `a user id that is none of ours is none`(text: String) {
        #expect(AdmittedClient(text) == nil)
    }

    @Test mutating func `a stranger and a client without a key are refused`() throws {
        #expect(try reply("ingest", [UInt8](repeating: 3, count: 32)).status == .refused)
        let plain = try reply("ingest", Self.camera, mechanism: "PLAIN")
        #expect(plain == ZAPReply(status: .refused, text: "no CURVE key"))
    }

    @Test mutating func `another list holds at once`() throws {
        let key = CurveKeyPair.text(ofKey: Self.camera)
        admission.replace(with: Self.list([(Self.camera, [.control])]))
        #expect(try reply("control", Self.camera).status == .admitted)
        #expect(try reply("publish", Self.dashboard).status == .refused)
        #expect(admission.allows(key, .control) && !admission.allows(key, .send))
    }

    @Test mutating func `nobody new is let in while the list cannot be relied on`() throws {
        let key = CurveKeyPair.text(ofKey: Self.camera)
        admission.complaint = "it is gone"
        #expect(try reply("ingest", Self.camera).status == .later)
        #expect(admission.allows(key, .send), "who is in stays in")
        admission.replace(with: admission.list)
        #expect(try reply("ingest", Self.camera).status == .admitted)
    }
}
