import ZeroMQ

/// What libzmq asks before it lets a client in (ZAP, rfc.zeromq.org/spec/27).
///
/// ```
/// [version, request id, domain, address, identity, mechanism, credentials…]
/// ```
struct ZAPRequest {
    /// To be sent back as it is.
    let id: [UInt8]
    let domain: String
    /// The client's IP address.
    let address: String
    /// The client's public key as it is written; nil if the mechanism is not CURVE.
    let key: String?

    /// The version of the protocol that is spoken here.
    static let version = Array("1.0".utf8)

    /// Reads the parts of a message; nil if they are not a request of this version.
    init?(_ parts: [[UInt8]]) {
        guard parts.count >= 6, parts[0] == Self.version else { return nil }
        id = parts[1]
        domain = String(decoding: parts[2], as: UTF8.self)
        address = String(decoding: parts[3], as: UTF8.self)
        let isCurve = parts.count == 7 && parts[5] == Array("CURVE".utf8) && parts[6].count == 32
        key = isCurve ? CurveKeyPair.text(ofKey: parts[6]) : nil
    }
}

/// The answer to a `ZAPRequest`.
struct ZAPReply: Equatable {
    /// What becomes of the client.
    enum Status: String {
        case admitted = "200"
        case refused = "400"
        /// It is to try again; libzmq's clients do not after they were refused.
        case later = "300"
        case failed = "500"
    }

    let status: Status
    /// Why, in a few words; libzmq passes it on to nobody.
    let text: String
    /// The client's name, where it is admitted.
    var user = ""

    /// `[version, request id, status code, status text, user id, metadata]`.
    func parts(to id: [UInt8]) -> [[UInt8]] {
        [
            ZAPRequest.version, id, Array(status.rawValue.utf8), Array(text.utf8),
            Array(user.utf8), [],
        ]
    }
}
