import ArgumentParser
import Backbone
import FoundationEssentials
import Images
import Inspection
import Platform
import Terminal

/// What an inspection model looks at.
struct InspectOptions: ParsableArguments {
    @Flag(
        help:
            "Train an inspection model, which finds small defects in pictures of parts and says where: the same as --recipe inspect."
    )
    var inspect = false
    @Option(
        help: ArgumentHelp(
            "Size that inspected pictures are brought to, as 224 or 160x320; 64 to 512 pixels a side (default: 224).",
            valueName: "pixels"))
    var size: String?
    @Option(
        help: ArgumentHelp(
            "Blocks of the backbone whose features an inspection model joins, some of 0 to 14 (default: 4,7,11).",
            valueName: "n,…"))
    var taps: String?

    @Flag(
        help:
            "Keep the aspect of inspected pictures, and fill what is missing of --size with what their border is like; otherwise they are squeezed."
    )
    var pad = false

    /// The blocks.
    func blocks() throws -> [Int] {
        let text = taps ?? "4,7,11"
        let blocks = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let known = Set(blocks.compactMap { $0 }).intersection(BlockShape.all.indices)
        guard !known.isEmpty, known.count == blocks.count else {
            throw Failure("--taps \(text) is not a list of some of 0 to 14", .usage)
        }
        return known.sorted()
    }

    /// The steps given, and those that make pictures of the size, in colour unless the steps say otherwise.
    func preprocessing(_ given: Preprocessing) throws -> Preprocessing {
        var steps = given
        guard steps.resize == nil else {
            throw Failure("give the size of inspected pictures by --size, not by resize", .usage)
        }
        let text = size ?? "224"
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard let rows = sides.first ?? nil, let columns = sides.last ?? nil, sides.count <= 2,
            InspectionModel.sides ~= rows, InspectionModel.sides ~= columns
        else {
            throw Failure(
                "--size \(text) is not a size from 64 to 512, such as 224 or 160x320", .usage)
        }
        steps.resize = ImageShape(rows: rows, columns: columns)
        steps.pad = steps.pad || pad
        if steps.grayscale == nil { steps.color = steps.color ?? .rgb }
        return steps
    }

    /// The backbone of this user, as far as these blocks need it; throws what to do if there is none that goes so far.
    func backbone(for taps: [Int]) throws -> EfficientNetLite {
        let last = taps.max() ?? 0
        return try BackboneFile(environment: ProcessInfo.processInfo.environment)
            .load(upTo: last)
    }
}
