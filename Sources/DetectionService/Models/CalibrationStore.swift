import Detection
import Files
import FoundationEssentials
import Frames
import Tensors
import VAE

/// Where calibrations are: the one in force, those before it, and those of single sources.
///
/// ```
/// <directory>/calibration.json            in force
/// <directory>/calibrations/000007.json    every revision made here, to go back to
/// <directory>/calibrations/sources/<name>.json   bounds of one source
/// ```
/// Files of other precisions than fp32 have it in their names, as in calibration.int8.json and
/// calibrations.int8. A state directory that holds nothing for the model in service leaves the model's own in force.
struct CalibrationStore: Sendable {
    /// The model directory.
    let model: String
    /// Where new calibrations are written: the state directory, or the model's own.
    let directory: String
    /// What scores are computed with; each precision has files of its own.
    var precision = Precision.fp32

    /// What is in force for `loaded`.
    func current(for loaded: LoadedModel) throws(CalibrationError) -> LoadedCalibration {
        if directory != model, fileKind(at: Calibration.path(in: directory, precision)) == .file {
            do throws(CalibrationError) {
                return try LoadedCalibration(
                    directory: directory, model: loaded, precision: precision)
            } catch {
                // Left from another model: the new one brings its own.
                guard case .otherModel = error else { throw error }
            }
        }
        return try LoadedCalibration(directory: model, model: loaded, precision: precision)
    }

    /// The bounds of sources that have their own, for `loaded`; those of other models are passed over.
    func sources(for loaded: LoadedModel) throws(CalibrationError) -> [String: LoadedCalibration] {
        var found: [String: LoadedCalibration] = [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sourcesFolder)) ?? []
        for name in names.sorted() where name.hasSuffix(".json") {
            guard let source = percentDecoded(String(name.dropLast(5))) else { continue }
            do throws(CalibrationError) {
                found[source] = try load(sourcesFolder + "/" + name, loaded)
            } catch {
                guard case .otherModel = error else { throw error }
            }
        }
        return found
    }

    /// Puts a calibration into force on the disk, keeping the one it replaces to go back to; with
    /// `source`, for that source alone.
    func save(
        _ calibration: Calibration, replacing previous: LoadedCalibration?, source: String?
    ) throws(CalibrationError) {
        do {
            if let source {
                try makeFolder(sourcesFolder)
                try writeFileAtomically(calibration.encoded(), to: path(of: source))
                return
            }
            try makeFolder(historyFolder)
            for kept in [previous?.calibration, calibration].compactMap({ $0 }) {
                try writeFileAtomically(kept.encoded(), to: path(of: kept.revision))
            }
            try writeFileAtomically(
                calibration.encoded(), to: Calibration.path(in: directory, precision))
        } catch let error as FilesError {
            throw .file(error)
        } catch let error as CalibrationError {
            throw error
        } catch {
            throw .unusable("\(error)")
        }
    }

    /// The revision before `revision` that was in force here.
    func previous(
        to revision: Int, for loaded: LoadedModel
    ) throws(CalibrationError) -> LoadedCalibration {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: historyFolder)) ?? []
        let earlier = names.compactMap { $0.hasSuffix(".json") ? Int($0.dropLast(5)) : nil }
            .filter { $0 < revision }.sorted(by: >)
        guard let number = earlier.first else {
            throw .unusable("there is no revision before \(revision) to go back to")
        }
        return try load(path(of: number), loaded)
    }

    private func load(
        _ path: String, _ loaded: LoadedModel
    ) throws(CalibrationError) -> LoadedCalibration {
        let bytes: [UInt8]
        do { bytes = try readFile(path, limit: 1 << 28) } catch { throw .file(error) }
        return try LoadedCalibration(bytes: bytes, model: loaded)
    }

    private func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private var historyFolder: String { directory + "/calibrations" + precision.suffix }
    private var sourcesFolder: String { historyFolder + "/sources" }

    private func path(of revision: Int) -> String {
        let digits = "\(revision)"
        let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
        return "\(historyFolder)/\(zeros)\(digits).json"
    }

    private func path(of source: String) -> String {
        "\(sourcesFolder)/\(percentEncoded(source)).json"
    }
}
