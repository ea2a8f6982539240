// Vector operations that clang compiles to one instruction per register and that Swift's own SIMD
// types, in 6.3, take apart lane by lane. No logic: each is a compiler builtin with a name.
#pragma once

typedef float elbod_float16 __attribute__((ext_vector_type(16)));

/// The larger of `a` and `b`, lane by lane.
static inline __attribute__((always_inline)) elbod_float16
elbod_maximum(elbod_float16 a, elbod_float16 b) {
    return __builtin_elementwise_max(a, b);
}

/// The square root of every lane.
static inline __attribute__((always_inline)) elbod_float16
elbod_square_root(elbod_float16 a) {
    return __builtin_elementwise_sqrt(a);
}
