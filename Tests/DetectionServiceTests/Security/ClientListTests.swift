import Files
import ServiceConfiguration
import Testing

@testable import DetectionService

@Suite struct ClientListTests {
    private typealias Reading = Result<[UInt8], FilesError>

    private var list = ClientList(Array("a".utf8))
    private var parsed: [String] = []

    private static let gone = FilesError.unreadable(path: "clients", reason: "gone")

    /// A list of one client whose name is the contents; "?" is none.
    private static func parse(_ text: String) -> Result<
        Credentials.AllowList, ConfigurationError
    > {
        text == "?" ? .failure(.notYAML(path: "clients", reason: "?")) : .success(allowing(text))
    }

    private static func allowing(_ name: String) -> Credentials.AllowList {
        .init(clients: ["key": .init(name: name, rights: [.send])])
    }

    private mutating func look(_ reading: Reading) -> ClientList.Change {
        var texts: [String] = []
        defer { parsed += texts }
        return list.look(reading) { bytes in
            texts.append(String(decoding: bytes, as: UTF8.self))
            return Self.parse(texts[texts.count - 1])
        }
    }

    private mutating func look(at text: String) -> ClientList.Change {
        look(.success(Array(text.utf8)))
    }

    @Test mutating func `a change counts once it has been read twice, and is parsed once`() {
        #expect(look(at: "a") == .none)
        #expect(look(at: "b") == .none)
        #expect(look(at: "b") == .adopted(Self.allowing("b")))
        #expect(look(at: "b") == .none)
        #expect(look(at: "b") == .none)
        #expect(parsed == ["b"])
    }

    @Test mutating func `what stands in the file while it is written is not believed`() {
        #expect(look(at: "") == .none)
        #expect(look(at: "b") == .none)
        #expect(look(at: "bc") == .none)
        #expect(look(at: "bc") == .adopted(Self.allowing("bc")))
        #expect(parsed == ["bc"])
    }

    @Test mutating func `a list that is broken is told once and tried until it is whole`() {
        _ = look(at: "?")
        guard case .distrusted(let reason) = look(at: "?") else {
            Issue.record("a broken list is taken")
            return
        }
        #expect(reason.contains("clients"))
        #expect(look(at: "?") == .none)
        #expect(look(at: "?") == .none)
        #expect(parsed == ["?"], "it is parsed again and again")
        _ = look(at: "b")
        #expect(look(at: "b") == .adopted(Self.allowing("b")))
    }

    @Test mutating func `a read that fails once is nothing, and one that fails on is told once`() {
        #expect(look(.failure(Self.gone)) == .none)
        #expect(look(at: "a") == .none)
        #expect(look(.failure(Self.gone)) == .none)
        #expect(look(.failure(Self.gone)) == .distrusted(Self.gone.description))
        #expect(look(.failure(Self.gone)) == .none)
        #expect(look(at: "a") == .restored)
        #expect(look(at: "a") == .none)
    }

    @Test mutating func `what changed while reads failed is taken up when they succeed`() {
        for _ in 0..<3 { _ = look(.failure(Self.gone)) }
        #expect(look(at: "b") == .none)
        #expect(look(at: "b") == .adopted(Self.allowing("b")))
    }
}

@Suite struct AllowListTests {
    private func list(_ text: String) throws -> Credentials.AllowList {
        try Credentials.allowList(Array(text.utf8), path: "list.yaml")
    }

    private static let key = String(repeating: "k", count: 40)

    @Test func `clients are told apart by their keys`() throws {
        let other = String(repeating: "o", count: 40)
        let list = try list(
            """
            cam: {key: "\(Self.key)", rights: [send]}
            desk: {key: "\(other)", rights: [receive, control]}
            """)
        #expect(list.clients[Self.key]?.name == "cam")
        #expect(list.clients[other]?.rights == [.receive, .control])
    }

    @Test func `a key that is there twice is refused, with the names of both`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try list(
                """
                cam: {key: "\(Self.key)", rights: [send]}
                old-cam: {key: "\(Self.key)", rights: [send, control]}
                """)
        }
        for name in ["cam", "old-cam", "list.yaml"] { #expect("\(error)".contains(name)) }
    }

    @Test(arguments: [
        "cam: {key: short, rights: [send]}", "cam: {rights: [send]}", "- cam",
        "cam: {key: \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\", rights: [fly]}", "cam: {key: \"",
    ])
    func `what is no list is refused`(text: String) {
        #expect(throws: ConfigurationError.self) { try list(text) }
    }
}
