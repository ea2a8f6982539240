import Reports
import Testing

@Suite
struct QuantileTests {
    /// Values of the standard tables, to the digits printed there.
    @Test(arguments: [
        (0.5, 0), (0.841344746068543, 1), (0.975, 1.959963984540054), (0.999, 3.090232306167814),
        (0.0227501319481792, -2), (1e-9, -5.997807015007686),
    ])
    func `quantiles of the normal distribution are those of the tables`(p: Double, z: Double) {
        #expect(abs(normalQuantile(p) - z) < 1e-9)
    }
}
