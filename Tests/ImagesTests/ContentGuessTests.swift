import Images
import TestSupport
import Testing

@Suite struct ContentGuessTests {
    private static let samples: [([UInt8], String?)] = [
        (PictureSamples.gray, "a JPEG picture"), (PictureSamples.colorPNG, "a PNG picture"),
        (Array("GIF89a".utf8), "a GIF picture"),
        ([0, 0, 0, 24] + Array("ftypheic".utf8), "a HEIF picture (HEIC)"),
        ([0, 0, 0, 24] + Array("ftypavif".utf8), "an AVIF picture"),
        ([0, 0, 0, 24] + Array("ftypisom".utf8), "an MP4 film"),
        ([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a], "a JPEG 2000 picture"),
        ([0, 0, 0, 1, 0x67, 0x42, 0, 0x1f], "H.264 video"),
        ([0, 0, 1, 0x65, 0x88], "H.264 video"), ([0, 0, 0, 1, 0x40, 1, 0x0c], "H.265 video"),
        ([0x1f, 0x8b, 8, 0], "gzip"), ([0x80, 4, 0x95, 0, 0], "a Python pickle"),
        (Array(" \n<!DOCTYPE HTML>".utf8), "an HTML page"), (Array("<html>".utf8), "an HTML page"),
        (Array("/9j/4AAQSkZJRg".utf8), "the base64 text of a JPEG"),
        (Array("iVBORw0KGgoAAA".utf8), "the base64 text of a PNG"),
        (Array("data:image/png;base64,iV".utf8), "a data URL, the base64 text of a picture"),
        ([0x93] + Array("NUMPY".utf8), "a NumPy file (.npy)"),
        (Array("RIFF1234WEBPVP8 ".utf8), "a WebP picture"),
        ([0x49, 0x49, 0x2a, 0, 8], "a TIFF picture"), (Array("{\"a\":1}".utf8), "JSON"),
        ([], nil), ([0], nil), ([UInt8](repeating: 0, count: 784), nil),
        (Array("ftyp".utf8), nil), ([0, 0, 0, 1], nil), ([0x80, 4], nil),
    ]

    @Test(arguments: samples.indices)
    func `what bytes look like is told in words`(index: Int) {
        let (bytes, words) = Self.samples[index]
        #expect(ImageFormat.description(ofBytes: bytes.span) == words)
    }
}
