import Datasets
import Files
import Foundation

/// Runs the real `elbo` in a process of its own.
struct Command {
    let status: Int32
    let output: String
    let errors: String

    static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    static var model: String { repository.appendingPathComponent("models/mnist").path }

    /// Whether MNIST and Fashion-MNIST are on this machine.
    static let hasData: Bool = {
        let library = DatasetLibrary(
            explicit: nil, environment: ProcessInfo.processInfo.environment)
        return library.has("mnist") && library.has("fashion-mnist")
    }()

    /// The executable that was built together with these tests.
    static var executable: URL {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent("elbo")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        return repository.appendingPathComponent(".build/release/elbo")
    }

    /// A process that will run `elbo` with these arguments.
    static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        return process
    }

    /// Runs `elbo` to its end; `input` is what its standard input holds.
    init(_ arguments: String..., input: [UInt8]? = nil) throws {
        try self.init(arguments, input: input)
    }

    /// The same, of a list, with variables that join those of this process.
    init(
        _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:]
    ) throws {
        let process = Self.process(arguments)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        if let input {
            // Removed at once; the open file stays readable.
            let path = NSTemporaryDirectory() + "elbo-input-\(UUID())"
            try writeFileAtomically(input, to: path)
            process.standardInput = FileHandle(forReadingAtPath: path)
            try FileManager.default.removeItem(atPath: path)
        }
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        self.errors = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        self.output = String(decoding: text, as: UTF8.self)
        status = process.terminationStatus
    }

    /// The lines of the output, each a JSON object.
    var objects: [[String: Any]] {
        output.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }
}

/// A folder that is removed with it.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "elbo-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes an IDX file of drawn images and returns its path.
    func images(_ count: Int, seed: UInt64 = 1) throws -> String {
        let set = DrawnImages.make(count: count, rows: 12, columns: 12, seed: seed)
        let file = path + "/images-\(count)-\(seed)"
        try writeFileAtomically(IDX.encodeImages(set), to: file)
        return file
    }
}
