import Glibc

/// `number` with `digits` digits behind the point.
func fixed(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite, abs(number) < 1e12 else { return "\(number)" }
    let scale = pow(10, Double(digits))
    let scaled = Int((abs(number) * scale).rounded())
    let fraction = String(scaled % Int(scale))
    let padding = String(repeating: "0", count: digits - (digits == 0 ? 0 : fraction.count))
    let sign = number < 0 && scaled > 0 ? "-" : ""
    return digits == 0 ? "\(sign)\(scaled)" : "\(sign)\(scaled / Int(scale)).\(padding)\(fraction)"
}

/// Five significant digits.
func significant(_ number: Double) -> String {
    guard number != 0, number.isFinite else { return "\(number)" }
    var digits = 4
    var magnitude = abs(number)
    while magnitude < 1, digits < 12 { (magnitude, digits) = (magnitude * 10, digits + 1) }
    while magnitude >= 10, digits > 0 { (magnitude, digits) = (magnitude / 10, digits - 1) }
    return fixed(number, digits)
}

/// `text` with spaces behind it up to `width` characters.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
