internal import CLinux
import Glibc

/// Gives memory that was freed back to the system, as after reading large files at the start.
public func returnFreedMemory() { _ = malloc_trim(0) }

/// Has freed memory given back as soon as 128 KiB of it lie together, from now on and for good.
///
/// glibc does so at first and then, with each large block that is freed, keeps more; which is faster where
/// large blocks come and go all the time.
public func keepLittleFreedMemory() { _ = mallopt(M_TRIM_THRESHOLD, 128 << 10) }

/// Whether this process may have so many bytes more, as far as its limits go; takes none.
public func canHaveMemory(bytes: Int) -> Bool {
    let place = unsafe mmap(
        nil, max(1, bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let place = unsafe place, unsafe place != MAP_FAILED else { return false }
    unsafe munmap(place, max(1, bytes))
    return true
}
