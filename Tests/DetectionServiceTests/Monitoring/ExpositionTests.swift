import DetectionService
import Testing

@Suite struct ExpositionTests {
    @Test func `families are this text`() {
        var text = Exposition()
        text.single("up_total", .counter, "Counts\nup.", 3)
        text.begin("seen", .gauge, "By source.")
        text.sample(1.5, [("source", "a\"b\\c\nd"), ("kind", "é")])
        text.sample(.infinity, [("source", "x")])
        text.histogram(
            "size_bytes", "Sizes.", bounds: [0.5, 10], counts: [2, 0, 1], sum: 31.25)
        #expect(
            text.text == #"""
                # HELP up_total Counts\nup.
                # TYPE up_total counter
                up_total 3
                # HELP seen By source.
                # TYPE seen gauge
                seen{source="a\"b\\c\nd",kind="é"} 1.5
                seen{source="x"} +Inf
                # HELP size_bytes Sizes.
                # TYPE size_bytes histogram
                size_bytes_bucket{le="0.5"} 2
                size_bytes_bucket{le="10"} 2
                size_bytes_bucket{le="+Inf"} 3
                size_bytes_sum 31.25
                size_bytes_count 3

                """#)
    }
}
