// Vector operations that clang compiles to one instruction per register and that Swift's own SIMD
// types, in 6.3, take apart lane by lane. No logic: each is a compiler builtin with a name.
#pragma once

typedef float elbod_float8 __attribute__((ext_vector_type(8)));

/// The larger of `a` and `b`, lane by lane.
static inline __attribute__((always_inline)) elbod_float8
elbod_maximum(elbod_float8 a, elbod_float8 b) {
    return __builtin_elementwise_max(a, b);
}

/// The square root of every lane.
static inline __attribute__((always_inline)) elbod_float8
elbod_square_root(elbod_float8 a) {
    return __builtin_elementwise_sqrt(a);
}

/// `a / b`, lane by lane.
static inline __attribute__((always_inline)) elbod_float8
elbod_quotient(elbod_float8 a, elbod_float8 b) {
    return a / b;
}

/// Tells the processor that this thread spins, so that it saves power and lets a sibling work.
static inline void elbod_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
