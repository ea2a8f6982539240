extension LineCursor {
    /// Moves over an integer from 0 to 10¹⁸.
    mutating func wholeNumber(in line: Span<UInt8>) -> Int? {
        skipSpace(in: line)
        guard var value = digit(in: line) else { return nil }
        while let digit = digit(in: line) {
            guard value < Self.limit else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Moves over a number.
    ///
    /// Up to fifteen digits and powers of ten up to 22 are exact in a `Double`, and the shortest text
    /// of a `Float` has at most nine digits: the score comes out as the daemon computed it.
    mutating func decimal(in line: Span<UInt8>) -> Float? {
        skipSpace(in: line)
        let isNegative = passes(UInt8(ascii: "-"), in: line)
        guard var mantissa = digit(in: line) else { return nil }
        var exponent = 0
        while let digit = digit(in: line) { append(digit, to: &mantissa, &exponent, isWhole: true) }
        if passes(UInt8(ascii: "."), in: line) {
            guard let first = digit(in: line) else { return nil }
            append(first, to: &mantissa, &exponent, isWhole: false)
            while let digit = digit(in: line) {
                append(digit, to: &mantissa, &exponent, isWhole: false)
            }
        }
        if passes(UInt8(ascii: "e"), in: line) || passes(UInt8(ascii: "E"), in: line) {
            let isSmall = passes(UInt8(ascii: "-"), in: line)
            if !isSmall { _ = passes(UInt8(ascii: "+"), in: line) }
            guard let power = wholeNumber(in: line), power < 400 else { return nil }
            exponent += isSmall ? -power : power
        }
        let value = Float(Double(mantissa).scaled(byTenTo: exponent))
        guard value.isFinite else { return nil }
        return isNegative ? -value : value
    }

    private static let limit = 100_000_000_000_000_000

    /// Digits beyond the seventeenth no longer change a `Float` and only move the point.
    private func append(
        _ digit: Int, to mantissa: inout Int, _ exponent: inout Int, isWhole: Bool
    ) {
        if mantissa < Self.limit {
            mantissa = mantissa * 10 + digit
            if !isWhole { exponent -= 1 }
        } else if isWhole {
            exponent += 1
        }
    }
}

extension Double {
    /// The number times a power of ten: one rounding while the power is at most 22.
    fileprivate func scaled(byTenTo exponent: Int) -> Double {
        var (result, left) = (self, exponent.magnitude)
        while left > 0 {
            let step = Swift.min(left, 22)
            let power = Self.powersOfTen[Int(step)]
            result = exponent < 0 ? result / power : result * power
            left -= step
        }
        return result
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
