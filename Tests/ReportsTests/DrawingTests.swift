import Drawing
import Testing

@Suite struct DrawingTests {
    @Test func `text cannot end an element or begin one`() {
        #expect(escaped("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c'")
    }

    @Test(arguments: [
        (0.0, "0"), (-0.001, "0"), (1.5, "1.5"), (2.005, "2.01"), (-3.1, "-3.1"), (100, "100"),
        (.nan, "0"), (.infinity, "0"),
    ])
    func `coordinates are short and always numbers`(value: Double, text: String) {
        #expect(number(value) == text)
    }

    @Test func `linear axes are labelled with round numbers inside their range`() {
        #expect(Scale.linear(0...50).ticks() == [0, 10, 20, 30, 40, 50])
        #expect(
            Axis("", .linear(0...0.09)).labels.map(\.text) == ["0", "0.02", "0.04", "0.06", "0.08"])
        #expect(
            Axis("", .linear(-1...1)).labels.map(\.text) == ["-1.0", "-0.5", "0", "0.5", "1.0"])
        #expect(Scale.linear(3...3).ticks().count > 1)
    }

    @Test func `logarithmic axes are labelled at decades, and between them where there are few`() {
        #expect(Scale.logarithmic(1e-5...1).ticks().count == 6)
        #expect(Axis("", .logarithmic(0.01...1)).labels.map(\.text).contains("0.05"))
        #expect(abs(Scale.logarithmic(0.01...1).position(0.1) - 0.5) < 1e-12)
    }

    @Test func `values beyond the axis stay at its ends`() {
        #expect(Scale.linear(0...2).position(5) == 1)
        #expect(Scale.linear(0...2).position(-5) == 0)
        #expect(Scale.logarithmic(1...2).position(0) == 0)
    }
}
