/// What an NPY header says.
struct NPYHeader {
    /// The dtype, "O" or "[...]" for what is not plain.
    var dtype: String
    /// Whether the first dimension is the fastest.
    var isFortranOrder: Bool
    /// The sizes, none negative.
    var shape: [Int]
}

/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, with keys in any order.
struct NPYHeaderParser {
    private let text: ArraySlice<UInt8>
    private let file: String
    private var position: Int

    /// Starts at the first byte of the header's text; `file` is for errors.
    init(_ text: ArraySlice<UInt8>, file: String) {
        self.text = text
        self.file = file
        position = text.startIndex
    }

    /// The three entries, each exactly once; throws `malformedHeader` or `unsupportedElements`.
    mutating func header() throws(DatasetError) -> NPYHeader {
        var dtype: String?
        var isFortranOrder: Bool?
        var shape: [Int]?
        try expect("{")
        while !skip("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where dtype == nil: dtype = try elementType()
            case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
            case "shape" where shape == nil: shape = try sizes()
            default: throw malformed("there is an unexpected or repeated entry '\(key)'")
            }
            if !skip(",") {
                try expect("}")
                break
            }
        }
        guard next() == nil else { throw malformed("something follows the closing brace") }
        guard let dtype, let isFortranOrder, let shape else {
            throw malformed("'descr', 'fortran_order' and 'shape' are not all there")
        }
        return NPYHeader(dtype: dtype, isFortranOrder: isFortranOrder, shape: shape)
    }

    private mutating func elementType() throws(DatasetError) -> String {
        // A list describes the fields of a record.
        if next() == UInt8(ascii: "[") {
            throw .unsupportedElements(file: file, dtype: "record")
        }
        return try string()
    }

    private mutating func string() throws(DatasetError) -> String {
        guard let quote = next(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw malformed("a text in quotes is expected at byte \(position - text.startIndex)")
        }
        position += 1
        guard let end = text[position...].firstIndex(of: quote) else {
            throw malformed("a quote is not closed")
        }
        defer { position = end + 1 }
        return String(decoding: text[position..<end], as: UTF8.self)
    }

    private mutating func boolean() throws(DatasetError) -> Bool {
        if skip("True") { return true }
        if skip("False") { return false }
        throw malformed("'fortran_order' is neither True nor False")
    }

    private mutating func sizes() throws(DatasetError) -> [Int] {
        var sizes: [Int] = []
        try expect("(")
        while !skip(")") {
            // numpy itself stops at 64 dimensions.
            guard sizes.count < 64 else { throw malformed("'shape' has more than 64 sizes") }
            sizes.append(try size())
            if !skip(",") {
                try expect(")")
                break
            }
        }
        return sizes
    }

    private mutating func size() throws(DatasetError) -> Int {
        _ = next()
        let digits = text[position...].prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
            throw malformed("'shape' has a size that is not a number from 0 to \(Int.max)")
        }
        position = digits.endIndex
        return size
    }

    /// The next byte that is not white space, still to be taken.
    private mutating func next() -> UInt8? {
        let spaces: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
        while position < text.endIndex, spaces.contains(text[position]) { position += 1 }
        return position < text.endIndex ? text[position] : nil
    }

    private mutating func skip(_ word: String) -> Bool {
        _ = next()
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func expect(_ word: String) throws(DatasetError) {
        guard skip(word) else {
            throw malformed("'\(word)' is expected at byte \(position - text.startIndex)")
        }
    }

    private func malformed(_ reason: String) -> DatasetError {
        .malformedHeader(file: file, reason: reason)
    }
}
