import ArgumentParser
import Datasets
import Detection
import Drawing
import Files
import Formatting
import Frames
import Images
import Inspection
import Platform
import Reports
import Tensors
import Terminal
import VAE

/// `elbo explain`: draws where an inspection model finds pictures odd.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw where pictures are odd to an inspection model, with boxes and numbers.",
        discussion: """
            For every picture FOLDER/NAME.png shows it beside itself with its map: what is odder
            than the oddest place of all but as many good pictures as the calibration's rule
            calls anomalous is coloured, from yellow to red at four times that. The scale is the
            same for all pictures, so that nothing glows on a good part. Boxes are drawn around
            at most five places of pictures that are called anomalous, and printed in pixels:
              elbo explain bad/*.png --model models/parts --out explained
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @Option(help: ArgumentHelp("Folder to write into.", valueName: "folder"))
    var out: String
    @Flag(help: "Print one JSON object a picture.")
    var json = false
    @Argument(help: ArgumentHelp("Pictures, or folders of pictures.", valueName: "file"))
    var files: [String]

    func run() throws {
        try reporting {
            let loaded = try model.loadAny()
            guard let inspection = loaded.inspection else {
                throw Failure(
                    "\(model.model) holds a model of pixels, which says nothing of places; elbo "
                        + "reconstruct draws what such a model makes of images", .dataFormat)
            }
            let calibration = try loaded.calibration(
                in: model.model, precision: precision.precision
            ).calibration
            let engine = InspectionEngine(
                inspection, by: precision.precision, computing: calibration.needed, capacity: 1)
            try makeFolder(out)
            var names = Set<String>()
            for file in try pictures() {
                let explained = try ExplainedPicture(file, inspection, engine, calibration)
                var name = file.name
                // Pictures of several folders may have one name.
                while !names.insert(name).inserted { name += "_" }
                let path = "\(out)/\(name).png"
                try save(PNG.encode(explained.drawing.sideBySide), to: path)
                try explained.tell(of: file.description, drawnAs: path, json: json)
            }
        }
    }

    /// The files named, and those in the folders named.
    private func pictures() throws -> [FilePath] {
        try files.flatMap { (name) throws -> [FilePath] in
            let path = FilePath(argument: name)
            guard fileKind(at: path) == .folder else { return [path] }
            let found = try FileTree(path).files.filter { PictureFile($0).isNamedAsPicture }
            guard !found.isEmpty else {
                throw DatasetError.noPictures(folder: name, passedOver: nil)
            }
            return found
        }
    }
}

extension FilePath {
    /// The last part, without its ending.
    fileprivate var name: String {
        let last = description.split(separator: "/").last.map(String.init) ?? "picture"
        guard let dot = last.lastIndex(of: "."), dot > last.startIndex else { return last }
        return String(last[..<dot])
    }
}

/// What is found in one picture.
struct ExplainedPicture {
    let drawing: MapPicture
    private let scores: Scores
    private let decision: Decision
    private let boxes: [InspectionMap.Box]
    private let bound: Double
    private let placeBound: Float

    init(
        _ file: FilePath, _ model: InspectionModel, _ engine: InspectionEngine,
        _ calibration: Calibration
    ) throws {
        let bytes = try readFile(file.description)
        guard let format = ImageFormat(bytes.span) else {
            throw DatasetError.unknownFormat(file: file.description)
        }
        let picture: Image
        let prepared: Image?
        do throws(ImagesError) {
            picture = try format.decode(bytes.span)
            prepared = try model.preprocessing.image(ofEncoded: bytes.span, format)
        } catch { throw DatasetError.badPicture(file: file.description, error) }
        guard let prepared,
            let placement = PicturePlacement(model.preprocessing, picture.shape)
        else {
            throw DatasetError.notPrepared(
                file: file.description, found: picture.shape.dimensions,
                steps: model.preprocessing.description)
        }
        scores = engine.score(prepared.pixels.span)
        let map = engine.map(ofRow: 0)
        decision = Judge(calibration).decide(scores)
        bound = calibration.bounds.upper
        let placeBound = calibration.placeBound
        self.placeBound = placeBound
        boxes = map.boxes(for: decision, above: placeBound, in: placement)
        drawing = MapPicture(picture, map, above: placeBound, in: placement, boxes: boxes)
    }

    private struct Line: Encodable {
        let picture: String
        let drawing: String
        let verdict: String
        let health: FrameFault?
        let score: Float
        let bound: Double
        let worstPlace: Float
        let placeBound: Float
        let boxes: [Box]

        struct Box: Encodable {
            let left: Int
            let top: Int
            let width: Int
            let height: Int
            let error: Float
        }
    }

    /// Prints the numbers.
    func tell(of name: String, drawnAs path: String, json: Bool) throws {
        let verdict = decision.isAnomaly ? "anomaly" : "normal"
        if json {
            return try printJSONLine(
                Line(
                    picture: name, drawing: path, verdict: verdict, health: decision.fault,
                    score: scores[.worstPlaces], bound: bound, worstPlace: scores[.worstPlace],
                    placeBound: placeBound,
                    boxes: boxes.map {
                        .init(
                            left: $0.left, top: $0.top, width: $0.width, height: $0.height,
                            error: $0.error)
                    }))
        }
        print(
            "\(name): \(verdict)\(decision.fault.map { ", \($0.rawValue)" } ?? ""), worst places \(fixed(Double(scores[.worstPlaces]), 2)) times what is "
                + "usual there (normal up to \(fixed(bound, 2))), drawn as \(path)")
        for box in boxes {
            print(
                "  \(box.width)×\(box.height) pixels at \(box.left), \(box.top): "
                    + "\(fixed(Double(box.error), 2)) times")
        }
    }
}
