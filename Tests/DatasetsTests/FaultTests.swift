import Datasets
import Images
import Testing

@Suite struct FaultTests {
    /// Two images of 28 × 28: a bright square on black, and a ramp.
    private func set(rows: Int = 28, columns: Int = 28) throws -> ImageSet {
        var pixels: [UInt8] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let isInside = (8..<20).contains(row) && (10..<18).contains(column)
                pixels.append(isInside ? 200 : 0)
            }
        }
        for row in 0..<rows {
            for column in 0..<columns { pixels.append(UInt8((row * 7 + column) & 255)) }
        }
        return try ImageSet(
            name: "two", shape: ImageShape(rows: rows, columns: columns), pixels: pixels,
            labels: [3, 4])
    }

    @Test(arguments: Fault.allCases)
    func `a fault changes pixels alone, and the same seed does the same`(fault: Fault) throws {
        let set = try set()
        let faulty = fault.applied(to: set)
        #expect(faulty.count == 2 && faulty.shape == set.shape && faulty.labels == set.labels)
        #expect(faulty.name == "\(fault.name) of two")
        #expect(faulty.pixels != set.pixels)
        #expect(fault.applied(to: set).pixels == faulty.pixels)
    }

    @Test func `what needs no chance is this`() throws {
        let set = try set()
        func pixel(_ fault: Fault, _ image: Int, _ row: Int, _ column: Int) -> UInt8 {
            fault.applied(to: set).image(image)[image * 784 + row * 28 + column]
        }
        #expect(Fault.blank.applied(to: set).pixels.allSatisfy { $0 == 0 })
        #expect(Fault.white.applied(to: set).pixels.allSatisfy { $0 == 255 })
        #expect(pixel(.dim, 0, 10, 12) == 80 && pixel(.inverted, 0, 10, 12) == 55)
        #expect(pixel(.bright, 0, 10, 12) == 255 && pixel(.bright, 0, 0, 0) == 100)
        #expect(pixel(.mirrored, 1, 3, 0) == 3 * 7 + 27)
        #expect(pixel(.upsideDown, 1, 0, 5) == (27 * 7 + 5) & 255)
        // To the left: what was on the right is on top.
        #expect(pixel(.rotated, 1, 0, 5) == UInt8((5 * 7 + 27) & 255))
        #expect(pixel(.overlay, 0, 10, 12) == 200 && pixel(.overlay, 0, 27, 27) == 216)
        // The corner of the square has 9 of 25 pixels inside, its middle all.
        #expect(pixel(.blur, 0, 8, 10) == 72 && pixel(.blur, 0, 14, 14) == 200)
    }

    @Test func `occlusions and dead rows are as large as they say`() throws {
        let white = Fault.white.applied(to: try set())
        for index in 0..<2 {
            let grey = Fault.occludedGrey.applied(to: white, seed: 5).image(index)
            #expect(grey.count { $0 == 128 } == 64 && grey.count { $0 == 255 } == 784 - 64)
            let black = Fault.occludedBlack.applied(to: white, seed: 5).image(index)
            #expect(black.count { $0 == 0 } == 64)
            let dead = Fault.deadRows.applied(to: white, seed: 5).image(index)
            #expect([28, 56].contains(dead.count { $0 == 0 }))
        }
    }

    @Test func `noise has the deviation that it says`() throws {
        let grey = try ImageSet(
            name: "grey", shape: ImageShape(rows: 28, columns: 28),
            pixels: Array(repeating: 128, count: 784 * 50))
        for (fault, sigma) in [(Fault.noise, 25.5), (.strongNoise, 76.5)] {
            let pixels = fault.applied(to: grey).pixels.map { Double($0) - 128 }
            let deviation = (pixels.reduce(0) { $0 + $1 * $1 } / Double(pixels.count)).squareRoot()
            // What is beyond white or black is clipped.
            #expect(deviation < sigma * 1.02 && deviation > sigma * 0.9, "\(deviation)")
        }
    }

    @Test func `any size will do, but for the quarter turn`() throws {
        for (rows, columns) in [(1, 1), (2, 9), (64, 40)] {
            let pixels = (0..<(rows * columns)).map { UInt8($0 & 255) }
            let set = try ImageSet(
                name: "s", shape: ImageShape(rows: rows, columns: columns), pixels: pixels)
            #expect(Fault.rotated.applies(to: set) == (rows == columns))
            for fault in Fault.allCases where fault.applies(to: set) {
                #expect(fault.applied(to: set).pixels.count == pixels.count)
            }
        }
    }
}
