public import Datasets
public import Files

/// Picture files that are streamed as they are, whatever their size and colour.
public struct PictureFiles: Sendable {
    /// The files, in the order of sending.
    public let paths: [FilePath]
    /// Files that hold no pictures.
    public private(set) var record = ReadingRecord()
    /// The contents of all, if they are few enough to keep.
    private var contents: [[UInt8]] = []

    /// Bytes that are kept in memory; what is more is read again each time it is sent.
    private static let memory = 1 << 28

    /// The pictures among these files and in these folders; throws `unreadable`.
    public init(_ places: [FilePath]) throws(DatasetError) {
        var paths: [FilePath] = []
        for place in places {
            var files = [place]
            if fileKind(at: place) == .folder {
                do throws(FilesError) { files = try FileTree(place).files } catch {
                    throw .unreadable(error)
                }
            }
            for path in files {
                let file = PictureFile(path)
                if try file.startsAsPicture() { paths.append(path) } else { record.count(file) }
            }
        }
        self.paths = paths
    }

    /// Some of them; throws `outOfRange`.
    public init(
        _ all: PictureFiles, _ selection: ImageSelection, of name: String
    ) throws(DatasetError) {
        guard let numbers = selection.resolved(count: all.paths.count) else {
            throw .outOfRange(
                name: name, range: selection.description, count: all.paths.count)
        }
        (paths, record) = (numbers.map { all.paths[$0] }, all.record)
    }

    /// Reads the files into memory while there is room for them; throws `unreadable`, and `interrupted`
    /// if it must stop.
    public mutating func load(until mustStop: () -> Bool) throws(DatasetError) {
        var (read, bytes): ([[UInt8]], Int) = ([], 0)
        for path in paths {
            if mustStop() { throw .interrupted }
            let file: [UInt8]
            do throws(FilesError) { file = try readFile(path) } catch { throw .unreadable(error) }
            bytes += file.count
            if bytes > Self.memory { return }
            read.append(file)
        }
        contents = read
    }

    /// The bytes of the largest of the files that are kept, or else of the first.
    var largest: Int {
        contents.map(\.count).max() ?? (paths.isEmpty ? 0 : bytes(at: 0).count)
    }

    /// The bytes of a file; none if it has become unreadable meanwhile, which the daemon will say.
    func bytes(at index: Int) -> [UInt8] {
        contents.isEmpty ? (try? readFile(paths[index])) ?? [] : contents[index]
    }
}
