import Detection
import Files
import FoundationEssentials
import Platform
import Terminal

/// Replaces a file atomically; what keeps it from being written is a failure of its own exit code.
func save(_ bytes: [UInt8], to path: String) throws {
    do { try writeFileAtomically(bytes, to: path) } catch {
        throw Failure(error.description, .cannotCreate)
    }
}

/// Keeps the calibration that is about to be replaced, to go back to.
func keepInForce(in folder: CalibrationFolder) throws {
    do { try folder.keepInForce() } catch { throw Failure(error.description, .cannotCreate) }
}

/// Makes a folder, and those above it, unless it is there.
func makeFolder(_ path: String) throws {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw Failure(
            "cannot create the folder \(path); check the path and its permissions", .cannotCreate)
    }
}
