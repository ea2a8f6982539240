import Platform
import Testing

@testable import DetectionService

@Suite struct ClientConnectionsTests {
    private var connections = ClientConnections()

    private static func entry(
        _ number: UInt64, _ key: String, identity: UInt64, descriptor: CInt = 7
    ) -> ClientConnections.Entry {
        .init(
            client: AdmittedClient(number: number, key: key), right: .send,
            connection: TCPConnection(
                descriptor: descriptor, identity: identity, read: 0))
    }

    @Test mutating func `only the connections asked for are removed`() {
        for number in UInt64(1)...6 {
            connections.note(
                Self.entry(number, number % 2 == 0 ? "even" : "odd", identity: 100 + number))
        }
        let removed = connections.remove { $0.client.key == "even" }
        #expect(Set(removed.map(\.connection.identity)) == [102, 104, 106])
        #expect(connections.count == 3)
        #expect(connections.remove { $0.client.key == "even" }.isEmpty)
    }

    @Test
    mutating func `a connection belongs to the client let in last, in whatever order they tell`() {
        // The descriptor of the first had been given to the second before the first was looked at.
        connections.note(Self.entry(1, "gone", identity: 100))
        connections.note(Self.entry(2, "here", identity: 100))
        #expect(connections.remove { $0.client.key == "gone" }.isEmpty)
        connections.note(Self.entry(1, "gone", identity: 100))
        #expect(connections.remove { $0.client.key == "gone" }.isEmpty)
        #expect(connections.remove { $0.client.key == "here" }.count == 1)
    }

    @Test mutating func `those that have ended are forgotten before there are many`() {
        let newest = UInt64(10 * ClientConnections.least)
        for number in 1...newest {
            connections.note(Self.entry(number, "key", identity: number)) {
                $0.identity + 10 > number
            }
            #expect(connections.count <= ClientConnections.least + 1)
        }
        #expect(connections.remove { $0.client.number == newest }.count == 1)
    }
}
