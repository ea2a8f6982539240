/// The memory that the daemon may take before somebody is to blame for it, in bytes.
struct MemoryBudget {
    /// What it takes already, before anything has arrived.
    var resident: Int
    /// Frames that wait at most, and those of all scoring threads' batches.
    var (waiting, scoring): (Int, Int)
    /// Pixels of an image.
    var pixels: Int
    /// Whether pictures of any size are decoded on the way.
    var decodesPictures: Bool

    /// Pixels as floats, and what is kept beside them: texts of the header and links.
    private var frameBytes: Int { 4 * pixels + 1024 }
    /// What libzmq, allocators and requests take in the course of things.
    static let slack = 48 << 20
    /// The largest picture decoded is 64 MiB of colour with opacity and 16 of grey, or three times 32
    /// of a progressive JPEG's coefficients and 16 of grey.
    static let picture = 128 << 20

    /// What it has now, its queue and every thread's batch when full, and 48 MiB, or 176 for a model
    /// that preprocesses.
    var bytes: Int {
        // A batch's frames are in the queue's room until they are settled, and in its own.
        resident + (waiting + 2 * scoring) * frameBytes + Self.slack
            + (decodesPictures ? Self.picture : 0)
    }
}
