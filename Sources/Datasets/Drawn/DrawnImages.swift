import Tensors

/// Images drawn by this program, which look like nothing in MNIST: anomalies that need no download.
public enum DrawnImages {
    /// What is drawn; the raw values are the labels.
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// Every pixel random, coarse or fine.
        case noise
        /// Parallel bands at any angle.
        case stripes
        /// Rectangles and chequers.
        case blocks
        /// A handwritten digit, dark on bright.
        case inverted
        /// A shirt with short or long sleeves.
        case shirt
        /// Trousers.
        case trouser
        /// A bag with a handle.
        case bag
        /// A shoe or a boot from the side.
        case shoe
    }

    /// The kinds' names; a label is an index into them.
    public static let kindNames = Kind.allCases.map { String(describing: $0) }

    /// `count` images, at least one, of at least one row and column, kinds taking turns.
    ///
    /// Image n depends on the seed, the size and n alone, so that a longer set starts with a shorter
    /// one; the pixels are the same on every machine.
    public static func make(count: Int, rows: Int, columns: Int, seed: UInt64) -> ImageSet {
        precondition(count > 0 && rows > 0 && columns > 0, "a drawn set is not empty")
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * rows * columns)
        var labels: [UInt8] = []
        var seeds = SplitMix64(seed: seed)
        for index in 0..<count {
            let kind = Kind.allCases[index % Kind.allCases.count]
            var generator = SplitMix64(seed: seeds.next())
            pixels += draw(kind, rows: rows, columns: columns, using: &generator)
            labels.append(kind.rawValue)
        }
        return known(
            name: "drawn", rows: rows, columns: columns, pixels: pixels, labels: labels)
    }

    /// The same images dark on bright: every pixel taken from 255.
    public static func inverted(_ set: ImageSet) -> ImageSet {
        known(
            name: "inverted " + set.name, rows: set.rows, columns: set.columns,
            pixels: set.pixels.map { 255 - $0 }, labels: set.labels)
    }

    private static func draw(
        _ kind: Kind, rows: Int, columns: Int, using generator: inout SplitMix64
    ) -> [UInt8] {
        var canvas = Canvas(rows: rows, columns: columns)
        switch kind {
        case .noise: canvas.drawNoise(using: &generator)
        case .stripes: canvas.drawStripes(using: &generator)
        case .blocks: canvas.drawBlocks(using: &generator)
        case .inverted:
            canvas.drawDigit(using: &generator)
            canvas.shade { _, _, old in 1 - old }
        case .shirt: canvas.drawShirt(using: &generator)
        case .trouser: canvas.drawTrouser(using: &generator)
        case .bag: canvas.drawBag(using: &generator)
        case .shoe: canvas.drawShoe(using: &generator)
        }
        return canvas.pixels
    }

    /// A set whose parts fit by construction.
    private static func known(
        name: String, rows: Int, columns: Int, pixels: [UInt8], labels: [UInt8]?
    ) -> ImageSet {
        do throws(DatasetError) {
            return try ImageSet(
                name: name, rows: rows, columns: columns, pixels: pixels, labels: labels)
        } catch {
            preconditionFailure("drawn images are whole: \(error)")
        }
    }
}
