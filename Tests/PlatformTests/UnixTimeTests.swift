import Platform
import Tensors
import Testing

@Suite struct UnixTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (999, "1970-01-01T00:00:00.000000Z"),
            (1000, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (-1000, "1969-12-31T23:59:59.999999Z"), (-1001, "1969-12-31T23:59:59.999998Z"),
            (-86_400_000_000_000, "1969-12-31T00:00:00.000000Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_799_999_999_999, "2000-02-29T23:59:59.999999Z"),
            (951_868_800_000_000_000, "2000-03-01T00:00:00.000000Z"),
            (1_709_168_400_000_000_000, "2024-02-29T01:00:00.000000Z"),
            (4_107_456_000_000_000_000, "2100-02-28T00:00:00.000000Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000Z"),
            (1_795_417_316_120_311_000, "2026-11-23T07:01:56.120311Z"),
            (.max, "2262-04-11T23:47:16.854775Z"), (.min, "1677-09-21T00:12:43.145224Z"),
        ] as [(Int64, String)])
    func `a moment reads as its date in UTC`(nanoseconds: Int64, text: String) {
        #expect(UnixTime(nanoseconds: nanoseconds).iso8601 == text)
    }

    @Test func `what is written is read again, to the microsecond`() throws {
        var random = RandomNumbers(seed: 1)
        for _ in 0..<5000 {
            let microseconds = Int64(bitPattern: random.next()) / 1000
            let time = UnixTime(nanoseconds: microseconds * 1000)
            #expect(UnixTime(iso8601: time.iso8601) == time)
        }
    }

    @Test func `each day follows the one before`() throws {
        let day: Int64 = 86_400_000_000_000
        var days: Set<Substring> = []
        for number in stride(from: -106_750, through: 106_750, by: 1) as StrideThrough<Int64> {
            let time = UnixTime(nanoseconds: number * day)
            #expect(UnixTime(iso8601: time.iso8601) == time)
            days.insert(time.iso8601.prefix(10))
        }
        #expect(days.count == 213_501)
        #expect(days.contains("1704-02-29") && !days.contains("1900-02-29"))
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T07:01:56Z", "2026-11-23T07:01:56.120Z",
        "2026-11-23T07:01:56.120311", "2026-11-23T07:01:56.120311z", "2026-11-23t07:01:56.120311Z",
        "2026-11-23 07:01:56.120311Z", "2026/11/23T07:01:56.120311Z", "2026-11-23T07:01:56,120311Z",
        " 2026-11-23T07:01:56.12031Z", "2026-11-23T07:01:56.120311Z ",
        "+026-11-23T07:01:56.120311Z",
        "-001-11-23T07:01:56.120311Z", "2026-00-23T07:01:56.120311Z", "2026-13-23T07:01:56.120311Z",
        "2026-11-00T07:01:56.120311Z", "2026-11-31T07:01:56.120311Z", "2023-02-29T00:00:00.000000Z",
        "1900-02-29T00:00:00.000000Z", "2024-02-30T00:00:00.000000Z", "2026-11-23T24:00:00.000000Z",
        "2026-11-23T07:60:00.000000Z", "2026-11-23T07:01:60.000000Z", "２026-11-23T07:01:56.12031Z",
        "0000-00-00T00:00:00.000000Z", "0000-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
        "9999-99-99T99:99:99.999999Z", "2262-04-11T23:47:16.854776Z", "1677-09-21T00:12:43.145223Z",
    ])
    func `text that is no moment, or one that does not fit, is refused`(text: String) {
        #expect(UnixTime(iso8601: text) == nil)
    }

    @Test func `the first and the last moment that fit are read`() {
        #expect(
            UnixTime(iso8601: "2262-04-11T23:47:16.854775Z")?.nanoseconds == Int64.max / 1000 * 1000
        )
        #expect(
            UnixTime(iso8601: "1677-09-21T00:12:43.145225Z")?.nanoseconds == Int64.min / 1000 * 1000
        )
    }

    @Test func `microseconds since an earlier moment are whole, and never negative`() {
        let time = { UnixTime(nanoseconds: $0) }
        #expect(time(.max).microseconds(since: time(.min)) == UInt64(Int64.max) / 1000)
        #expect(time(.min).microseconds(since: time(.max)) == 0)
        #expect(time(2999).microseconds(since: time(1000)) == 1)
        #expect(time(1000).microseconds(since: time(2999)) == 0)
        #expect(time(-1000).microseconds(since: time(-3000)) == 2)
        #expect(time(.max).microseconds(since: time(.max)) == 0)
        #expect(time(1) < time(2) && !(time(2) < time(2)))
    }
}
