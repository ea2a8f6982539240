import Datasets
import Images
import Replay
import Testing

@Suite struct FrameSequenceTests {
    private func set(
        _ title: String, count: Int, labels: [UInt8]? = nil, selection: ImageSelection = .all,
        base: UInt8 = 0
    ) throws -> StreamedSet {
        let pixels = (0..<count).flatMap { Array(repeating: base + UInt8($0), count: 6) }
        let images = try ImageSet(
            name: title, shape: ImageShape(rows: 2, columns: 3), pixels: pixels, labels: labels)
        return StreamedSet(images, title: title, selection: selection)
    }

    private func header(_ frames: inout FrameSequence, _ microseconds: UInt64 = 0) -> String {
        frames.writeHeader(microseconds: microseconds)
        return String(decoding: frames.header, as: UTF8.self)
    }

    @Test func `a header is one line of JSON that imagezmq can read`() throws {
        var frames = FrameSequence(
            Mixture(count: 10, share: 1, seed: 1), normal: nil,
            anomalous: try set("fashion-mnist", count: 4, labels: [9, 8, 7, 10]), source: "replay")
        for _ in 0..<3 { frames.advance() }
        let header = header(&frames, 1_763_880_000_123_456)
        #expect(
            header == """
                {"msg":"fashion-mnist/3","dtype":"uint8","shape":[2,3],"source":"replay","seq":3,\
                "label":10,"ts":1763880000.123456}
                """)
    }

    @Test func `numbers keep their zeros and lose none`() throws {
        var frames = FrameSequence(
            Mixture(count: 20, share: 0, seed: 1),
            normal: try set("m", count: 20, selection: .range(from: 4995, to: nil)), anomalous: nil,
            source: "s")
        for _ in 0..<10 { frames.advance() }
        let header = header(&frames, 1_000_000_000_000_007)
        #expect(
            header == #"{"msg":"m/5005","dtype":"uint8","shape":[2,3],"source":"s","seq":10,"#
                + #""ts":1000000000.000007}"#)
    }

    @Test func `each set is taken in its order, and from the beginning again`() throws {
        let mixture = Mixture(count: 200, share: 0.5, seed: 4)
        var frames = FrameSequence(
            mixture, normal: try set("n", count: 3), anomalous: try set("a", count: 5, base: 100),
            source: "s")
        var (normal, anomalous) = (0, 0)
        for sequence in 0..<200 {
            let isAnomalous = mixture.isAnomalous[sequence]
            let (all, range) = frames.pixels
            let expected = isAnomalous ? 100 + anomalous % 5 : normal % 3
            #expect(Array(all[range]) == Array(repeating: UInt8(expected), count: 6))
            let message = isAnomalous ? "a/\(anomalous % 5)" : "n/\(normal % 3)"
            let header = header(&frames)
            #expect(header.hasPrefix("{\"msg\":\"\(message)\","))
            if isAnomalous { anomalous += 1 } else { normal += 1 }
            frames.advance()
        }
    }

    @Test func `a title needs no escape`() throws {
        #expect(try set("a \"b\"\\c\né", count: 1).title == "a__b__c___")
    }

    @Test func `sets are titled by name or file, and count from where their range begins`() throws {
        let images = try ImageSet(
            name: "x", shape: ImageShape(rows: 1, columns: 1), pixels: [0])
        let named = StreamedSet(images, of: try DatasetSpecification("mnist:t10k[odd]"))
        #expect(named.title == "mnist")
        #expect(named.selection == .every(step: 2, from: 1))
        let path = StreamedSet(images, of: try DatasetSpecification("./pictures/odd ones.npy"))
        #expect(path.title == "odd_ones.npy")
        #expect(path.selection == .all)
    }

    @Test func `a mixture without its images stops the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = FrameSequence(
                Mixture(count: 2, share: 0.5, seed: 1), normal: nil, anomalous: nil, source: "s")
        }
    }
}
