import Detection
import Files
import Foundation
import Frames
import Images
import Logging
import Networks
import Platform
import ServiceConfiguration
import VAE
import ZeroMQ

@testable import DetectionService

/// Requests to the control socket, one a line, answered by a controller that lives as long as they;
/// MODEL stands for the hash of the model, without which a calibration is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
        .replacing(Array("MODEL".utf8), with: bench.digest)
    let controller = bench.controller()
    defer { controller.updater.end() }
    for request in input.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(8) {
        let answer = controller.answer(Array(request))
        let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any]
        precondition(
            object.map { ($0["result"] == nil) != ($0["error"] == nil) } ?? false,
            "neither a result nor an error: \(String(decoding: answer, as: UTF8.self))")
    }
    return 0
}

private let bench: Bench = {
    do { return try Bench() } catch { preconditionFailure("there is no daemon to steer: \(error)") }
}()

/// A daemon without threads and ingest; its files are where TMPDIR says, in memory: disks are slow.
private struct Bench {
    private let folder = NSTemporaryDirectory() + "elbod-fuzz-\(UUID())"
    private let context: Context
    private let publisher: Publisher
    private let peers: PeerWatch
    private let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    private var configuration = Configuration()
    private let first: ActiveModel.Edition
    let digest: [UInt8]

    init() throws {
        context = try Context()
        peers = PeerWatch(messageLimit: 1 << 20, logger: logger)
        publisher = try Publisher(
            context, configuration, access: nil, peers: peers,
            bounds: ConnectionBounds(connections: 8, reserve: 8))
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let parameters = Parameters(
            Architecture(inputs: 4, hidden: [2], latent: 1, likelihood: .bernoulli))
        parameters.initialize(seed: 1)
        let model = Model(weights: Weights(parameters), imageShape: ImageShape(rows: 2, columns: 2))
        let bytes = model.safetensors.encoded()
        try writeFileAtomically(bytes, to: LoadedModel.path(in: folder))
        let calibration = try Calibration(
            scores: [Scores(mse: 1), Scores(mse: 2)], rule: .sigma(score: .mse, k: 2),
            model: SHA256Digest(of: bytes), data: .init(name: "", sha256: ""),
            created: UnixTime(nanoseconds: 0), revision: 1)
        try writeFileAtomically(calibration.encoded(), to: Calibration.path(in: folder))
        configuration.model = folder
        digest = Array(calibration.model.utf8)
        first = try ModelUpdater.firstEdition(CalibrationStore(model: folder, directory: folder))
    }

    /// A controller with nothing changed yet; what the one before kept on the disk is gone.
    func controller() -> Controller {
        let state = folder + "/state"
        try? FileManager.default.removeItem(atPath: state)
        guard let wake = try? WakeUp() else { preconditionFailure("there is no descriptor left") }
        let pipeline = Pipeline(
            name: Pipeline.defaultName, identity: RunIdentity(),
            activeModel: ActiveModel(first, threads: 0),
            exchange: FrameExchange(FrameQueue(limits: .automatic(images: 2, pixels: 4))) {},
            deciding: DecidingStage(configuration.decidingPlan),
            lonePictures: LonePictures(threads: 0), publisher: publisher,
            replies: PendingReplies(wake: wake))
        let monitor = Monitor(configuration, pipeline, access: nil, peers: peers)
        let store = CalibrationStore(model: folder, directory: state)
        return Controller(
            monitor: monitor, updater: ModelUpdater(store, pipeline, monitor, logger),
            recentScores: pipeline.recentScores, drain: {})
    }
}
