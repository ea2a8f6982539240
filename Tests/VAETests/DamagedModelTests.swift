import FoundationEssentials
import Images
import Networks
import Tensors
import TestSupport
import Testing
import VAE

@Suite struct DamagedModelTests {
    @Test func `a file cut short anywhere is refused`() {
        let bytes = smallModel().safetensors.encoded()
        for length in bytes.indices {
            let text = refusal { () throws(VAEError) in
                _ = try LoadedModel(bytes: Array(bytes[..<length]))
            }
            #expect(text?.hasPrefix("damaged model file: ") == true, "\(length) bytes")
        }
    }

    @Test func `a file with any bit flipped is refused or a whole model`() throws {
        let bytes = smallModel(likelihood: .gaussian(variance: 0.25)).safetensors.encoded()
        let start = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        var refused = 0
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << bit
                guard let model = try? LoadedModel(bytes: damaged).model else {
                    if position < start { refused += 1 }
                    continue
                }
                check(model, "bit \(bit) of byte \(position)")
            }
        }
        // What passes is free text: the values of provenance, the name of an ignored key, a space.
        #expect(refused > 8 * start / 2)
    }

    private func check(_ model: Model, _ damage: String) {
        let architecture = model.architecture
        #expect(model.weights.buffer.count == architecture.parameterCount, "\(damage)")
        #expect(model.imageShape.pixels == architecture.inputs, "\(damage)")
        #expect(model.weights.buffer.elements.allSatisfy { $0.isFinite }, "\(damage)")
        #expect(throws: Never.self, "\(damage)") { try architecture.validate() }
        let again = try? Model(model.safetensors)
        #expect(again?.weights.buffer.elements == model.weights.buffer.elements, "\(damage)")
        #expect(again?.architecture == architecture, "\(damage)")
    }

    @Test func `a file that claims a huge model is refused before room is made for it`() async {
        await #expect(processExitsWith: .success) {
            var file = smallModel().safetensors
            file.metadata["elbod.latent"] = "1048000"
            file.metadata["elbod.hidden"] = "80"
            #expect(throws: VAEError.self) { try Model(file) }
            // These sizes stand for a gigabyte; the most memory that this program has ever used is given in
            // kilobytes. (getrusage counts what its parent used as well.)
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let most = line.flatMap { Int($0.filter(\.isNumber)) }
            #expect(most ?? .max < 1 << 19)
        }
    }
}
