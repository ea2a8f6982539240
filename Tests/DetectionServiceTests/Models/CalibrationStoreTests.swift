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

    /// What `elbo calibrate` does in the model directory.
    private func calibrate(
        _ place: Place, _ model: LoadedModel, k: Double, revision: Int? = nil
    ) throws {
        let path = place.modelFolder.path
        try writeFileAtomically(
            calibration(revision ?? Calibration.nextRevision(in: path), of: model, k: k).encoded(),
            to: Calibration.path(in: path))
    }

    /// What the daemon does at a reload: the newest, written down.
    @discardableResult private func reload(
        _ place: Place, _ model: LoadedModel, over previous: LoadedCalibration?
    ) throws -> CalibrationStore.Resolution {
        let found = try place.store.resolve(for: model, isStarting: false)
        try place.store.record(found, replacing: previous)
        return found
    }

    /// What the daemon does at `threshold set`.
    private func set(_ place: Place, _ model: LoadedModel, k: Double) throws -> LoadedCalibration {
        let (store, old) = (place.store, try place.store.current(for: model))
        let own = store.own(for: model)
        let revision = store.nextRevision(
            after: [old.calibration.revision, own?.calibration.revision ?? 0])
        let (new, bytes) = try LoadedCalibration.writing(
            calibration(revision, of: model, k: k), for: model)
        try store.put(
            new, bytes, replacing: old, source: nil, seen: own?.digest.description)
        return new
    }

    @Test func `what elbo calibrate writes later rules, under a number of its own`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        let set = try set(place, model, k: 3)
        #expect(set.calibration.revision == 2)
        // Nothing new lies there: what was set stays, and says so.
        let same = try reload(place, model, over: set)
        #expect(same.calibration.digest == set.digest)
        #expect(same.remarks.first?.hasPrefix("In force stays revision 2") == true)
        try calibrate(place, model, k: 4)
        let found = try reload(place, model, over: set)
        #expect(found.calibration.calibration.rule.k == 4)
        // Both called themselves revision 2.
        #expect(found.calibration.calibration.revision == 3)
        #expect(found.remarks.contains { $0.contains("a number that is taken") })
        #expect(found.remarks.contains { $0.hasPrefix("Taken up from the model directory") })
        // The same at a restart, and again.
        for _ in 0..<2 {
            let again = try reload(place, model, over: nil)
            #expect(again.calibration.digest == found.calibration.digest)
            #expect(again.remarks.isEmpty)
        }
        let before = try place.store.predecessor(of: found.calibration, source: nil, for: model)
        #expect(before?.digest == set.digest)
    }

    @Test func `what is set later rules over a file that was never taken up`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        _ = try set(place, model, k: 3)
        try calibrate(place, model, k: 4)
        // The daemon has not been told of it and goes on with what it has.
        let set = try self.set(place, model, k: 5)
        #expect(set.calibration.revision == 3 || set.calibration.revision == 4)
        #expect(try reload(place, model, over: set).calibration.calibration.rule.k == 5)
        try calibrate(place, model, k: 6)
        #expect(try reload(place, model, over: set).calibration.calibration.rule.k == 6)
    }

    @Test func `numbers are not used again after going back`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        let second = try set(place, model, k: 3)
        let first = try #require(
            try place.store.predecessor(of: second, source: nil, for: model))
        try place.store.restore(
            first, source: nil, seen: place.store.own(for: model)?.digest.description)
        let now = try place.store.current(for: model)
        #expect(now.digest == first.digest && now.calibration.revision == 1)
        let third = try set(place, model, k: 4)
        #expect(third.calibration.revision == 3)
        // To what was in force before it, not to the number below.
        let before = try place.store.predecessor(of: third, source: nil, for: model)
        #expect(before?.calibration.revision == 1)
        let error = #expect(throws: CalibrationError.self) {
            try place.store.predecessor(of: first, source: nil, for: model)
        }
        #expect(error?.description.contains("no revision before 1") == true)
    }

    @Test func `the rules of a model come back with it`() throws {
        let (old, new) = (try model(), try model(seed: 2))
        let place = try Place(calibration(1, of: old))
        let set = try set(place, old, k: 3)
        let path = Calibration.path(in: place.modelFolder.path)
        let own = try readFile(path)
        try writeFileAtomically(calibration(1, of: new, k: 2.5).encoded(), to: path)
        let other = try reload(place, new, over: set)
        #expect(other.calibration.calibration.rule.k == 2.5)
        #expect(other.calibration.calibration.revision == 3)
        try writeFileAtomically(own, to: path)
        let back = try reload(place, old, over: other.calibration)
        #expect(back.calibration.digest == set.digest)
    }

    @Test func `a damaged file in the model directory keeps nobody from starting`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        let set = try set(place, model, k: 3)
        try writeFileAtomically([1, 2, 3], to: Calibration.path(in: place.modelFolder.path))
        let found = try place.store.resolve(for: model, isStarting: true)
        #expect(found.calibration.digest == set.digest && found.remarks.count == 1)
        try place.store.record(found, replacing: nil)
        // What was there before is still older when it is back.
        try writeFileAtomically(
            calibration(1, of: model).encoded(), to: Calibration.path(in: place.modelFolder.path))
        #expect(try place.store.current(for: model).digest == set.digest)
        try writeFileAtomically([1, 2, 3], to: Calibration.path(in: place.modelFolder.path))
        #expect(throws: CalibrationError.self) {
            try place.store.resolve(for: model, isStarting: false)
        }
    }

    @Test func `the last revisions are kept, and what is in force`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        var store = place.store
        store.kept = 3
        var last = try store.current(for: model)
        for revision in 2...9 {
            let (new, bytes) = try LoadedCalibration.writing(
                calibration(revision, of: model, k: Double(revision)), for: model)
            try store.put(new, bytes, replacing: last, source: nil, seen: nil)
            last = new
        }
        #expect(store.folder.revisions() == [7, 8, 9])
        // Gone back to the eldest, and on from there: its numbers stay taken.
        let eighth = try #require(try store.predecessor(of: last, source: nil, for: model))
        try store.restore(eighth, source: nil, seen: nil)
        let seventh = try #require(try store.predecessor(of: eighth, source: nil, for: model))
        try store.restore(seventh, source: nil, seen: nil)
        #expect(store.nextRevision(after: [7]) == 10)
        let error = #expect(throws: CalibrationError.self) {
            try store.predecessor(of: seventh, source: nil, for: model)
        }
        #expect(error?.description.contains("kept no longer: keep_calibrations is 3") == true)
    }

    @Test func `bounds of a source go back to those before, and then to the common ones`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        let (store, name) = (place.store, String(repeating: "é", count: 64))
        var made: [LoadedCalibration] = []
        for revision in 2...3 {
            var calibration = try calibration(revision, of: model, k: Double(revision))
            calibration.lineage = Lineage(
                "threshold set", after: made.last?.calibration.revision, source: name)
            let (new, bytes) = try LoadedCalibration.writing(calibration, for: model)
            try store.put(new, bytes, replacing: made.last, source: name, seen: nil)
            made.append(new)
        }
        #expect(try store.sources(for: model)[name]?.digest == made[1].digest)
        #expect(store.nextRevision(after: []) == 4)
        let before = try store.predecessor(of: made[1], source: name, for: model)
        #expect(before?.digest == made[0].digest)
        #expect(try store.predecessor(of: made[0], source: name, for: model) == nil)
        try store.remove(source: name)
        #expect(try store.sources(for: model).isEmpty)
    }

    @Test func `files that a killed process was writing are removed`() throws {
        let model = try model()
        let place = try Place(calibration(1, of: model))
        _ = try set(place, model, k: 3)
        let left = ["/.elbod-1f.tmp", "/calibrations/.elbod-abc.tmp"].map { place.state.path + $0 }
        let others = ["/.elbod-x.tmp", "/notes.tmp"].map { place.state.path + $0 }
        // Saving removes them too, so those that are to be found are written last.
        for path in others + left { try writeFileAtomically([1], to: path) }
        #expect(place.store.folder.removeAbandonedFiles() == 2)
        #expect(left.allSatisfy { fileKind(at: $0) == .absent })
        #expect(others.allSatisfy { fileKind(at: $0) == .file })
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
