import Detection
import FoundationEssentials

/// Why a request that is JSON cannot be carried out.
public enum ControlRequestError: Error, Sendable, CustomStringConvertible {
    /// `calibrate` without a calibration.
    case noCalibration
    /// `renew` or `release` without a ticket.
    case noTicket
    /// `remove` without a source.
    case noSource

    /// One sentence for the author of the client.
    public var description: String {
        switch self {
        case .noCalibration: "the request holds no calibration"
        case .noTicket: "the request names no ticket; gather answers with one"
        case .noSource: "the request names no source"
        }
    }
}

extension ControlRequest: Codable {
    /// The verbs as they are spelt on the wire.
    private enum Verb: String, Codable {
        case status, sources, reload, drain, gather, renew, release, cancel, adopt, threshold,
            calibrate
        case rollback, remove
    }

    /// The object on the wire: one for all verbs, of which most leave most fields out.
    ///
    /// All of it is read before the verb is looked at, so that a field of the wrong type is refused even
    /// where it would not be used.
    private struct Fields: Codable {
        var verb: Verb
        var source: String?
        /// How bounds are to be drawn: its members lie beside the others.
        var rule = Rule()
        var count: Int?
        var calibration: Calibration?
        var dryRun: Bool?
        var force: Bool?
        var ticket: String?
        var holder: String?
        var lease: Int?

        /// As they are spelt on the wire, whatever an encoder makes of names.
        enum CodingKeys: String, CodingKey {
            case verb
            case source
            case count
            case calibration
            case dryRun = "dry_run"
            case force
            case ticket
            case holder
            case lease
        }

        init(_ verb: Verb, _ rule: Rule? = nil, _ scope: Scope? = nil) {
            self.verb = verb
            if let rule { self.rule = rule }
            (source, dryRun) = (scope?.source, scope?.isDryRun)
            force = scope?.isForced == true ? true : nil
        }

        var scope: Scope {
            Scope(source: source, isDryRun: dryRun ?? false, isForced: force ?? false)
        }
        var leaseHeld: Lease? {
            lease.map { Lease(holder: holder ?? "a client without a name", seconds: $0) }
        }

        /// The ticket, without which the verb says nothing.
        func requiredTicket() throws -> String {
            guard let ticket else { throw ControlRequestError.noTicket }
            return ticket
        }
    }

    /// Reads the object by its keys as they are on the wire, that is, with a plain `JSONDecoder`.
    public init(from decoder: any Decoder) throws {
        var fields = try Fields(from: decoder)
        fields.rule = try Rule(from: decoder)
        switch fields.verb {
        case .status: self = .status
        case .sources: self = .sources
        case .reload: self = .reload
        case .drain: self = .drain
        // No frames are as wrong as no number of them, and are refused with the same sentence.
        case .gather:
            self = .gather(
                count: fields.count ?? 0, source: fields.source, lease: fields.leaseHeld)
        case .renew: self = .renew(ticket: try fields.requiredTicket())
        case .release: self = .release(ticket: try fields.requiredTicket())
        case .cancel: self = .cancel
        case .adopt: self = .adopt(fields.rule, fields.scope, ticket: fields.ticket)
        case .threshold: self = .threshold(fields.rule, fields.scope)
        case .calibrate:
            guard let calibration = fields.calibration else {
                throw ControlRequestError.noCalibration
            }
            self = .calibrate(calibration, fields.scope)
        case .rollback: self = .rollback(fields.scope)
        case .remove:
            guard fields.source != nil else { throw ControlRequestError.noSource }
            self = .remove(fields.scope)
        }
    }

    /// Writes the object for `JSONEncoder.elbod`.
    public func encode(to encoder: any Encoder) throws {
        try fields.encode(to: encoder)
        try fields.rule.encode(to: encoder)
    }

    private var fields: Fields {
        switch self {
        case .status: return Fields(.status)
        case .sources: return Fields(.sources)
        case .reload: return Fields(.reload)
        case .drain: return Fields(.drain)
        case .gather(let count, let source, let lease):
            var fields = Fields(.gather)
            (fields.count, fields.source) = (count, source)
            (fields.holder, fields.lease) = (lease?.holder, lease?.seconds)
            return fields
        case .renew(let ticket):
            var fields = Fields(.renew)
            fields.ticket = ticket
            return fields
        case .release(let ticket):
            var fields = Fields(.release)
            fields.ticket = ticket
            return fields
        case .cancel: return Fields(.cancel)
        case .adopt(let rule, let scope, let ticket):
            var fields = Fields(.adopt, rule, scope)
            fields.ticket = ticket
            return fields
        case .threshold(let rule, let scope): return Fields(.threshold, rule, scope)
        case .calibrate(let calibration, let scope):
            var fields = Fields(.calibrate, nil, scope)
            fields.calibration = calibration
            return fields
        case .rollback(let scope): return Fields(.rollback, nil, scope)
        case .remove(let scope): return Fields(.remove, nil, scope)
        }
    }
}

extension ControlRequest {
    /// Reads a request from its bytes, however many scores it holds.
    public init(decoding bytes: [UInt8]) throws {
        let (decoder, outline) = try ScoreLists.decoder(of: bytes)
        self = try decoder.decode(ControlRequest.self, from: Data(outline))
    }
}
