/// One sender of images, as verdicts name it; its topics are spelt out once.
public final class Source: Sendable {
    /// Its name as given.
    public let name: String
    /// Its place among the sources of one daemon, counted from 0 as they are first seen.
    public let index: SourceIndex
    /// The name as the inside of a JSON string.
    public let escapedName: [UInt8]
    /// `anomaly/<name>/`, `normal/<name>/` and `error/<name>/`; the name ends with a slash because
    /// subscriptions match prefixes and `cam-1` would match `cam-10`.
    public let anomalyTopic: [UInt8]
    /// See `anomalyTopic`.
    public let normalTopic: [UInt8]
    /// See `anomalyTopic`.
    public let errorTopic: [UInt8]

    /// Bytes of a name; longer ones end in a hash of the whole.
    static let nameLimit = 128

    /// A source of this name.
    public init(_ name: String, index: SourceIndex = SourceIndex(0)) {
        self.name = name
        self.index = index
        escapedName = jsonEscaped(name)
        let topicName = percentEncoded(name)
        anomalyTopic = Array("anomaly/\(topicName)/".utf8)
        normalTopic = Array("normal/\(topicName)/".utf8)
        errorTopic = Array("error/\(topicName)/".utf8)
    }

    /// `<kind>/<name>/`, for what is rarely said.
    public func topic(_ kind: String) -> [UInt8] { Array("\(kind)/\(percentEncoded(name))/".utf8) }
}
