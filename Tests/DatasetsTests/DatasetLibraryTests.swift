import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite struct DatasetLibraryTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Puts a set of one-pixel images into a folder of the temporary one, with labels if given.
    private func put(
        _ pixels: [UInt8], labels: [UInt8]? = nil, in root: String, _ name: String = "mnist",
        split: String = "t10k"
    ) throws {
        let place = "\(folder.path)/\(root)/\(name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let set = try ImageSet(name: "x", shape: ImageShape(rows: 1, columns: 1), pixels: pixels)
        try writeFileAtomically(
            try IDX.encodeImages(set), to: "\(place)/\(split)-images-idx3-ubyte")
        if let labels {
            try writeFileAtomically(
                try IDX.encodeLabels(labels), to: "\(place)/\(split)-labels-idx1-ubyte")
        }
    }

    private func load(
        _ text: String, explicit: String? = nil, _ environment: [String: String] = [:],
        withLabels: Bool = true
    ) throws -> ImageSet {
        try DatasetLibrary(explicit: explicit, environment: environment)
            .load(DatasetSpecification(text), withLabels: withLabels)
    }

    @Test func `folders are searched in the order option, ELBO_DATA, user's data`() throws {
        let environment = [
            "ELBO_DATA": folder.path + "/variable", "XDG_DATA_HOME": folder.path + "/xdg",
            "HOME": folder.path + "/home",
        ]
        try put([3], in: "xdg/elbod")
        #expect(try load("mnist", environment).pixels == [3])
        try put([2], in: "variable")
        #expect(try load("mnist", environment).pixels == [2])
        try put([9], in: "option", "fashion-mnist")
        let option = folder.path + "/option"
        #expect(try load("mnist", explicit: option, environment).pixels == [2])
        try put([1], in: "option")
        #expect(try load("mnist", explicit: option, environment).pixels == [1])
    }

    @Test func `the user's data folder is under HOME unless XDG_DATA_HOME is absolute`() {
        func folders(_ environment: [String: String]) -> [String] {
            DatasetLibrary(explicit: nil, environment: environment).folders
        }
        #expect(folders(["HOME": "/h"]) == ["/h/.local/share/elbod"])
        #expect(folders(["HOME": "/h", "XDG_DATA_HOME": "/x"]) == ["/x/elbod"])
        #expect(folders(["HOME": "/h", "XDG_DATA_HOME": "x"]) == ["/h/.local/share/elbod"])
        #expect(
            folders(["HOME": "/h", "XDG_DATA_HOME": "", "ELBO_DATA": ""]) == [
                "/h/.local/share/elbod"
            ])
        #expect(folders([:]) == [])
    }

    @Test func `a set that is nowhere is refused with the folders and the remedy`() {
        let option = folder.path
        let error = #expect(throws: DatasetError.self) {
            try load("mnist:train", explicit: option, ["ELBO_DATA": "/e", "HOME": "/h"])
        }
        let text = error?.description ?? ""
        #expect(text.contains("mnist:train is not here"))
        #expect(text.contains("\(option), /e, /h/.local/share/elbod"))
        #expect(text.contains("tools/fetch-data"))
    }

    @Test func `an option naming no folder is refused though others have the set`() throws {
        try put([2], in: "variable")
        let missing = folder.path + "/typo"
        #expect(throws: DatasetError.noSuchFolder(folder: missing)) {
            try load("mnist", explicit: missing, ["ELBO_DATA": folder.path + "/variable"])
        }
    }

    @Test func `labels come along if they are there and wanted`() throws {
        try put([1, 2], labels: [7, 8], in: ".")
        try put([3], in: ".", split: "train")
        #expect(try load("mnist", explicit: folder.path).labels == [7, 8])
        #expect(try load("mnist[1...]", explicit: folder.path).labels == [8])
        #expect(try load("mnist", explicit: folder.path, withLabels: false).labels == nil)
        #expect(try load("mnist:train", explicit: folder.path).labels == nil)
    }

    @Test func `labels that do not belong to the images are refused by name`() throws {
        try put([1, 2], labels: [7], in: ".")
        #expect(
            throws: DatasetError.labelCount(
                name: folder.path + "/mnist/t10k-labels-idx1-ubyte", labels: 1, images: 2)
        ) { try load("mnist", explicit: folder.path) }
    }

    @Test func `the set is named by the specification and cut to its range`() throws {
        try put([1, 2, 3, 4], in: ".")
        let set = try load("mnist[1...2]", explicit: folder.path)
        #expect(set.name == "mnist:t10k[1..<3]")
        #expect(set.pixels == [2, 3])
    }

    @Test func `a range beyond the set is refused with its count`() throws {
        try put([1, 2, 3], in: ".")
        let error = #expect(throws: DatasetError.self) {
            try load("mnist[2..<4]", explicit: folder.path)
        }
        #expect(error?.description.contains("has 3 images") == true)
        #expect(error?.description.contains("no [2..<4]") == true)
    }

    @Test func `a library has a set when both splits are there`() throws {
        let library = DatasetLibrary(explicit: folder.path, environment: [:])
        #expect(!library.has("mnist"))
        try put([1], in: ".")
        #expect(!library.has("mnist"))
        try put([1], in: ".", split: "train")
        #expect(library.has("mnist"))
        #expect(!library.has("fashion-mnist"))
        #expect(!library.has("../mnist"))
    }
}
