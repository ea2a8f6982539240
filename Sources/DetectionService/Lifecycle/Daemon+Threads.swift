import Images
import Platform
import ServiceConfiguration
import Synchronization
import VAE
import ZeroMQ

// The threads of a daemon; each creates, uses and closes its sockets.
extension Daemon {
    /// Bytes of memory that the daemon may take: what it has now, its queue and every thread's batch
    /// when full, and 48 MiB, or 176 for a model that preprocesses.
    var memoryBudget: Int {
        guard configuration.memoryLimit == 0 else { return configuration.memoryLimit << 20 }
        // A batch's frames are in the queue's room until they are settled, and in its own.
        let frames = configuration.queue + 2 * configuration.scorers * configuration.batch
        let frame = 4 * first.model.model.imageShape.pixels + 1024
        // The largest picture decoded is 64 MiB of colour with opacity and 16 of grey, or three
        // times 32 of a progressive JPEG's coefficients and 16 of grey.
        let pictures = first.model.model.preprocessing.isEmpty ? 0 : 128 << 20
        return MemoryGuard.resident + frames * frame + (48 << 20) + pictures
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
        _ context: Context, _ pipeline: Pipeline, _ wakeUp: WakeUp,
        _ memory: MemoryGuard
    ) -> PipelineThread {
        let thread = PipelineThread("receiving")
        let model = first.model.model
        thread.start { started throws(ZMQError) in
            let scoring =
                self.configuration.threads == 0
                ? ScoringLoop(thread: 0, pipeline, self.configuration) : nil
            var receiver = try Receiver(
                context, self.configuration,
                intake: FrameIntake(
                    self.configuration, model, exchange: pipeline.exchange), wake: wakeUp,
                replies: pipeline.replies,
                access: self.access, memory: memory, scoring: scoring)
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

    func startControl(_ context: Context, _ controller: Controller) -> PipelineThread? {
        let path = configuration.controlPath
        let remote = configuration.remoteControl.flatMap { try? Endpoint("router+bind:\($0)") }
        guard path != nil || remote != nil else { return nil }
        let thread = PipelineThread("control")
        thread.start { started throws(ZMQError) in
            var loop = try ControlServer(
                context, path: path, remote: remote, access: self.access, controller: controller)
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
