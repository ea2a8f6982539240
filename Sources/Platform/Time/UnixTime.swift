/// A moment, in nanoseconds since 1970-01-01 UTC.
///
/// Detection never asks a clock; it is told.
public struct UnixTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the epoch.
    public var nanoseconds: Int64

    /// The moment `nanoseconds` after the epoch.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Earlier before later.
    public static func < (a: UnixTime, b: UnixTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Whole microseconds from `earlier` to this; 0 if the clock was set back in between.
    public func microseconds(since earlier: UnixTime) -> UInt64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return UInt64(max(0, overflow ? (self < earlier ? 0 : Int64.max) : difference) / 1000)
    }

    /// Appends `2026-11-23T07:01:56.120311Z`, always 27 bytes.
    public func append(to bytes: inout [UInt8]) {
        var writer = TimeWriter()
        writer.append(self, to: &bytes)
    }

    /// As in `2026-11-23T07:01:56.120311Z`.
    public var iso8601: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Writes moments as `UnixTime.iso8601` does, and remembers the text of the last second, for moments of
/// one kind follow each other within it.
public struct TimeWriter: Sendable {
    private var second: Int64?
    /// As in `2026-11-23T07:01:56.`.
    private var text: [UInt8] = []

    /// A writer that remembers nothing yet.
    public init() {}

    /// Appends a moment, always 27 bytes.
    public mutating func append(_ time: UnixTime, to bytes: inout [UInt8]) {
        let microseconds = time.nanoseconds.flooredQuotient(1000)
        let latest = microseconds.flooredQuotient(1_000_000)
        if latest != second {
            text.removeAll(keepingCapacity: true)
            Self.append(second: latest, to: &text)
            second = latest
        }
        bytes.append(contentsOf: text)
        bytes.append(microseconds.flooredRemainder(1_000_000), digits: 6)
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(second: Int64, to bytes: inout [UInt8]) {
        let (days, inDay) = (second.flooredQuotient(86_400), second.flooredRemainder(86_400))
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        bytes.append(year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(inDay / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(inDay / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(inDay % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
    }
}

extension UnixTime {
    /// The moment that `iso8601` writes, in exactly that form.
    public init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        let form = Array("dddd-dd-ddTdd:dd:dd.ddddddZ".utf8)
        var fields: [Int64] = [0]
        guard bytes.count == form.count else { return nil }
        for (byte, expected) in zip(bytes, form) {
            if expected == UInt8(ascii: "d") {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                fields[fields.count - 1] =
                    fields[fields.count - 1] * 10 + Int64(byte - UInt8(ascii: "0"))
            } else {
                guard byte == expected else { return nil }
                fields.append(0)
            }
        }
        // The inverse, days_from_civil.
        let (month, day) = (fields[1], fields[2])
        let year = fields[0] - (month <= 2 ? 1 : 0)
        let era = year.flooredQuotient(400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let seconds =
            (era * 146_097 + dayOfEra - 719_468) * 86400 + fields[3] * 3600 + fields[4] * 60
            + fields[5]
        // 64 bits of nanoseconds reach from 1677 to 2262.
        let (nanoseconds, overflow) =
            (seconds * 1_000_000 + fields[6]).multipliedReportingOverflow(by: 1000)
        guard !overflow else { return nil }
        self.init(nanoseconds: nanoseconds)
        guard iso8601 == text else { return nil }  // the 31st of February comes out as another day
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }

    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 {
        self - flooredQuotient(divisor) * divisor
    }
}

extension [UInt8] {
    /// Appends the last `digits` digits of a number, with leading zeros.
    fileprivate mutating func append(_ number: Int64, digits: Int) {
        let start = count
        var rest = number.magnitude
        append(contentsOf: repeatElement(0, count: digits))
        for position in stride(from: digits - 1, through: 0, by: -1) {
            self[start + position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
