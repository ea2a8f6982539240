import Detection
import Files
import Images
import Networks
import Platform
import Tensors
import TestSupport
import Testing
import VAE

@testable import DetectionService

@Suite struct CalibrationStoreTests {
    /// A model of 2×2 images with weights of its own seed, in memory.
    private func model(seed: UInt64 = 1) throws -> LoadedModel {
        let parameters = Parameters(Architecture(inputs: 4, hidden: [3], latent: 2))
        parameters.initialize(seed: seed)
        let model = Model(
            weights: Weights(parameters), imageShape: ImageShape(rows: 2, columns: 2))
        return try LoadedModel(bytes: model.safetensors.encoded())
    }

    private func calibration(
        _ revision: Int, of model: LoadedModel, k: Double = 2
    ) throws -> Calibration {
        try Calibration(
            scores: [1, 2, 3].map { Scores(mse: $0) }, rule: .sigma(score: .mse, k: k),
            model: model.digest, data: .init(name: "toys", sha256: "sha256:00"),
            created: UnixTime(nanoseconds: 0), revision: revision)
    }

    /// Folders of a model, with its calibration of revision 1 in them, and of the daemon's state.
    private struct Place {
        let modelFolder: TemporaryFolder
        let state: TemporaryFolder
        let store: CalibrationStore

        init(_ calibration: Calibration) throws {
            modelFolder = try TemporaryFolder()
            state = try TemporaryFolder()
            store = CalibrationStore(model: modelFolder.path, directory: state.path)
            try writeFileAtomically(
                calibration.encoded(), to: Calibration.path(in: modelFolder.path))
        }
    }

    @Test func `without a calibration of the daemon's own the model's is in force`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        #expect(try place.store.current(for: model).calibration.revision == 1)
    }

    @Test func `what was saved is in force, and the one before can be gone back to`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        let first = try place.store.current(for: model)
        try place.store.save(calibration(2, of: model, k: 3), replacing: first, source: nil)
        #expect(try place.store.current(for: model).calibration.rule.k == 3)
        let before = try place.store.previous(to: 2, for: model)
        #expect(before.calibration == first.calibration)
        #expect(throws: CalibrationError.self) { try place.store.previous(to: 1, for: model) }
        #expect(try place.state.names() == ["calibration.json", "calibrations"])
    }

    @Test func `a calibration of one source leaves the common one in force`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        let name = "cam/1 é"
        try place.store.save(calibration(2, of: model, k: 5), replacing: nil, source: name)
        #expect(try place.store.current(for: model).calibration.revision == 1)
        let sources = try place.store.sources(for: model)
        #expect(sources.keys.sorted() == [name])
        #expect(sources[name]?.calibration.rule.k == 5)
    }

    @Test func `what was made for another model is passed over`() throws {
        let (old, new) = (try model(), try model(seed: 2))
        let place = try Place(calibration(1, of: new))
        try place.store.save(calibration(7, of: old), replacing: nil, source: nil)
        try place.store.save(calibration(8, of: old), replacing: nil, source: "cam")
        #expect(try place.store.current(for: new).calibration.revision == 1)
        #expect(try place.store.sources(for: new).isEmpty)
    }

    @Test func `each precision has files of its own`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        var store = place.store
        store.precision = .bf16
        let error = #expect(throws: CalibrationError.self) { try store.current(for: model) }
        #expect(error?.description.contains("calibration.bf16.json") == true)
    }
}
