import Foundation
import Testing

@Suite(.enabled(if: Command.hasData, "needs MNIST and Fashion-MNIST, see tools/fetch-data"))
struct BundledModelTests {
    @Test func `the bundled model keeps what its card promises`() throws {
        let command = try Command("evaluate", "--model", Command.model, "--json")
        let report =
            try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any]
            ?? [:]
        let number = { (key: String) in report[key] as? Double ?? .nan }
        #expect(number("mse") <= 0.0090)
        #expect(number("neg_elbo") <= 104.5)
        #expect(number("normal_within") >= 0.97)
        #expect(number("anomalous_flagged") >= 0.975)
        let areas = report["auroc"] as? [String: Double] ?? [:]
        #expect(areas["mse"] ?? 0 >= 0.996)
        #expect(areas["nll"] ?? 0 >= 0.9995)
    }
}
