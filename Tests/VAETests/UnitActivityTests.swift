import Tensors
import Testing
import VAE

@Suite struct UnitActivityTests {
    @Test func `a unit is active if its mean varies by more than 0.01`() {
        let mu = Matrix(
            rows: 4, columns: 4,
            [
                0.0, 5, -0.11, 0.09,
                0.0, 5, 0.11, -0.09,
                0.0, 5, -0.11, 0.09,
                0.0, 5, 0.11, -0.09,
            ])
        let activity = UnitActivity(4)
        activity.add(mu, rows: 2)
        activity.add(mu.rows(2..<4), rows: 2)
        #expect(activity.activeUnits(images: 4) == 1)
        activity.reset()
        #expect(activity.activeUnits(images: 4) == 0)
    }
}
