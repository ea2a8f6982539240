public import Control
import Files
import FoundationEssentials
public import ZeroMQ

/// Asks a running daemon over one of its control sockets.
public struct ControlClient: ~Copyable {
    private let socket: Socket
    private let address: String

    /// Connects to the socket at `address`, a path or `tcp://host:port`, the latter with the key of
    /// the server and a pair with the right to steer it; whether a daemon is there shows at the first
    /// request.
    public init(
        _ context: Context, address: String, keys: (server: String, pair: CurveKeyPair)? = nil
    ) throws(ZMQError) {
        let socket = try Socket(context, .req)
        try socket.setLinger(milliseconds: 0)
        if let keys { try socket.setCurveClient(serverKey: keys.server, keyPair: keys.pair) }
        try socket.connect(address.hasPrefix("tcp://") ? address : "ipc://\(address)")
        self.socket = socket
        self.address = address
    }

    /// Sends a request and waits for the answer, up to `seconds`.
    public func ask<Result: Codable & Sendable>(
        _ request: ControlRequest, seconds: Int = 10
    ) throws -> Result {
        guard address.hasPrefix("tcp://") || fileKind(at: address) != .absent else {
            throw ControlError.nobody(address)
        }
        try socket.setReceiveTimeout(milliseconds: seconds * 1000)
        let bytes = try [UInt8](JSONEncoder.elbod.encode(request))
        _ = try socket.send(bytes.span)
        var message = Message()
        guard try socket.receive(into: &message) else {
            throw ControlError.silent(address, seconds)
        }
        let text = Data(message.copy)
        let answer = try JSONDecoder.elbod.decode(ControlAnswer<Result>.self, from: text)
        if let error = answer.error { throw ControlError.refused(error) }
        guard let result = answer.result else { throw ControlError.silent(address, seconds) }
        return result
    }
}
