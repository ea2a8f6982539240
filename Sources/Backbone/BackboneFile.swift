import Files
import Networks

/// Where the backbone is kept for training: one file of the user's, never part of the repository.
public struct BackboneFile: Sendable {
    /// The file.
    public let path: String

    /// `ELBO_BACKBONE` if it is set, otherwise `elbod/backbones/efficientnet-lite0.safetensors` in the user's data
    /// folder (`XDG_DATA_HOME` if absolute, otherwise `HOME`/.local/share).
    public init(environment: [String: String]) {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let data =
            variable("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? (variable("HOME") ?? "") + "/.local/share"
        path = variable("ELBO_BACKBONE") ?? data + "/elbod/backbones/efficientnet-lite0.safetensors"
    }

    /// The network in it up to a block, see `EfficientNetLite.upTo`; throws `short` with what to do if it ends before, and
    /// what `load()` throws.
    public func load(upTo block: Int) throws(BackboneError) -> EfficientNetLite {
        let network = try load()
        guard network.blocks.count > block else {
            throw .short(path: path, last: network.blocks.count - 1, wanted: block)
        }
        return network.upTo(block)
    }

    /// The network in it; throws `missing` with what to do if there is none.
    public func load() throws(BackboneError) -> EfficientNetLite {
        guard fileKind(at: path) != .absent else { throw .missing(path: path) }
        let bytes: [UInt8]
        do throws(FilesError) { bytes = try readFile(path, limit: 1 << 28) } catch {
            throw .file(error)
        }
        return try EfficientNetLite(decoding: bytes)
    }
}
