import CPictures

/// Adds a row of pixels, times its weight, to the sums of their columns.
///
/// The sums stay below 2³² if weights sum to at most 2¹⁶.
func addRow(_ pixels: Span<UInt8>, times weight: Int, to sums: inout [UInt32]) {
    precondition(pixels.count == sums.count, "one sum for each pixel")
    unsafe pixels.withUnsafeBufferPointer { pixels in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe picture_add_row(
                pixels.baseAddress, pixels.count, UInt32(weight), sums.baseAddress)
        }
    }
}

/// Appends the pixels that `taps` make of the sums of columns, each divided by `whole` and rounded.
func joinColumns(_ sums: [UInt32], _ taps: Taps, whole: Int, into row: inout OutputSpan<UInt8>) {
    precondition(taps.extent <= sums.count, "the taps are of other columns")
    unsafe row.withUnsafeMutableBufferPointer { room, initialized in
        precondition(room.count - initialized >= taps.count, "there is no room")
        unsafe picture_join_columns(
            sums, taps.sources, taps.weights, taps.starts, taps.count, whole,
            room.baseAddress.map { unsafe $0 + initialized })
        initialized += taps.count
    }
}

/// Appends the numbers that `content` takes of the pixels of a row, of so many channels.
func take(
    _ content: PixelContent, of row: Span<UInt8>, channels: Int,
    into numbers: inout OutputSpan<UInt8>
) {
    // What reads the row does not look where it ends.
    precondition(
        [1, 3, 4].contains(channels) && row.count % channels == 0,
        "the row is not one of whole pixels")
    let columns = row.count / channels
    unsafe numbers.withUnsafeMutableBufferPointer { room, initialized in
        precondition(room.count - initialized >= columns, "there is no room")
        unsafe row.withUnsafeBufferPointer { row in
            let to = unsafe room.baseAddress.map { unsafe $0 + initialized }
            switch content {
            case .brightness(let order) where channels > 1:
                let (first, third): (UInt32, UInt32) = order == .rgb ? (299, 114) : (114, 299)
                unsafe picture_take_brightness(
                    row.baseAddress, columns, Int32(channels), first, third, to)
            case .brightness:
                unsafe picture_take_channel(row.baseAddress, columns, 1, 0, to)
            case .channel(let channel, let order):
                let offset = channels == 1 ? 0 : order == .rgb ? channel : 2 - channel
                unsafe picture_take_channel(
                    row.baseAddress, columns, Int32(channels), Int32(offset), to)
            }
        }
        initialized += columns
    }
}

/// What is taken of a pixel.
enum PixelContent {
    /// By Rec. 601: 0.299 red, 0.587 green and 0.114 blue, times opacity, rounded once; of a grey pixel its number.
    case brightness(Preprocessing.ChannelOrder)
    /// Red, green or blue, times opacity; the one number of a grey pixel.
    case channel(Int, Preprocessing.ChannelOrder)
}
