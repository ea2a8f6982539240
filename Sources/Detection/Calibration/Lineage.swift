/// How a calibration came about, and what it came after: what orders calibrations beside their numbers.
public struct Lineage: Sendable, Equatable, Codable {
    /// The command that made it, in its own words, such as `threshold set`; for people.
    public var how: String
    /// The revision that was in force before, to which `elbo threshold rollback` goes back; nil if none
    /// was, or if whoever made it could not know.
    public var after: Int?
    /// The only source that it is for.
    public var source: String?
    /// SHA-256 of the calibration file that it is a copy of, under another number.
    public var copyOf: String?
    /// SHA-256 of the calibration file that lay in the model directory when this was made: what lay there
    /// then is older.
    public var beside: String?

    private enum CodingKeys: String, CodingKey {
        case how, after, source, beside
        case copyOf = "copy_of"
    }

    /// Made by a command that names itself so.
    public init(
        _ how: String, after: Int? = nil, source: String? = nil, copyOf: String? = nil,
        beside: String? = nil
    ) {
        (self.how, self.after, self.source) = (how, after, source)
        (self.copyOf, self.beside) = (copyOf, beside)
    }
}
