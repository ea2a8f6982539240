internal import CLinux

/// Gives memory that was freed back to the system, as after reading large files at the start.
public func returnFreedMemory() { _ = malloc_trim(0) }
