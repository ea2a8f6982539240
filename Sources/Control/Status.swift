public import Detection
import FoundationEssentials
public import Frames
import Platform

/// What the daemon says of itself: `elbo status`, `/statusz` and `status/` on the publishing socket.
public struct Status: Codable, Sendable {
    /// Names this format.
    public var schema = "elbod.status/1"
    /// starting, serving, draining (until it is stopped: all is scored once `inFlight` is 0) or stopped.
    public var state = ""
    /// The pipeline that this is about.
    public var pipeline: String?
    /// The program's version.
    public var version = ""
    /// Names this run.
    public var epoch = ""
    /// The machine.
    public var worker = ""
    /// Process id.
    public var pid: Int32 = 0
    /// Since READY, in seconds.
    public var uptime = 0.0
    /// The model directory.
    public var modelDirectory = ""
    /// Short hash of the model in service.
    public var model = ""
    /// Short hash of the calibration in service.
    public var calibration = ""
    /// Its revision.
    public var calibrationRevision = 0
    /// What scores are computed with: fp32, bf16 or int8.
    public var precision = ""
    /// The score that decides.
    public var score = ""
    /// How the bounds are drawn, as `μ ± 2σ`; nil from older daemons, which know that alone.
    public var rule: String?
    /// The rule as other programs read it; nil from older daemons.
    public var deciding: DecisionRule?
    /// k in μ ± kσ; nil for other rules.
    public var k: Double?
    /// Below it an image is anomalous; nil if no score is.
    public var lower: Double?
    /// Above it an image is anomalous; nil if no score is.
    public var upper: Double?
    /// Sources with bounds of their own.
    public var ownBounds: [String] = []
    /// Where images come in.
    public var ingest: [String] = []
    /// Where verdicts go out.
    public var publish: [String] = []
    /// The daemon's public CURVE key, if it has one.
    public var publicKey: String?
    /// Peers whose connections were refused or cut by ZeroMQ, by reason.
    public var peersRefused: [String: Int]?
    /// The one refused last: its address, the endpoint and the reason.
    public var peerRefusedLast: String?
    /// Scoring threads.
    public var threads = 0
    /// The sum of all sources.
    public var received = 0
    /// Frames with a verdict.
    public var scored = 0
    /// Those of them that were called anomalous.
    public var anomalous = 0
    /// Those of them that have a fault as pictures, by fault; nil from older daemons.
    public var faults: [String: Int]?
    /// Whether nothing speaks against the frames being like the calibration's images; nil from older daemons, or if
    /// they are not audited.
    public var calibrationValid: Bool?
    /// What gave the calibration up, a sentence for each source, or for all together.
    public var calibrationDoubts: [String]?
    /// Frames audited so far.
    public var audited: Int?
    /// Events so far, how many of them last, and the sources of those, 100 at most; nil if no events are made.
    public var events: UInt64?
    /// See `events`.
    public var eventsOpen: Int?
    /// See `events`.
    public var openEvents: [String]?
    /// Frames that could not be read, and were answered with an error.
    public var rejected = 0
    /// By reason.
    public var rejections: [String: Int] = [:]
    /// Frames that gave way to newer ones.
    public var dropped = 0
    /// Frames waiting or being scored.
    public var inFlight = 0
    /// Frames waiting.
    public var queue = 0
    /// The most that can wait.
    public var queueCapacity = 0
    /// Verdicts and errors published.
    public var published: UInt64 = 0
    /// Control messages taken in.
    public var controlMessages = 0
    /// Images left to other workers.
    public var otherShards = 0
    /// Sources seen.
    public var sources = 0
    /// Those without a frame for longer than `stale_after`.
    public var staleSources = 0
    /// Reloads that were carried out.
    public var reloads = 0
    /// Reloads that were refused, with the old files still serving.
    public var reloadsRefused = 0
    /// Why the last reload was refused; nil if it was not.
    public var reloadError: String?
    /// Scores being gathered for a new calibration.
    public var collecting: Collecting?
    /// What the operator should know of a reload, a sentence each; only in the answer to one.
    public var remarks: [String]?
    /// When this was said.
    public var ts = ""

    /// Nothing said yet.
    public init() {}

    /// How far gathering scores is.
    public struct Collecting: Codable, Sendable {
        /// Scores so far.
        public var gathered: Int
        /// Scores wanted.
        public var wanted: Int
        /// Of this source alone.
        public var source: String?
        /// Who gathers, as they name themselves.
        public var holder: String?
        /// Seconds until it ends, unless the holder says that it is still there.
        public var expiresIn: Int?
        /// How often it began anew, for another model was put into service.
        public var restarts: Int?
        /// Whether frames of `source` have ever come.
        public var isKnown: Bool?
        /// Names it; only in the answer to `gather`.
        public var ticket: String?

        /// `gathered` of `wanted` scores are there.
        public init(gathered: Int, wanted: Int, source: String?) {
            (self.gathered, self.wanted, self.source) = (gathered, wanted, source)
        }
    }
}

/// What the daemon says of one source.
public struct SourceStatus: Codable, Sendable {
    /// Its name.
    public var source: String
    /// See `FrameLedger`.
    public var received: Int
    /// See `FrameLedger`.
    public var scored: Int
    /// See `FrameLedger`.
    public var anomalous: Int
    /// See `FrameLedger`; nil from older daemons.
    public var faults: [String: Int]?
    /// By reason.
    public var rejections: [String: Int]
    /// See `FrameLedger`.
    public var dropped: Int
    /// See `FrameLedger`.
    public var inFlight: Int
    /// See `SequenceTracker`.
    public var missed: UInt64
    /// See `SequenceTracker`.
    public var duplicates: UInt64
    /// See `SequenceTracker`.
    public var reordered: UInt64
    /// See `SequenceTracker`.
    public var restarts: UInt64
    /// When its last message arrived.
    public var lastReceived: String
    /// Whether that is too long ago.
    public var stale: Bool
    /// Whether it is judged by bounds of its own.
    public var ownBounds: Bool

    /// The ledger of a source.
    public init(_ source: Source, _ ledger: FrameLedger, isStale: Bool, hasOwnBounds: Bool) {
        self.source = source.name
        received = ledger.received
        scored = ledger.scored
        anomalous = ledger.anomalous
        faults = ledger.faultsByName
        rejections = ledger.rejectionsByName
        dropped = ledger.dropped
        inFlight = ledger.inFlight
        missed = ledger.sequenceTracker.missed
        duplicates = ledger.sequenceTracker.duplicates
        reordered = ledger.sequenceTracker.reordered
        restarts = ledger.sequenceTracker.restarts
        lastReceived = ledger.lastReceived.iso8601
        stale = isStale
        ownBounds = hasOwnBounds
    }
}

extension FrameLedger {
    /// Faults by their names.
    public var faultsByName: [String: Int] {
        Dictionary(uniqueKeysWithValues: faults.map { ($0.key.rawValue, $0.value) })
    }

    /// Rejections by the names under which they are counted in public.
    public var rejectionsByName: [String: Int] {
        Dictionary(uniqueKeysWithValues: rejections.map { ($0.key.rawValue, $0.value) })
    }
}
