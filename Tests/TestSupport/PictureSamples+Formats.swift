/// Small pictures of the formats beside JPEG and PNG, as Pillow and tifffile wrote them.
extension PictureSamples {
    /// A BMP of 24 bits, 2×3 pixels: 10 20 30, 200 100 0, 90 90 90; red, green, blue.
    public static let colorBMP = bytes(
        "Qk1OAAAAAAAAADYAAAAoAAAAAwAAAAIAAAABABgAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAAAAD/AP8A"
            + "/wAAAAAAHhQKAGTIWlpaAAAA")

    /// A BMP of 1 bit, 2×3 pixels: black, black, white; white, white, white.
    public static let grayBMP = bytes(
        "Qk1GAAAAAAAAAD4AAAAoAAAAAwAAAAIAAAABAAEAAAAAAAgAAADEDgAAxA4AAAIAAAACAAAAAAAAAP//"
            + "/wDgAAAAIAAAAA==")

    /// A TIFF of the same pixels as `colorBMP`, by LZW.
    public static let colorTIFF = bytes(
        "SUkqABoAAACAAoKB5kGQAFqEP8AQuFQyAgAKAAABAwABAAAAAwAAAAEBAwABAAAAAgAAAAIBAwADAAAA"
            + "mAAAAAMBAwABAAAABQAAAAYBAwABAAAAAgAAABEBBAABAAAACAAAABUBAwABAAAAAwAAABYBAwABAAAA"
            + "AgAAABcBBAABAAAAEQAAABwBAwABAAAAAQAAAAAAAAAIAAgACAA=")

    /// A big-endian TIFF of 16 bits, 2×3 pixels: 0 128 129, 4095 65407 65535.
    public static let deepTIFF = bytes(
        "TU0AKgAAAAgADAEAAAQAAAABAAAAAwEBAAQAAAABAAAAAgECAAMAAAABABAAAAEDAAMAAAABAAEAAAEG"
            + "AAMAAAABAAEAAAERAAQAAAABAAAAsAEVAAMAAAABAAEAAAEWAAQAAAABAAAAAgEXAAQAAAABAAAADAEa"
            + "AAUAAAABAAAAngEbAAUAAAABAAAApgEoAAMAAAABAAEAAAAAAAAAAAABAAAAAQAAAAEAAAABAAAAAACA"
            + "AIEP//9///8=")

    /// A TIFF of two pages, of which the first, 2×3 pixels of 1 51 102, 153 204 255, is to be turned
    /// to the right.
    public static let turnedTIFF = bytes(
        "SUkqAAgAAAAKAAABBAABAAAAAwAAAAEBBAABAAAAAgAAAAIBAwABAAAACAAAAAMBAwABAAAAAQAAAAYB"
            + "AwABAAAAAQAAABEBBAABAAAAhgAAABIBAwABAAAABgAAABYBBAABAAAAAgAAABcBBAABAAAABgAAABwB"
            + "AwABAAAAAQAAAJgAAAABM2aZzP8AAAAASUkqAAgAAAAKAAABBAABAAAAAwAAAAEBBAABAAAAAgAAAAIB"
            + "AwABAAAACAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAFgEAABIBAwABAAAABgAAABYB"
            + "BAABAAAAAgAAABcBBAABAAAABgAAABwBAwABAAAAAQAAAAAAAAD+zJlmMwAAAAAA")

    /// A lossless WebP of the same pixels as `colorBMP`.
    public static let colorWebP = bytes(
        "UklGRkYAAABXRUJQVlA4TDkAAAAvAkAAAC9AFmCyOQSWP0hvGmTSNv3rvoJmbQQCFHXEMPMdMf8Bf+QR"
            + "o5tVUMg2Ahy6V+CULqL/8Q4A")

    /// A lossless WebP of these pixels with opacity 255 128 0, 255 255 51, to be looked at upside
    /// down.
    public static let clearWebP = bytes(
        "UklGRoAAAABXRUJQVlA4WAoAAAAYAAAAAgAAAQAAVlA4TEAAAAAvAkAAEC9AFmCyOQSWP0hvGmQCFtsr"
            + "vkCqIci2mcm8hn+REwhQNKqB/PNJHO4Bb+K6dS1QkLYBi7unbBH9j08GRVhJRhoAAABNTQAqAAAACAAB"
            + "ARIAAwAAAAEAAwAAAAAAAA==")

    /// A JPEG of cyan, magenta, yellow and black.
    public static let cmyk = bytes(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpK"
            + "PjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgAAgADBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEB"
            + "AQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQci"
            + "cRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm"
            + "Z2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV"
            + "1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwDifEdzPD4k1OGKeSOKK6ljjRXI"
            + "VFViAoHYAAAD2riNcnmgvoY4ZZI0+x2p2oxAyYIyTgepJP41vfD3TrG48E6fLcWVtLI3mbneJWJ/eN1J"
            + "FenV/9k=")

    /// A colour JPEG of 37×50 pixels, brighter to the right and to the bottom.
    public static let slope = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwg"
            + "JC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIy"
            + "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAlADIDASIAAhEBAxEB/8QA"
            + "HwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIh"
            + "MUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
            + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG"
            + "x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQF"
            + "BgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAV"
            + "YnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOE"
            + "hYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq"
            + "8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDzpLf2qwlv7VeS39qsJb+1fYV8WRhsQUUt/arCW/tV1Lf2qwlv"
            + "7V49fFnv4bEFFLf2qwlv7VeS39qsJb+1ePXxZ7+GxBnfZ/aitb7P7UVw/Wz0vrBkpb+1Tpb+1Xkt/arC"
            + "W/tXsV8WfimGxBRS39qsJb+1Xkt/arCW/tXkV8We/hsQUUt/ap0t/aryW/tVhLf2rx6+LPew2IM/7P7U"
            + "Vq/Z/aiuH62en9YMdIlqwkS0UV9DXkz8bwzZOkS1YSJaKK8evJnvYZssJEtWEiWiivIryZ7+GbJfKWii"
            + "iuHmZ6V2f//Z")
}
