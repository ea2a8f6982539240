import Foundation
import Testing

@Suite struct LeaveOneOutTests {
    @Test(.enabled(if: Command.hasData, "needs MNIST, see tools/fetch-data"))
    func `every class is left out once, and every score tells how well it is told`() throws {
        let folder = try Folder()
        let model = folder.path + "/m"
        let trained = try Command(
            "train", "--images", "mnist:train[..<900]", "--recipe", "detect", "--out", model,
            "--epochs",
            "2", "--hidden", "32", "--latent", "4")
        try #require(trained.status == 0, "\(trained.errors)")
        let run = try Command(
            "evaluate", "--model", model, "--leave-one-out", "--epochs", "1", "--normal",
            "mnist:t10k[..<600]", "--json")
        try #require(run.status == 0, "\(run.errors)")
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
        let mse = try #require(rows.first { $0["score"] as? String == "mse" })
        let classes = try #require(mse["classes"] as? [String: Double])
        #expect(Set(classes.keys) == Set((0...9).map(String.init)))
        let mean = classes.values.reduce(0, +) / 10
        #expect(abs((mse["mean"] as? Double ?? 0) - mean) < 1e-9)
        #expect(mse["worst"] as? Double == classes.values.min())
        // Ten models, each of which has not seen something else.
        #expect(Set(classes.values).count == 10 && classes.values.allSatisfy { 0...1 ~= $0 })
        let means = rows.compactMap { $0["mean"] as? Double }
        #expect(means == means.sorted(by: >) && rows.contains { $0["score"] as? String == "sap" })
    }

    @Test func `images without labels have no classes to leave out`() throws {
        let folder = try Folder()
        let (images, model) = (try folder.images(64), folder.path + "/m")
        let trained = try Command(
            "train", "--images", images, "--out", model, "--epochs", "1", "--hidden", "8")
        try #require(trained.status == 0, "\(trained.errors)")
        let run = try Command(
            "evaluate", "--model", model, "--leave-one-out", "--normal", images)
        #expect(run.status == 65 && run.errors.contains("has no labels"), "\(run.errors)")
        for wrong in [
            ["--epochs", "3"], ["--leave-one-out", "--suite"],
            ["--leave-one-out", "--epochs", "0"],
        ] {
            #expect(try Command(["evaluate", "--model", model] + wrong).status == 64, "\(wrong)")
        }
    }
}
