import Glibc

/// Owns one zero-filled allocation on a 64-byte boundary, the width of an AVX-512 register.
///
/// It never moves and never resizes. Pages that nobody writes to take no memory.
@safe @usableFromInline final class AlignedMemory {
    @usableFromInline let base: UnsafeMutableRawPointer
    private let allocation: UnsafeMutableRawPointer

    init(bytes: Int) {
        guard let allocation = unsafe calloc(bytes + 64, 1) else {
            fatalError("out of memory: cannot allocate \(bytes) bytes for numbers")
        }
        unsafe self.allocation = allocation
        unsafe base = allocation.alignedUp(toMultipleOf: 64)
    }

    deinit { unsafe free(allocation) }
}
