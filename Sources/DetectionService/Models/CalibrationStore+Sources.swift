import Detection
import Files
import FoundationEssentials
import VAE

// Bounds of single sources.
extension CalibrationStore {
    /// The bounds of sources that have their own, for `loaded`; those of other models are passed over.
    func sources(for loaded: any IdentifiedModel) throws(CalibrationError) -> [String:
        LoadedCalibration]
    {
        try ownBounds(for: loaded).found
    }

    /// The same, and the sources that have bounds made for another model.
    func ownBounds(
        for loaded: any IdentifiedModel
    ) throws(CalibrationError) -> (found: [String: LoadedCalibration], ofOtherModels: [String]) {
        var found: [String: LoadedCalibration] = [:]
        var others: [String] = []
        for name in folder.sourceFiles {
            let named = CalibrationFolder.source(ofFile: name)
            do throws(CalibrationError) {
                let calibration = try load(folder.sources + "/" + name, loaded)
                guard let source = calibration.calibration.lineage?.source ?? named else {
                    continue
                }
                found[source] = calibration
            } catch {
                guard case .otherModel = error else { throw error }
                others.append(named ?? name)
            }
        }
        return (found, others)
    }

    /// Takes the bounds of a source away, which is judged by the common ones from then on.
    func remove(source: String) throws(CalibrationError) {
        let path = folder.path(of: source)
        guard fileKind(at: path) != .absent else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            throw .file(.unwritable(path: path, step: "remove it", reason: "\(error)"))
        }
    }
}
