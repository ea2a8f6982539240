import Testing

@testable import DetectionService

@Suite struct HiddenPlacesTests {
    @Test func `private and inaccessible directories are found in the table of mounts`() {
        let places = HiddenPlaces(
            mounts: """
                36 35 0:30 / / rw,relatime - overlay box rw
                95 36 0:49 /tmp/systemd-private-1b2c-elbod.service-x/tmp /tmp rw - tmpfs tmp rw
                96 36 0:50 /systemd/inaccessible/dir /home ro,nosuid - tmpfs run rw
                97 36 0:51 /elbod /run/elbod rw - tmpfs run rw
                98 36
                """)
        #expect(places.directories == ["/tmp", "/home"])
    }
}
