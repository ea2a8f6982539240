internal import CZeroMQ

/// A CURVE identity: two keys of 40 characters each, in ZeroMQ's Z85 alphabet.
///
/// Neither printing, reflecting nor dumping it reveals the secret.
public struct CurveKeyPair: Sendable {
    /// What peers may know.
    public let publicKey: String
    /// What only the owner may know; it stays in memory as long as any copy of the pair.
    public let secretKey: String

    /// Makes a new random pair; throws when libzmq was built without CURVE.
    public static func generate() throws(ZMQError) -> CurveKeyPair {
        var publicKey = [CChar](repeating: 0, count: keyCharacters + 1)
        var secretKey = publicKey
        let code = unsafe errorCode(zmq_curve_keypair(&publicKey, &secretKey))
        if code != 0 { throw ZMQError(code: code, operation: "generate a CURVE key pair") }
        return CurveKeyPair(publicKey: text(publicKey), secretKey: text(secretKey))
    }

    /// Derives the public key that belongs to a secret one; throws when that is no Z85 key.
    public init(secretKey: String) throws(ZMQError) {
        // zmq_curve_public writes past its own buffer when the key is too long.
        guard secretKey.utf8.count == Self.keyCharacters else {
            throw ZMQError(code: EINVAL, operation: "read the CURVE secret key")
        }
        var publicKey = [CChar](repeating: 0, count: Self.keyCharacters + 1)
        let code = unsafe errorCode(zmq_curve_public(&publicKey, secretKey))
        if code != 0 { throw ZMQError(code: code, operation: "read the CURVE secret key") }
        self.init(publicKey: Self.text(publicKey), secretKey: secretKey)
    }

    /// A binary key of 32 bytes as the 40 characters it is written with.
    public static func text(ofKey bytes: [UInt8]) -> String {
        precondition(bytes.count == 32, "a key has 32 bytes")
        var characters = [CChar](repeating: 0, count: keyCharacters + 1)
        _ = unsafe zmq_z85_encode(&characters, bytes, bytes.count)
        return text(characters)
    }

    private init(publicKey: String, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    private static let keyCharacters = 40

    private static func text(_ key: [CChar]) -> String {
        String(decoding: key.prefix(keyCharacters).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension CurveKeyPair: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The public key alone.
    public var description: String { "CURVE key pair with the public key \(publicKey)" }
    /// The public key alone.
    public var debugDescription: String { description }
    /// The public key alone.
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}

extension Socket {
    /// Makes this side the CURVE server, which lets in any client key; before bind or connect.
    public borrowing func setCurveServer(secretKey: String) throws(ZMQError) {
        try set(ZMQ_CURVE_SERVER, to: 1, as: "become a CURVE server")
        try set(ZMQ_CURVE_SECRETKEY, to: secretKey, as: "use the CURVE secret key", naming: "")
    }

    /// The domain that ZAP requests about this socket's clients carry (ZMQ RFC 27); before bind.
    public borrowing func setZAPDomain(_ domain: String) throws(ZMQError) {
        try set(ZMQ_ZAP_DOMAIN, to: domain, as: "set the ZAP domain to", naming: domain)
    }

    /// Makes this side a CURVE client of the server with that public key; before bind or connect.
    public borrowing func setCurveClient(
        serverKey: String, keyPair: CurveKeyPair
    ) throws(ZMQError) {
        try set(
            ZMQ_CURVE_SERVERKEY, to: serverKey, as: "use the CURVE server key", naming: serverKey)
        try set(
            ZMQ_CURVE_PUBLICKEY, to: keyPair.publicKey, as: "use the CURVE public key",
            naming: keyPair.publicKey)
        try set(
            ZMQ_CURVE_SECRETKEY, to: keyPair.secretKey, as: "use the CURVE secret key", naming: "")
    }
}
