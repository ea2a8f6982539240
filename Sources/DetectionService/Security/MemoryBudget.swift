/// The memory that the daemon may take before somebody is to blame for it, in bytes.
struct MemoryBudget {
    /// What it takes already, before anything has arrived.
    var resident: Int
    /// Bytes of messages that wait to be scored, at most, but for one that may be larger.
    var queue: Int
    /// Frames in all scoring threads' batches.
    var scoring: Int
    /// Numbers of an image, one a pixel or three.
    var values: Int
    /// Whether pictures of any size are decoded on the way.
    var decodesPictures: Bool

    /// These as bytes and as floats, and what is kept beside them: texts of the header and links.
    private var frameBytes: Int { 5 * values + 1024 }
    /// What libzmq, allocators and requests take in the course of things.
    static let slack = 48 << 20
    /// What the cameras of a small installation have under way in libzmq, a message or two each, and a
    /// picture being decoded on each of two threads: eight raw pictures of 1920 × 1080 are 100 MiB.
    static let pictures = 128 << 20

    /// What it has now, its queue and every thread's batch when full, and 48 MiB, or 176 for a model
    /// that preprocesses.
    var bytes: Int {
        resident + queue + scoring * frameBytes + Self.slack
            + (decodesPictures ? Self.pictures : 0)
    }
}
