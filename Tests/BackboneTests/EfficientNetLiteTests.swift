import Backbone
import Foundation
import Networks
import TestSupport
import Testing

@Suite struct EfficientNetLiteTests {
    private static let file = RandomNetwork(seed: 1).file

    /// The same tensors under timm's names.
    private static var timm: Safetensors {
        var tensors: [String: Safetensors.Tensor] = [:]
        let stages = [[0], [1, 2], [3, 4], [5, 6, 7], [8, 9, 10], [11, 12, 13, 14]]
        for (name, tensor) in file.tensors {
            var parts = name.split(separator: ".").map(String.init)
            if parts[0] == "_conv_stem" {
                parts[0] = "conv_stem"
            } else if parts[0] == "_bn0" {
                parts[0] = "bn1"
            } else if let index = Int(parts[1]),
                let stage = stages.firstIndex(where: { $0.contains(index) })
            {
                let layers =
                    index == 0
                    ? [
                        "_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw",
                        "_bn2": "bn2",
                    ]
                    : [
                        "_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw",
                        "_bn1": "bn2", "_project_conv": "conv_pwl", "_bn2": "bn3",
                    ]
                parts = [
                    "blocks", "\(stage)", "\(index - stages[stage][0])", layers[parts[2]] ?? "",
                    parts[3],
                ]
            }
            tensors[parts.joined(separator: ".")] = tensor
        }
        return Safetensors(tensors: tensors)
    }

    @Test func `timm's names and our own are the same network`() throws {
        let network = try EfficientNetLite(Self.file)
        let other = try EfficientNetLite(Self.timm)
        #expect(other.blocks == network.blocks && other.stem == network.stem)
        let own = try EfficientNetLite(
            Safetensors(metadata: network.origin, tensors: network.tensors))
        #expect(own == network)
        #expect(own.origin["licence"] == "none")
    }

    @Test func `what lies beyond block 14 is left out`() throws {
        var file = Self.file
        file.tensors["_blocks.15._expand_conv.weight"] = .init(shape: [1], elements: [1])
        file.tensors["_fc.bias"] = .init(shape: [1], elements: [1])
        #expect(try EfficientNetLite(file) == EfficientNetLite(Self.file))
    }

    @Test func `a network may end at any block from 10 on`() throws {
        let whole = try EfficientNetLite(Self.file)
        let short = try EfficientNetLite(RandomNetwork(seed: 1, blocks: 11).file)
        #expect(whole.blocks.count == 15 && short.blocks.count == 11)
        #expect([2, 4, 7, 10].allSatisfy { whole.upTo($0) == short })
        #expect(whole.upTo(14) == whole)
        #expect(
            try EfficientNetLite(Safetensors(metadata: short.origin, tensors: short.tensors))
                == short)
        let some = whole.upTo(11)
        #expect(some.blocks.count == 12)
        #expect(
            try EfficientNetLite(Safetensors(metadata: some.origin, tensors: some.tensors)) == some)
        #expect(try EfficientNetLite(Self.timm).upTo(12).blocks == whole.upTo(12).blocks)
    }

    @Test func `a network that ends too early is refused with what to do`() throws {
        let path = NSTemporaryDirectory() + "short-\(UUID()).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(RandomNetwork(seed: 1, blocks: 11).file.encoded())
            .write(to: URL(fileURLWithPath: path))
        let file = BackboneFile(environment: ["ELBO_BACKBONE": path])
        #expect(try file.load(upTo: 7).blocks.count == 11)
        let error = #expect(throws: BackboneError.self) { try file.load(upTo: 14) }
        #expect(
            error?.description.hasPrefix(
                "the backbone at \(path) ends at block 10, and block 14 is wanted")
                == true)
    }

    @Test func `another network and a damaged one are refused in a sentence`() throws {
        func refusal(_ change: (inout Safetensors) -> Void) -> String {
            var file = Self.file
            change(&file)
            do throws(BackboneError) {
                _ = try EfficientNetLite(file)
                return "taken"
            } catch { return error.description }
        }
        #expect(
            refusal { $0.tensors = ["fc1.weight": .init(shape: [1], elements: [1])] }
                .contains("it begins with fc1.weight"))
        #expect(
            refusal { $0.tensors["_blocks.12._bn1.weight"] = nil }
                .contains("there is no tensor _blocks.12._bn1.weight"))
        #expect(
            refusal { $0.tensors["_blocks.3._bn1.weight"] = nil }
                .contains("there is no tensor _blocks.3._bn1.weight"))
        #expect(
            refusal { $0.tensors["_bn0.bias"] = .init(shape: [1], elements: [1]) }
                .contains("_bn0.bias has shape [1], not [32]"))
        let infinite = refusal { $0.tensors["_bn0.bias"]?.elements[3] = .nan }
        #expect(infinite.contains("not finite"))
        let negative = refusal { $0.tensors["_bn0.running_var"]?.elements[3] = -1 }
        #expect(negative.contains("negative"))
        #expect(throws: BackboneError.self) { try EfficientNetLite(decoding: [1, 2, 3]) }
    }

    @Test func `without a file it is said what to do`() {
        let file = BackboneFile(environment: ["ELBO_BACKBONE": "/nowhere/at/all"])
        #expect(file.path == "/nowhere/at/all")
        do throws(BackboneError) {
            _ = try file.load()
            Issue.record("there is a file")
        } catch { #expect(error.description.contains("run tools/fetch-backbone")) }
        #expect(
            BackboneFile(environment: ["HOME": "/home/me", "XDG_DATA_HOME": "relative"]).path
                == "/home/me/.local/share/elbod/backbones/efficientnet-lite0.safetensors")
    }
}
