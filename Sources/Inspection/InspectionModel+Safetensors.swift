import Backbone
import FoundationEssentials
import Images
public import Networks
public import VAE

// Metadata keys of an inspection model's file.
private enum Key {
    static let schema = "elbod.schema"
    static let input = "elbod.input_shape"
    static let taps = "elbod.taps"
    static let preprocessing = "elbod.preprocessing"
    static let decoding = "elbod.decoding"
    static let placeRanges = "elbod.place_ranges"
    static let provenance = "provenance."
    /// Before the names of tensors and facts that belong to the backbone and to the autoencoder.
    static let (backbone, places, ranges) = ("backbone.", "places.", "ranges.")
}

extension InspectionModel {
    /// What `elbod.schema` says in files of such models; `elbo` from before them says that it does not know it.
    public static let schema = "inspection/1"

    /// Whether a file says that it holds such a model.
    static func isDescribed(in file: Safetensors) -> Bool {
        file.metadata[Key.schema] == schema
    }

    /// The model as a file, which needs no other file beside it.
    public var safetensors: Safetensors {
        var file = Safetensors()
        func add(_ part: Safetensors, _ prefix: String) {
            for (name, tensor) in part.tensors { file.tensors[prefix + name] = tensor }
            for (key, value) in part.metadata { file.metadata[prefix + key] = value }
        }
        add(Safetensors(metadata: backbone.origin, tensors: backbone.tensors), Key.backbone)
        add(places.safetensors, Key.places)
        add(Safetensors(tensors: ranges.tensors), Key.ranges)
        file.tensors["features.mean"] = .init(
            shape: [statistics.count], elements: statistics.means)
        file.tensors["features.deviation"] = .init(
            shape: [statistics.count], elements: statistics.deviations)
        file.tensors["grid.error"] = .init(
            shape: [grid.rows, grid.columns], elements: usualErrors)
        if localFeatures < statistics.count {
            file.tensors["grid.local_error"] = .init(
                shape: [grid.rows, grid.columns], elements: usualLocalErrors)
        }
        file.metadata[Key.schema] = Self.schema
        file.metadata[Key.input] =
            "\(imageShape.rows),\(imageShape.columns),\(imageShape.channels)"
        file.metadata[Key.taps] = taps.map(String.init).joined(separator: ",")
        file.metadata[Key.preprocessing] = preprocessing.description
        file.metadata[Key.decoding] = "\(preprocessing.decoding.rawValue)"
        file.metadata[Key.placeRanges] = json(placeRanges)
        for (key, value) in provenance { file.metadata[Key.provenance + key] = value }
        return file
    }

    /// Takes a model out of a file; throws `foreign` with what is wrong.
    public init(_ file: Safetensors) throws(VAEError) {
        guard file.metadata[Key.schema] == Self.schema else {
            throw .foreign(
                "its schema is \(file.metadata[Key.schema] ?? "missing"), not \(Self.schema)")
        }
        let extents = Self.numbers(file.metadata[Key.input])
        guard extents.count == 3, [1, 3].contains(extents[2]),
            extents[..<2].allSatisfy({ Self.sides ~= $0 })
        else { throw .foreign("its metadata gives no usable picture size") }
        let shape = ImageShape(rows: extents[0], columns: extents[1], channels: extents[2])
        let taps = Self.numbers(file.metadata[Key.taps])
        guard !taps.isEmpty, taps == Array(Set(taps)).sorted(),
            taps.allSatisfy(BlockShape.all.indices.contains)
        else { throw .foreign("its metadata gives no usable taps") }
        let count = Self.featureCount(taps: taps)
        let backbone: EfficientNetLite
        do { backbone = try EfficientNetLite(Self.part(Key.backbone, of: file)) } catch {
            throw .foreign("its backbone is unusable: \(error)")
        }
        let places = try Model(Self.part(Key.places, of: file))
        guard places.architecture.inputs == count, !places.architecture.isConditional else {
            throw .foreign("its autoencoder is not one of the \(count) features of a place")
        }
        let means = try Self.elements("features.mean", [count], of: file)
        let deviations = try Self.elements("features.deviation", [count], of: file)
        let grid = Grid(of: shape)
        let errors = try Self.elements("grid.error", [grid.rows, grid.columns], of: file)
        let localErrors =
            Self.localFeatureCount(taps: taps) == count
            ? errors : try Self.elements("grid.local_error", [grid.rows, grid.columns], of: file)
        guard (deviations + errors + localErrors).allSatisfy({ $0 > 0 }) else {
            throw .foreign("a deviation or a usual error is not above zero")
        }
        guard backbone.blocks.count > taps[taps.count - 1] else {
            throw .foreign("its backbone ends before block \(taps[taps.count - 1])")
        }
        guard
            let ranges = BackboneRanges(
                Self.part(Key.ranges, of: file).tensors, blocks: backbone.blocks.count),
            let placeRanges = Self.value(ActivationRanges.self, file.metadata[Key.placeRanges]),
            placeRanges.suits(places.architecture)
        else { throw .foreign("its ranges of activations are not usable") }
        self.init(
            backbone: backbone, ranges: ranges, taps: taps,
            statistics: FeatureStatistics(means: means, deviations: deviations), places: places,
            placeRanges: placeRanges, usualErrors: errors, usualLocalErrors: localErrors,
            imageShape: shape,
            preprocessing: try Self.preprocessing(file.metadata, shape),
            provenance: Self.part(Key.provenance, of: file).metadata)
    }

    /// The sides that pictures can be brought to.
    public static let sides = 64...512

    private static func preprocessing(
        _ metadata: [String: String], _ shape: ImageShape
    ) throws(VAEError) -> Preprocessing {
        let text = metadata[Key.preprocessing] ?? ""
        var preprocessing: Preprocessing
        do throws(ImagesError) { preprocessing = try Preprocessing(text) } catch {
            throw .foreign("its preprocessing is \"\(text)\": \(error)")
        }
        guard
            preprocessing.resize.map({ $0.rows == shape.rows && $0.columns == shape.columns })
                == true, let decoding = metadata[Key.decoding].flatMap({ Int($0) }),
            let rules = Preprocessing.Decoding(rawValue: decoding)
        else { throw .foreign("its preprocessing \"\(text)\" does not make pictures of \(shape)") }
        preprocessing.decoding = rules
        return preprocessing
    }

    /// What has this prefix, without it.
    private static func part(_ prefix: String, of file: Safetensors) -> Safetensors {
        func named<Value>(_ all: [String: Value]) -> [String: Value] {
            let pairs = all.compactMap { name, value in
                name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), value) : nil
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
        return Safetensors(metadata: named(file.metadata), tensors: named(file.tensors))
    }

    private static func elements(
        _ name: String, _ shape: [Int], of file: Safetensors
    ) throws(VAEError) -> [Float] {
        guard let tensor = file.tensors[name], tensor.shape == shape,
            tensor.elements.allSatisfy(\.isFinite)
        else { throw .foreign("it has no usable tensor \(name) of shape \(shape)") }
        return tensor.elements
    }

    private static func numbers(_ text: String?) -> [Int] {
        let parts = (text ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        return numbers.count == parts.count ? numbers : []
    }

    private static func value<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
        text.flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
}

private func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
}
