import Files
public import ZeroMQ

extension CurveKeyPair {
    /// Reads the secret key that `elbo keygen` wrote.
    public init(secretFile path: String) throws(ConfigurationError) {
        let text: String
        do { text = String(decoding: try readFile(path, limit: 4096), as: UTF8.self) } catch {
            throw .unreadable(error.description)
        }
        do { self = try CurveKeyPair(secretKey: String(text.filter { !$0.isWhitespace })) } catch {
            throw .value(
                key: "curve_secret", value: path,
                allowed: "a file that holds a secret key of 40 characters, as elbo keygen makes it")
        }
    }
}
