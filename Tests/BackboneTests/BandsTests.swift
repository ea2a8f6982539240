import Backbone
import Testing

@Suite struct BandsTests {
    @Test func `of no rows there are no bands`() {
        let bands = Bands(
            3..<3, kernel: 3, stride: 1, above: 1, extent: 8, bytes: 1, budget: 10)
        #expect(bands.bands.isEmpty && bands.window == 0 && bands.rows == 0)
    }

    @Test(arguments: [
        (56, 3, 1, 1), (57, 3, 2, 1), (112, 3, 2, 0), (28, 5, 2, 1), (14, 5, 1, 2), (1, 3, 1, 1),
        (2, 5, 2, 1),
    ])
    func `every window holds the rows its kernel sees, whatever the budget`(
        extent: Int, kernel: Int, stride: Int, above: Int
    ) {
        let outputs = (extent + stride - 1) / stride
        for budget in [1, 5, 9, 30, 1000] {
            for part in [0..<outputs, 0..<(outputs / 2), (outputs / 2)..<outputs]
            where !part.isEmpty {
                let bands = Bands(
                    part, kernel: kernel, stride: stride, above: above, extent: extent, bytes: 1,
                    budget: budget)
                // What each window row holds: a row that was expanded, or nil for zeros.
                var window = [Int?](repeating: nil, count: bands.window)
                var next = part.lowerBound
                for band in bands.bands {
                    #expect(band.output.lowerBound == next)
                    next = band.output.upperBound
                    let kept = Array(window[band.kept])
                    for (place, row) in kept.enumerated() { window[place] = row }
                    for place in 0..<band.above { window[place] = nil }
                    for (place, row) in band.expanded.enumerated() {
                        window[band.place + place] = row
                    }
                    for place in (band.place + band.expanded.count)..<band.window {
                        window[place] = nil
                    }
                    let top = band.output.lowerBound * stride - above
                    for place in 0..<band.window {
                        let row = top + place
                        #expect(window[place] == ((0..<extent).contains(row) ? row : nil))
                    }
                    #expect((band.window - kernel) / stride + 1 == band.output.count)
                }
                #expect(next == part.upperBound)
            }
        }
    }
}
