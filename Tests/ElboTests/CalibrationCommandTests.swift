import Foundation
import Testing

@Suite struct CalibrationCommandTests {
    /// A copy of the bundled model with certified bounds, revision 2.
    private func certified(in folder: Folder) throws -> String {
        let model = folder.path + "/m"
        try FileManager.default.copyItem(atPath: Command.model, toPath: model)
        let drawn = try Command(
            "calibrate", "--model", model, "--redraw", "--rule", "certified", "--alpha", "0.01")
        try #require(drawn.status == 0, "\(drawn.errors)")
        return model
    }

    private func object(_ words: String...) throws -> [String: Any] {
        let run = try Command(["calibration"] + words + ["--json"])
        try #require(run.status == 0, "\(run.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(object as? [String: Any])
    }

    @Test func `a certificate holds the numbers that it takes to check it`() throws {
        let folder = try Folder()
        let model = try certified(in: folder)
        let numbers = try object("certificate", model)
        #expect(numbers["n"] as? Int == 5000 && numbers["rank"] as? Int == 12)
        #expect(numbers["alpha"] as? Double == 0.01 && numbers["confidence"] as? Double == 0.99)
        // Nine checks of health and twelve on each side; P(Beta(33, 4968) ≤ 0.01), by scipy.stats.beta.cdf.
        #expect((numbers["health"] as? [Any])?.count == 9 && numbers["ranks"] as? Int == 33)
        #expect(abs((numbers["probability"] as? Double ?? 0) - 0.9957593) < 1e-6)
        #expect(abs((numbers["expected"] as? Double ?? 0) - 33.0 / 5001) < 1e-12)
        let text = try Command("calibration", "certificate", model).output
        for part in [
            "at most 1 % of normal images", "the 12th of 5,000 scores from each end",
            "mnist:t10k[even]", "revision 2", "no promise for consecutive frames",
            numbers["model"] as? String ?? "-", numbers["calibration"] as? String ?? "-",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test func `another rule has no certificate, and says how to get one`() throws {
        let run = try Command("calibration", "certificate", Command.model)
        #expect(run.status == 65 && run.output.isEmpty)
        #expect(run.errors.contains("μ ± 2σ") && run.errors.contains("--rule certified"))
    }

    /// What is listed, the one in force first.
    private func revisions(_ model: String) throws -> [Int] {
        let lines = try Command("calibration", "list", model).output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("→ revision ") == true)
        return lines.compactMap { line in
            line.split(separator: " ").compactMap { Int($0) }.first
        }
    }

    @Test func `what elbo calibrate replaces is kept, and gone back to under its number`() throws {
        let folder = try Folder()
        let model = try certified(in: folder)
        let bundled = try Data(
            contentsOf: URL(fileURLWithPath: Command.model + "/calibration.json"))
        let inForce = URL(fileURLWithPath: model + "/calibration.json")
        let certified = try Data(contentsOf: inForce)
        #expect(try revisions(model) == [2, 1])

        let back = try Command("calibration", "rollback", model)
        #expect(back.status == 0 && back.output.contains("In force in \(model): revision 1"))
        #expect(try Data(contentsOf: inForce) == bundled)
        #expect(try revisions(model) == [1, 2])

        let further = try Command("calibration", "rollback", model)
        #expect(further.status == 66 && further.errors.contains("before revision 1 to go back to"))
        let nowhere = try Command("calibration", "rollback", model, "--to", "7")
        #expect(nowhere.status == 66 && nowhere.errors.contains("no revision 7; it keeps 1, 2"))
        #expect(try Data(contentsOf: inForce) == bundled)

        let dry = try Command("calibration", "rollback", model, "--to", "2", "--dry-run")
        #expect(dry.output.contains("Would be in force"))
        #expect(try Data(contentsOf: inForce) == bundled)
        let summary = try object("rollback", model, "--to", "2")
        #expect(summary["revision"] as? Int == 2 && summary["in_force"] as? Bool == true)
        #expect(try Data(contentsOf: inForce) == certified)

        let state = try Command("calibration", "rollback", folder.path)
        #expect(state.status == 66 && state.errors.contains("elbo threshold rollback"))
    }

    @Test func `the last twenty are kept, and none is counted twice`() throws {
        let folder = try Folder()
        let model = try certified(in: folder)
        for _ in 0..<22 {
            let drawn = try Command("calibrate", "--model", model, "--redraw", "--sigma", "3")
            try #require(drawn.status == 0, "\(drawn.errors)")
        }
        let kept = try revisions(model)
        #expect(kept == [24] + (4...23).reversed())
        let names = try FileManager.default.contentsOfDirectory(atPath: model + "/calibrations")
        #expect(names.sorted().first == "000004.json" && names.count == 20)
    }

    @Test func `calibrations are listed, shown and found by number or file`() throws {
        let folder = try Folder()
        let model = try certified(in: folder)
        let history = model + "/calibrations"
        try Data("{".utf8).write(to: URL(fileURLWithPath: history + "/000003.json"))
        let list = try Command("calibration", "list", model)
        let lines = list.output.split(separator: "\n")
        #expect(list.status == 0 && lines.count == 2)
        #expect(lines[0].hasPrefix("→ revision 2") && lines[1].hasPrefix("  revision 1"))
        #expect(list.errors.contains("000003.json"))
        #expect(try object("show", model)["revision"] as? Int == 2)
        let first = try object("show", model, "1")
        #expect(first["title"] as? String == "μ ± 2σ" && first["in_force"] as? Bool == false)
        #expect(try object("show", model, history + "/000001.json")["revision"] as? Int == 1)
        let unknown = try Command("calibration", "show", model, "9")
        #expect(unknown.status == 66 && unknown.errors.contains("it holds 2, 1"))
        let none = try Command("calibration", "list", folder.path)
        #expect(none.status == 66 && none.errors.contains("elbo calibrate makes one"))
        let bad = try Command("calibration", "show", model, history + "/000003.json")
        #expect(bad.status == 65 && bad.errors.contains("damaged"))
    }

    @Test func `an audit gives a calibration up that other images refute`() throws {
        let folder = try Folder()
        let drawn = folder.path + "/drawn-images-idx3-ubyte"
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 1, 0, 0, 0, 0, 28, 0, 0, 0, 28]
        let pixels = (0..<(256 * 784)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        try Data(header + pixels).write(to: URL(fileURLWithPath: drawn))
        let other = try object("audit", "--model", Command.model, "--images", drawn)
        #expect(other["valid"] as? Bool == false && other["audited"] as? Int ?? 256 < 20)
        #expect((other["alarm"] as? [String: Any])?["is_high"] as? Bool == true)
        let run = try Command(
            "calibration", "audit", "--model", Command.model, "--images", drawn, "--exit-code")
        #expect(run.status == 1 && run.output.hasPrefix("Given up at image "), "\(run.output)")
        // Too few to be sure of anything.
        let thin = try object("audit", "--model", Command.model, "--images", drawn, "--thin", "128")
        #expect(thin["valid"] as? Bool == true && thin["audited"] as? Int == 2)
        let none = try Command(
            "calibration", "audit", "--model", Command.model, "--images", drawn, "--thin", "0")
        #expect(none.status == 64)
    }

    @Test func `a difference tells a rule from a shift`() throws {
        let folder = try Folder()
        let model = try certified(in: folder)
        let same = try object("diff", model, Command.model + "/calibration.json", "2")
        let samples = same["samples"] as? [[String: Any]] ?? []
        #expect(samples.count == 11 && samples.allSatisfy { $0["distance"] as? Double == 0 })
        // 22 of 5,000 lie strictly outside the 12th from each end.
        #expect(same["first_by_second"] as? Double == 0.0044)
        let other = try Command(
            "calibration", "diff", model, "2", Command.model + "-2d/calibration.json")
        #expect(other.output.contains("different models") && other.output.contains("shifted"))
    }
}
