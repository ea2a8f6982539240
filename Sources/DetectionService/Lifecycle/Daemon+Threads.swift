import Images
import Platform
import ServiceConfiguration
import Synchronization
import VAE
import ZeroMQ

// The threads of a daemon; each creates, uses and closes its sockets.
extension Daemon {
    /// Bytes of memory that the daemon may take: as configured, or what it needs.
    var memoryBudget: Int {
        guard configuration.memoryLimit == 0 else { return configuration.memoryLimit << 20 }
        let model = first.model.model
        return MemoryBudget(
            resident: MemoryGuard.resident, waiting: configuration.queue,
            scoring: configuration.scorers * configuration.batch,
            pixels: model.imageShape.pixels, decodesPictures: !model.preprocessing.isEmpty
        ).bytes
    }

    func startScoring(_ pipeline: Pipeline) -> [PipelineThread] {
        (0..<configuration.threads).map { index in
            let thread = PipelineThread(
                configuration.threads == 1 ? "scoring" : "scoring-\(index + 1)")
            thread.start { started throws(ZMQError) in
                var loop = ScoringLoop(thread: index, pipeline, self.configuration)
                started()
                try loop.run(heartbeat: thread.heartbeat)
            } onEnd: {
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
                self.configuration, surroundings,
                intake: FrameIntake(
                    self.configuration, shape: model.imageShape,
                    preprocessing: model.preprocessing, exchange: pipeline.exchange),
                scoring: scoring)
            started()
            try receiver.run(while: self.isReceiving, heartbeat: thread.heartbeat)
            try receiver.reply(
                until: self.isStopping, pipeline.exchange, heartbeat: thread.heartbeat)
        } onEnd: {
            pipeline.exchange.close()
            self.stop()
        }
        return thread
    }

    func startGuarding(
        _ memory: MemoryGuard, _ publisher: Publisher, _ wakeUp: WakeUp
    ) -> PipelineThread {
        let thread = PipelineThread("guarding")
        thread.start { started throws(ZMQError) in
            started()
            while !self.isStopping.load(ordering: .relaxed) {
                thread.heartbeat.advance()
                switch memory.check() {
                case .nothing: break
                case .ports: wakeUp.signal()
                case .publisher: try publisher.reopen()
                }
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
