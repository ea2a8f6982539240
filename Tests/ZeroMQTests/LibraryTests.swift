import Testing
import ZeroMQ

@Suite struct LibraryTests {
    @Test func `the library is version 4 with CURVE and IPC`() {
        #expect(libraryVersion.hasPrefix("4."))
        #expect(libraryHas("curve"))
        #expect(libraryHas("ipc"))
        #expect(!libraryHas("telepathy"))
    }
}
