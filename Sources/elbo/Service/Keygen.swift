import ArgumentParser
import Files
import Platform
import Terminal
import ZeroMQ

/// `elbo keygen`: a new CURVE identity.
struct Keygen: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a CURVE key pair for the daemon or for a client of it.",
        discussion: """
            Writes the secret key to the file, readable by its owner alone, and prints the
            public one, which goes into the list of clients (clients:) or to those who
            connect to the daemon.
              elbo keygen --out /etc/elbod/curve.secret
            """)

    @Option(help: ArgumentHelp("File for the secret key; it must not exist.", valueName: "file"))
    var out: String

    func run() throws {
        try reporting {
            guard fileKind(at: out) == .absent else {
                throw Failure("\(out) is there already; keys are not overwritten", .cannotCreate)
            }
            let pair = try CurveKeyPair.generate()
            do throws(FilesError) {
                try writeFileAtomically(Array("\(pair.secretKey)\n".utf8), to: out, mode: 0o600)
            } catch { throw Failure(error.description, .cannotCreate) }
            print(pair.publicKey)
        }
    }
}
