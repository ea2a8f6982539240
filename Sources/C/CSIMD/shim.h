// Single instructions.
#pragma once

/// Tells the processor that this thread spins, so that it saves power and lets a sibling work.
static inline void elbod_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
