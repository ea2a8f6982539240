import Glibc

/// `number` with `digits` decimals.
public func fixed(_ number: Double, _ digits: Int) -> String {
    let scale = pow(10, Double(digits))
    guard number.isFinite, abs(number) * scale < 1e15 else { return "\(number)" }
    let scaled = Int((abs(number) * scale).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(scaled / Int(scale)).\(zeros)\(fraction)"
}

/// `number` with commas between the thousands.
public func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
        text.append(digit)
    }
    return text
}

/// `text` padded with spaces on its right, or its left, up to `width` characters.
public func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - text.count))
    return left ? spaces + text : text + spaces
}

/// The values from a bound to another, as `from 1 to 2`, `up to 2` or `from 1`; nil is no bound.
public func range(from lower: Double?, to upper: Double?) -> String {
    switch (lower, upper) {
    case (let lower?, let upper?): "from \(significant(lower)) to \(significant(upper))"
    case (nil, let upper?): "up to \(significant(upper))"
    case (let lower?, nil): "from \(significant(lower))"
    case (nil, nil): "anything"
    }
}

/// Five significant digits.
public func significant(_ number: Double) -> String {
    guard number != 0, number.isFinite else { return "\(number)" }
    var digits = 4
    var magnitude = abs(number)
    while magnitude < 1, digits < 12 { (magnitude, digits) = (magnitude * 10, digits + 1) }
    while magnitude >= 10, digits > 0 { (magnitude, digits) = (magnitude / 10, digits - 1) }
    return fixed(number, digits)
}
