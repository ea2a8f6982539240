import Images

/// Small pictures of one size in rows and columns, with a text before each row.
public struct ImageGrid {
    /// One row: its name and its pictures.
    public struct Row {
        let label: String
        let tiles: [Tile]
        /// Texts under the pictures, none or as many as pictures.
        public var captions: [String]

        /// Pictures after a label; `captions` are texts under each, none or as many as pictures.
        public init(label: String, tiles: [Tile], captions: [String] = []) {
            self.label = label
            self.tiles = tiles
            self.captions = captions
        }
    }

    let tileRows: Int
    let tileColumns: Int
    let rows: [Row]
    let zoom: Double

    /// Rows of pictures of `tileRows × tileColumns` pixels, each drawn `zoom` times as large.
    public init(tileRows: Int, tileColumns: Int, rows: [Row], zoom: Double = 2) {
        self.tileRows = tileRows
        self.tileColumns = tileColumns
        self.rows = rows
        self.zoom = zoom
    }

    /// The drawing: labels to the left, pictures a pixel apart, each row one PNG.
    public func drawing(labelWidth: Double? = nil) -> Drawing {
        let longest = rows.map { textWidth($0.label) }.max() ?? 0
        let left = labelWidth ?? (longest > 0 ? longest + 10 : 0)
        let count = rows.map(\.tiles.count).max() ?? 0
        let (step, tall) = (Double(tileColumns + 1) * zoom, Double(tileRows) * zoom)
        let captioned = rows.reduce(0.0) { $0 + ($1.captions.isEmpty ? 0 : 18) }
        var drawing = Drawing(
            width: max(1, left + Double(count) * step),
            height: max(1, Double(rows.count) * (tall + zoom) + captioned))
        var y = 0.0
        for row in rows {
            drawing.text(row.label, x: left - 10, y: y + tall / 2 + 4.5, anchor: .end)
            if let png = try? PNG.encode(row.strip(height: tileRows, width: tileColumns)) {
                drawing.picture(
                    png: png, x: left, y: y, width: Double(row.tiles.count) * step, height: tall)
            }
            y += tall + zoom
            for (index, caption) in row.captions.enumerated() {
                let x = left + (Double(index) + 0.5) * step
                drawing.text(caption, x: x, y: y + 11, "small quiet", anchor: .middle)
            }
            if !row.captions.isEmpty { y += 18 }
        }
        return drawing
    }
}

/// One small picture: grey or a signed difference.
public enum Tile {
    /// Brightness, 0 is black.
    case gray([UInt8])
    /// What a reconstruction has too much of (above 0) or too little, in [-1, 1].
    case difference([Float])
}

extension ImageGrid.Row {
    /// All pictures side by side with a clear column after each.
    fileprivate func strip(height: Int, width: Int) -> Image {
        let step = width + 1
        var pixels = [UInt8](repeating: 0, count: 4 * height * step * tiles.count)
        for (index, tile) in tiles.enumerated() {
            for row in 0..<height {
                for column in 0..<width {
                    let color = tile.color(row * width + column)
                    let start = 4 * (row * step * tiles.count + index * step + column)
                    for channel in 0..<4 { pixels[start + channel] = color[channel] }
                }
            }
        }
        return Image(
            ImageShape(rows: height, columns: step * tiles.count, channels: 4), pixels: pixels)
    }
}

extension Tile {
    /// Red, green, blue and opacity of one pixel.
    ///
    /// Differences go from black to orange where the reconstruction is too bright and to blue where
    /// it is too dark; the two can be told apart by colour-blind readers.
    fileprivate func color(_ index: Int) -> SIMD4<UInt8> {
        switch self {
        case .gray(let pixels):
            return SIMD4(pixels[index], pixels[index], pixels[index], 255)
        case .difference(let values):
            let full: SIMD4<Float> =
                values[index] > 0 ? SIMD4(255, 170, 20, 0) : SIMD4(70, 160, 255, 0)
            // A square root shows small errors, which are most of them.
            let strength = min(1, abs(values[index])).squareRoot()
            var color = SIMD4<UInt8>(full * strength)
            color[3] = 255
            return color
        }
    }
}
