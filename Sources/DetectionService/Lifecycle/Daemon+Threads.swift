import Frames
import Images
import Inspection
import Logging
import Platform
import ServiceConfiguration
import Synchronization
import VAE
import ZeroMQ

// The threads of a daemon; each creates, uses and closes its sockets.
extension Daemon {
    /// What may wait to be scored: as configured, or what images of the model's size need; pictures, which are
    /// of any size, get what is the least for anybody.
    var queueLimits: QueueLimits {
        guard configuration.queueBytes > 0 else {
            let model = first.model.model
            return .automatic(
                images: configuration.queue,
                pixels: model.preprocessing.hasSteps ? 0 : model.imageShape.values)
        }
        return QueueLimits(images: configuration.queue, bytes: configuration.queueBytes)
    }

    /// Frames in the batches of all scoring threads.
    var framesBeingScored: Int {
        configuration.scorers * first.model.model.batchSize(atMost: configuration.batch)
    }

    /// Bytes that a part of a message may have.
    var messageLimit: Int {
        configuration.messageLimit(decodesPictures: first.model.model.preprocessing.hasSteps)
    }

    /// Bytes of memory that the daemon may take: as configured, or what it needs.
    var memoryBudget: Int {
        guard configuration.memoryLimit == 0 else { return configuration.memoryLimit << 20 }
        let model = first.model.model
        return MemoryBudget(
            resident: residentMemory, queue: queueLimits.bytes,
            scoring: framesBeingScored,
            values: model.imageShape.values, decodesPictures: !model.preprocessing.isEmpty
        ).bytes
    }

    func startScoring(_ pipeline: Pipeline) -> [PipelineThread] {
        (0..<configuration.scoringThreads).map { index in
            let thread = PipelineThread(
                configuration.scoringThreads == 1 ? "scoring" : "scoring-\(index + 1)")
            thread.start { started throws(ZMQError) in
                var loop = ScoringLoop(thread: index, pipeline, self.configuration)
                started()
                try loop.run(heartbeat: thread.heartbeat)
            } onEnd: {
                pipeline.exchange.abandon()
                self.stop()
            }
            return thread
        }
    }

    func startReceiving(
        _ pipeline: Pipeline, _ surroundings: Receiver.Surroundings
    ) -> PipelineThread {
        let thread = PipelineThread("receiving")
        let model = first.model.model
        thread.start { started throws(ZMQError) in
            let scoring =
                self.configuration.threads == 0
                ? ScoringLoop(thread: 0, pipeline, self.configuration) : nil
            var receiver = try Receiver(
                self.configuration, surroundings, messageLimit: self.messageLimit,
                intake: FrameIntake(
                    self.configuration, shape: model.imageShape,
                    preprocessing: model.preprocessing, exchange: pipeline.exchange,
                    isReserved: { pipeline.activeModel.edition.sources[$0] != nil },
                    warn: { self.logger.warning("\($0)") }),
                pipeline.exchange, scoring: scoring)
            started()
            try receiver.run(while: self.isReceiving, heartbeat: thread.heartbeat)
            try receiver.reply(
                until: self.isStopping, heartbeat: thread.heartbeat)
        } onEnd: {
            pipeline.exchange.close()
            self.stop()
        }
        return thread
    }

    /// Of a larger model: its weights as floats, old and new, and packed for each precision's product.
    private static let bytesPerParameter = 24
    /// What reading a model or a calibration may take for a while: a request of 8 MiB fifty times as much.
    private static let reading = 512 << 20

    func startGuarding(
        _ memory: MemoryGuard, _ peers: PeerWatch, _ activeModel: ActiveModel,
        _ updater: ModelUpdater, budget: Int
    ) -> PipelineThread {
        let thread = PipelineThread("guarding")
        let expected = first.model.model.parameterCount
        thread.start { started throws(ZMQError) in
            started()
            while !self.isStopping.load(ordering: .relaxed) {
                thread.heartbeat.advance()
                try peers.look()
                // Another model's weights, and what is made of them on each thread, old and new ones; how
                // much that will be is not known while they are being read.
                let larger = max(
                    0, activeModel.edition.model.model.parameterCount - expected)
                let reading = updater.workshop.isBusy ? Self.reading : 0
                memory.set(budget: budget + Self.bytesPerParameter * larger + reading)
                memory.check()
                sleepThread(for: MemoryGuard.interval)
            }
        } onEnd: {
            self.stop()
        }
        return thread
    }

    func startAuthenticator(_ context: Context) -> PipelineThread? {
        guard let access else { return nil }
        let thread = PipelineThread("authenticator")
        thread.start { started throws(ZMQError) in
            let socket = try ZAPAuthenticator.socket(context)
            started()
            try access.authenticator.run(
                socket, until: self.isStopping, heartbeat: thread.heartbeat)
        } onEnd: {
            self.stop()
        }
        return thread
    }

    func startControl(
        _ context: Context, _ controller: Controller, _ worker: Worker
    ) -> PipelineThread? {
        let path = configuration.controlPath
        let remote = configuration.remoteControl.flatMap { try? Endpoint("router+bind:\($0)") }
        guard path != nil || remote != nil else { return nil }
        let thread = PipelineThread("control")
        thread.start { started throws(ZMQError) in
            var controller = controller
            controller.isStopping = { self.isStopping.load(ordering: .relaxed) }
            var loop = try ControlServer(
                context,
                .init(path: path, remote: remote, access: self.access, logger: self.logger),
                controller: controller, worker: worker,
                finished: FinishedAnswers(wake: try WakeUp()))
            started()
            try loop.run(until: self.isStopping, heartbeat: thread.heartbeat)
        } onEnd: {
            self.stop()
        }
        return thread
    }

    func startServer(_ monitor: Monitor) throws -> MonitoringServer? {
        guard let address = configuration.http.flatMap({ HTTPAddress($0) }) else { return nil }
        return try MonitoringServer(address, monitor)
    }
}
