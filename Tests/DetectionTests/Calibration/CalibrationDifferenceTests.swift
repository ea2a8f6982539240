import Detection
import Tensors
import Testing
import VAE

@Suite struct CalibrationDifferenceTests {
    /// sup |F − G| by looking at every value.
    private func distance(_ a: [Float], _ b: [Float]) -> Double {
        (a + b).map { value in
            abs(
                Double(a.count { $0 <= value }) / Double(a.count)
                    - Double(b.count { $0 <= value }) / Double(b.count))
        }.max() ?? 0
    }

    @Test(arguments: [4, 1000])
    func `the distance is that of the distribution functions, ties or not`(steps: Int) throws {
        var random = RandomNumbers(seed: 5)
        for (n, m) in [(2, 2), (3, 50), (40, 17)] {
            let (a, b) = (
                (0..<n).map { _ in (random.nextUniform() * Float(steps)).rounded(.down) },
                (0..<m).map { _ in (random.nextUniform() * Float(steps)).rounded(.down) }
            )
            let difference = CalibrationDifference(
                try standardCalibration(scores: a), try standardCalibration(scores: b))
            let sample = try #require(difference.samples.first { $0.score == .mse })
            #expect(abs(sample.distance - distance(a, b)) < 1e-12)
        }
    }

    @Test func `samples of one law are seldom called shifted, and of two are`() throws {
        var random = RandomNumbers(seed: 6)
        func normals(_ mean: Float) throws -> Calibration {
            try standardCalibration(scores: (0..<400).map { _ in mean + random.nextNormal() })
        }
        var (wrong, found) = (0, 0)
        for _ in 0..<200 {
            if try CalibrationDifference(normals(0), normals(0)).samples[0].isShifted { wrong += 1 }
            if try CalibrationDifference(normals(0), normals(0.5)).samples[0].isShifted {
                found += 1
            }
        }
        #expect(wrong <= 7 && found == 200, "\(wrong), \(found)")
    }
}
