import ArgumentParser
import Platform
import Terminal
import ZeroMQ

/// `elbo proxy`: one address in front of several daemons.
struct ProxyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Deal frames out to several daemons, and join their verdicts.",
        discussion: #"""
            Producers push to --frames-in, daemons pull+connect to --frames-out; daemons
            pub+connect to --verdicts-in, subscribers connect to --verdicts-out:
              elbo proxy --frames-in tcp://127.0.0.1:5555 --frames-out ipc:///run/frames \
                  --verdicts-in ipc:///run/verdicts --verdicts-out tcp://127.0.0.1:5556
              elbod --ingest pull+connect:ipc:///run/frames \
                  --publish pub+connect:ipc:///run/verdicts …    # as many as you like
            Frames wait at the producers when all daemons are busy.
            """#)

    @Option(help: ArgumentHelp("Where producers push frames to.", valueName: "address"))
    var framesIn: String
    @Option(help: ArgumentHelp("Where daemons pull frames from.", valueName: "address"))
    var framesOut: String
    @Option(help: ArgumentHelp("Where daemons publish verdicts to.", valueName: "address"))
    var verdictsIn: String
    @Option(help: ArgumentHelp("Where subscribers connect to.", valueName: "address"))
    var verdictsOut: String
    @Option(help: ArgumentHelp("Frames that may wait for each daemon.", valueName: "n"))
    var highWater = 64

    func run() throws {
        try reporting {
            // libzmq aborts where a connection to an ipc socket finds no descriptor.
            let descriptors = Descriptors.raiseLimit()
            _ = ConnectionBounds(connections: descriptors / 3, reserve: 16)
                .apply(descriptors: descriptors)
            let context = try Context()
            let stopSignal = StopSignal()
            stopSignal.watch { context.shutdown() }
            // Few frames wait at a daemon that may die; the others take what it has not got.
            let waiting = highWater
            let addresses = (incoming: verdictsIn, outgoing: verdictsOut)
            let verdicts = Thread(named: "verdicts") {
                do {
                    let frontend = try Socket(context, .xsub)
                    let backend = try Socket(context, .xpub)
                    try frontend.bind(addresses.incoming)
                    try backend.bind(addresses.outgoing)
                    try forward(from: frontend, to: backend)
                } catch {
                    note("elbo: \(error)\n")
                    context.shutdown()
                }
            }
            defer {
                // Whatever ended this thread ends the other, which waits for messages otherwise.
                context.shutdown()
                verdicts.join()
            }
            let frontend = try Socket(context, .pull)
            let backend = try Socket(context, .push)
            try frontend.setReceiveHighWater(waiting)
            try backend.setSendHighWater(waiting)
            try backend.setImmediate(true)
            try frontend.bind(framesIn)
            try backend.bind(framesOut)
            note("Forwarding frames from \(framesIn) to \(framesOut)\n")
            try forward(from: frontend, to: backend)
            guard stopSignal.isRequested else { throw Failure("stopped", .unavailable) }
        }
    }
}
