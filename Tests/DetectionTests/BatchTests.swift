import Detection
import Tensors
import Testing
import VAE

@Suite struct BatchTests {
    @Test func `a batch fills, and then each frame takes the place of the oldest`() throws {
        var intake = Intake(capacity: 3)
        #expect(intake.batch.count == 0 && !intake.batch.isFull && intake.batch.capacity == 3)
        for number in 0..<11 {
            try intake.take(header(), payload: [UInt8](repeating: UInt8(number * 5), count: 4))
            let kept = Array(max(0, number - 2)...number)
            #expect(intake.frames.map(\.sequence) == kept.map { UInt64($0) })
            #expect(intake.pixels == kept.map { Array(repeating: Float($0 * 5) / 255, count: 4) })
            #expect(intake.batch.count == kept.count)
            #expect(intake.batch.isFull == (number >= 2))
            #expect(intake.batch.overwritten == max(0, number - 2))
        }
    }

    @Test func `an emptied batch starts anew`() throws {
        var intake = Intake(capacity: 2)
        for _ in 0..<3 { try intake.take(header()) }
        intake.batch.removeAll()
        #expect(intake.batch.count == 0 && intake.batch.overwritten == 0)
        #expect(intake.batch.pieces(of: 8).isEmpty)
        try intake.take(header())
        #expect(intake.frames.map(\.sequence) == [3])
    }

    @Test(
        arguments: [
            (0, 4, []), (3, 4, [0..<3]), (3, 2, [0..<2, 2..<3]), (5, 2, [0..<2, 2..<4, 4..<5]),
            (5, 5, [0..<5]), (6, 5, [1..<5, 0..<1]), (7, 2, [2..<4, 4..<5, 0..<2]),
            (9, 1, [4..<5, 0..<1, 1..<2, 2..<3, 3..<4]), (10, 100, [0..<5]),
            (8, 3, [3..<5, 0..<3]), (9, 3, [4..<5, 0..<3, 3..<4]),
        ] as [(Int, Int, [Range<Int>])])
    func `pieces are consecutive rows, oldest first`(
        frames: Int, size: Int, pieces: [Range<Int>]
    ) throws {
        var intake = Intake(capacity: 5)
        for _ in 0..<frames { try intake.take(header()) }
        #expect(intake.batch.pieces(of: size) == pieces)
        let numbers = pieces.flatMap { $0.map { intake.batch.frame($0).sequence } }
        #expect(numbers == (max(0, frames - 5)..<frames).map { UInt64($0) })
    }

    @Test func `every dropped frame is reported by exactly one later frame of its source`() throws {
        var intake = Intake(capacity: 3)
        for _ in 0..<20 { try intake.take(header(), topic: "a") }
        #expect(intake.frames.map(\.droppedBefore).reduce(0, +) == 17)
        intake.batch.removeAll()  // these were scored
        try intake.take(header(), topic: "a")
        try intake.take(header(), topic: "b")
        #expect(intake.frames.map(\.droppedBefore) == [0, 0])
    }

    @Test func `drops are counted for the source that lost the frame`() throws {
        var intake = Intake(capacity: 2)
        for source in ["a", "b", "c", "c", "a", "b"] { try intake.take(header(), topic: source) }
        // Left are a's and b's second frames; c's two were dropped and c has not been heard since.
        #expect(intake.frames.map(\.source.name) == ["a", "b"])
        #expect(intake.frames.map(\.droppedBefore) == [1, 1])
        intake.batch.removeAll()
        for source in ["c", "c"] { try intake.take(header(), topic: source) }
        #expect(intake.frames.map(\.droppedBefore) == [2, 0])
    }

    @Test func `frames of several endpoints share a batch`() throws {
        var (first, second) = (Intake(capacity: 2), Intake(capacity: 2))
        for source in ["a", "b", "c", "d"] { try first.take(header(), topic: source) }
        second.batch = first.batch
        for _ in 0..<4 { try second.take(header(), topic: "z") }
        #expect(second.frames.map(\.droppedBefore).reduce(0, +) == 2)
        first.batch = second.batch
        first.batch.removeAll()
        for source in ["a", "c"] { try first.take(header(), topic: source) }
        #expect(first.frames.map(\.droppedBefore) == [1, 1])
    }

    @Test func `a frame refused while the batch is full leaves the oldest whole`() throws {
        var intake = Intake(capacity: 2)
        let floats = header(dtype: "float32")
        for value in [10, 20] {
            try intake.take(
                header("\"msg\":\(value)"), payload: Array(repeating: UInt8(value), count: 4))
        }
        let before = intake.pixels
        var payload = [UInt8](repeating: 0, count: 16)
        payload[15] = 0xC0  // -2
        #expect(throws: Rejection.outOfRange) { try intake.take(floats, payload: payload) }
        #expect(intake.pixels == before)
        #expect(intake.frames.map(\.sequence) == [0, 1])
        #expect(intake.batch.overwritten == 0)
        try intake.take(floats, payload: Array(repeating: 0, count: 16))
        #expect(intake.frames.map(\.sequence) == [1, 3])
        #expect(intake.frames.map(\.droppedBefore) == [0, 1])
        #expect(intake.pixels == [before[1], [0, 0, 0, 0]])
    }

    @Test func `a message of more images than the batch holds leaves the last of them`() throws {
        var intake = Intake(capacity: 3)
        try intake.take(header(shape: "[7,2,2]"), payload: (0..<28).map { UInt8($0) })
        #expect(intake.frames.map(\.index) == [4, 5, 6])
        #expect(intake.frames.map(\.droppedBefore).reduce(0, +) == 4)
        #expect(intake.pixels.flatMap { $0 } == (16..<28).map { Float($0) / 255 })
    }

    @Test func `pieces are scored as their images are alone`() throws {
        let parameters = Parameters(Architecture(inputs: 4, hidden: [3], latent: 2))
        parameters.initialize(seed: 1)
        let (together, alone) = (Scorer(parameters, capacity: 2), Scorer(parameters, capacity: 1))
        var intake = Intake(capacity: 5)
        for number in 0..<7 {
            try intake.take(header(), payload: (0..<4).map { UInt8(number * 36 + $0 * 9) })
        }
        for piece in intake.batch.pieces(of: 2) {
            intake.batch.score(piece, with: together)
            for (position, row) in piece.enumerated() {
                alone.score(intake.batch.images.rows(row..<(row + 1)))
                for function in ScoreFunction.allCases {
                    let (a, b) = (together.scores[position][function], alone.scores[0][function])
                    #expect(abs(a - b) < 1e-5, "\(function.rawValue) of row \(row)")
                }
            }
        }
    }

    @Test func `a batch for no frames is a bug`() async {
        await #expect(processExitsWith: .failure) { _ = Batch(capacity: 0, pixels: 4) }
    }
}
