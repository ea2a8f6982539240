import Platform
import Testing

@Suite struct MemoryTests {
    @Test func `memory that is written to is counted`() {
        let before = residentMemory
        #expect(before > 1 << 20)
        let bytes = [UInt8](repeating: 7, count: 64 << 20)
        let after = residentMemory
        #expect(after - before > 48 << 20, "\(before) then \(after)")
        #expect(bytes.allSatisfy { $0 == 7 })
    }
}
