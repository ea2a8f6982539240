import Files
import Testing

@Suite struct FilePathTests {
    @Test(arguments: [
        ("plain.png", "plain.png"), ("grüße/日本.jpg", "grüße/日本.jpg"),
        ("a\u{1B}[2Jb", #"a\x1b[2Jb"#), ("line\r\nbreak", #"line\x0d\x0abreak"#),
        ("right\u{202E}left", #"right\xe2\x80\xaeleft"#),
    ])
    func `text is shown as it is but for what moves a cursor`(text: String, shown: String) {
        #expect(FilePath(text).description == shown)
    }

    @Test func `bytes that are not UTF-8 are shown by their numbers and kept`() {
        let bytes: [UInt8] = Array("caf".utf8) + [0xE9] + Array("é.jpg".utf8) + [0xE2, 0x82]
        let path = FilePath(bytes: bytes)
        #expect(path.description == #"caf\xe9é.jpg\xe2\x82"#)
        #expect(path.bytes == bytes)
    }

    @Test func `names and endings are those of the last part`() {
        let path = FilePath("/a.b/").appending(Array("c.D.JPG".utf8))
        #expect(path.description == "/a.b/c.D.JPG" && path.ending == "jpg")
        #expect(String(decoding: path.name, as: UTF8.self) == "c.D.JPG")
        #expect(FilePath("/a.b/c").ending == "" && FilePath("a/.hidden").ending == "")
        #expect(FilePath("a").appending([0x62]).description == "a/b")
        #expect(FilePath("b") < FilePath("ba") && FilePath("Z") < FilePath("a"))
    }
}
