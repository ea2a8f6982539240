/// What an encoded picture says of itself before its pixels.
struct PictureHeader {
    /// Its size as it is stored: one channel if it is grey, three if coloured, four if it may be
    /// transparent.
    var stored: ImageShape
    /// How it is to be turned.
    var orientation = Orientation.upright

    /// Its size as it is looked at.
    var shape: ImageShape { orientation.shape(ofStored: stored) }
}

/// How the pixels of an encoded picture are to be read.
struct PictureRequest {
    /// Whether brightness alone is read where a format stores it apart from colour.
    var asLuma = false
    /// Both sides of a JPEG are divided by this, 1, 2, 4 or 8, and rounded up.
    var reduction = 1
    /// The largest value of 16-bit samples; others have their own.
    var maximum: Int?
}
