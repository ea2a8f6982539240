/// Where pictures say how they are to be turned.
///
/// All that is read is bounded by the bytes there are.
enum Exif {
    /// The orientation in Exif's data, which are a TIFF file's beginning; nil if it is not there, is
    /// none of the eight or the data are damaged, which is no reason to refuse a picture.
    static func orientation(_ data: Span<UInt8>) -> Orientation? {
        let isBigEndian: Bool
        if data.contains("MM\0*", at: 0) {
            isBigEndian = true
        } else if data.contains("II*\0", at: 0) {
            isBigEndian = false
        } else {
            return nil
        }
        func number(_ bytes: Int, at place: Int) -> Int? {
            data.number(bytes, at: place, isBigEndian: isBigEndian)
        }
        guard let directory = number(4, at: 4), let entries = number(2, at: directory) else {
            return nil
        }
        // An entry has a tag, a type, a count and a value, which is at the front of its 4 bytes.
        for entry in 0..<entries {
            let place = directory + 2 + 12 * entry
            guard let tag = number(2, at: place) else { return nil }
            guard tag == 0x0112 else { continue }
            let type = number(2, at: place + 2)
            return number(type == 4 ? 4 : 2, at: place + 8).flatMap(Orientation.init)
        }
        return nil
    }

    /// The orientation in the header of a JPEG file, in the first APP1 segment of Exif's.
    static func orientation(ofJPEG bytes: Span<UInt8>) -> Orientation? {
        let signature: StaticString = "Exif\0\0"
        var place = 2
        while true {
            // As libjpeg finds markers: whatever stands before one is passed over.
            while place < bytes.count, bytes[place] != 0xff { place += 1 }
            while place < bytes.count, bytes[place] == 0xff { place += 1 }
            guard place < bytes.count else { return nil }
            let marker = bytes[place]
            place += 1
            switch marker {
            case 0x00, 0x01, 0xd0...0xd8: continue
            case 0xd9, 0xda: return nil
            default: break
            }
            guard let length = bytes.number(2, at: place, isBigEndian: true), length >= 2,
                length <= bytes.count - place
            else { return nil }
            if marker == 0xe1, length >= 8, bytes.contains(signature, at: place + 2) {
                return orientation(bytes.extracting((place + 8)..<(place + length)))
            }
            place += length
        }
    }

    /// The orientation in a PNG file's eXIf chunk, which may come after the pixels.
    static func orientation(ofPNG bytes: Span<UInt8>) -> Orientation? {
        var place = 8
        while let length = bytes.number(4, at: place, isBigEndian: true),
            length <= bytes.count - place - 12
        {
            if bytes.contains("eXIf", at: place + 4) {
                return orientation(bytes.extracting((place + 8)..<(place + 8 + length)))
            }
            place += length + 12
        }
        return nil
    }

    /// The orientation in a WebP file's EXIF chunk.
    static func orientation(ofWebP bytes: Span<UInt8>) -> Orientation? {
        var place = 12
        while let length = bytes.number(4, at: place + 4, isBigEndian: false),
            length <= bytes.count - place - 8
        {
            if bytes.contains("EXIF", at: place) {
                let data = bytes.extracting((place + 8)..<(place + 8 + length))
                // Some writers put JPEG's signature before the data.
                return data.contains("Exif\0\0", at: 0)
                    ? orientation(data.extracting(6..<data.count)) : orientation(data)
            }
            place += 8 + length + length % 2
        }
        return nil
    }
}

extension Span<UInt8> {
    /// An unsigned number of up to 4 bytes; nil if it is not all there.
    func number(_ width: Int, at place: Int, isBigEndian: Bool) -> Int? {
        guard place >= 0, count >= width, place <= count - width else { return nil }
        var number = 0
        for index in 0..<width {
            number = number << 8 | Int(self[place + (isBigEndian ? index : width - 1 - index)])
        }
        return number
    }
}
