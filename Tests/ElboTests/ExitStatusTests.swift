import Control
import Datasets
import Detection
import Files
import Images
import Platform
import Reports
import ServiceConfiguration
import Terminal
import Testing
import VAE
import VAETraining
import ZeroMQ

@Suite struct ExitStatusTests {
    /// An error of every kind, and the exit code that all programs have for it.
    static let table: [(error: any Error, status: Int32)] = {
        let unreadable = FilesError.unreadable(path: "a", reason: "b")
        return [
            (unreadable, 66), (FilesError.isFolder(path: "a"), 66),
            (FilesError.unwritable(path: "a", step: "b", reason: "c"), 73),
            (FilesError.notReplaceable(path: "a"), 73),
            (VAEError.file(unreadable), 66), (VAEError.malformed("a"), 65),
            (CalibrationError.file(unreadable), 66), (CalibrationError.malformed("a"), 65),
            (DatasetError.unreadable(unreadable), 66), (DatasetError.notIDX(file: "a"), 65),
            (ImagesError.corrupt(.png, reason: "a"), 65), (SVGRasterizerError.refused, 73),
            (ReportError.needsLabels(set: "a"), 65), (ReportError.oneLatentUnit, 64),
            (TrainingError.recipe("a"), 64),
            (ConfigurationError.unreadable("a"), 78), (ZMQError(code: 1, operation: "a"), 69),
            (ControlError.nobody("a"), 69), (ControlError.refused("a"), 65),
            (Failure("a", .interrupted), 75), (CancellationError(), 70),
        ]
    }()

    @Test(arguments: table.indices)
    func `an error has one exit code, whichever program it ends`(index: Int) {
        let (error, status) = Self.table[index]
        #expect(ExitStatus(of: error).rawValue == status, "\(error)")
    }

    @Test func `a file that cannot be written and one that cannot be read differ`() throws {
        let unread = try Command("score", "--model", "/nowhere", "/nowhere.npy")
        #expect(unread.status == 66, "\(unread.errors)")
        let unwritten = try Command(
            "generate", "--model", Command.model, "--out", "/nowhere/a.png")
        #expect(unwritten.status == 73, "\(unwritten.errors)")
    }
}
