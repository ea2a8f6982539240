// What the loops of this folder are written with: vectors of sixteen, and a way to compile each loop three
// times, for AVX-512, for AVX2, and for the processor the program was built for. Swift cannot compile one
// function for a processor other than the program's, which is why they are in C.
//
// Each loop is written once, as `name_any`; `elbod_level` says which copy this processor runs. All take
// counts of elements, and pointers that need no alignment.
#pragma once
#include <stdint.h>
#include <string.h>

// Vectors are passed between functions that are all inlined, so how is of no matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float elbod_f16 __attribute__((ext_vector_type(16)));
typedef float elbod_f8 __attribute__((ext_vector_type(8)));
typedef float elbod_f4 __attribute__((ext_vector_type(4)));
typedef float elbod_f2 __attribute__((ext_vector_type(2)));
typedef int32_t elbod_i16 __attribute__((ext_vector_type(16)));
typedef uint32_t elbod_u16 __attribute__((ext_vector_type(16)));
typedef uint8_t elbod_b16 __attribute__((ext_vector_type(16)));
typedef uint16_t elbod_h16 __attribute__((ext_vector_type(16)));

#define ELBOD_INLINE static inline __attribute__((always_inline))

/// Runs a block for every sixteen of `count` places, with `at` the first and `lanes` how many there are: the
/// loop over whole vectors knows that they are sixteen, and what is left comes after it.
#define ELBOD_EACH(count, ...)                       \
    do {                                             \
        long at = 0;                                 \
        for (; at + 16 <= (count); at += 16) {       \
            const long lanes = 16;                   \
            __VA_ARGS__                              \
        }                                            \
        if (at < (count)) {                          \
            const long lanes = (count) - at;         \
            __VA_ARGS__                              \
        }                                            \
    } while (0)

/// As many of sixteen numbers at an address as there are, and zeros.
ELBOD_INLINE elbod_f16 elbod_some(const float *address, long lanes) {
    elbod_f16 x = 0.0f;
    memcpy(&x, address, 4 * lanes);
    return x;
}

/// The same of bytes.
ELBOD_INLINE elbod_f16 elbod_some_bytes(const uint8_t *address, long lanes) {
    elbod_b16 x = 0;
    memcpy(&x, address, lanes);
    return __builtin_convertvector(x, elbod_f16);
}

/// The same of integers.
ELBOD_INLINE elbod_f16 elbod_some_integers(const int32_t *address, long lanes) {
    elbod_i16 x = 0;
    memcpy(&x, address, 4 * lanes);
    return __builtin_convertvector(x, elbod_f16);
}

/// Outputs of a product: floats, or integers times `scale` plus `bias`.
ELBOD_INLINE elbod_f16 elbod_outputs(
    const float *floats, const int32_t *whole, const float *scale, const float *bias, long at, long lanes) {
    if (whole) return elbod_some_integers(whole + at, lanes) * elbod_some(scale + at, lanes) + elbod_some(bias + at, lanes);
    return elbod_some(floats + at, lanes);
}

/// Writes as many of sixteen numbers as there are.
ELBOD_INLINE void elbod_put(float *address, elbod_f16 x, long lanes) { memcpy(address, &x, 4 * lanes); }

/// The same, made bytes by rounding down; x is in [0, 256).
ELBOD_INLINE void elbod_put_bytes(uint8_t *address, elbod_f16 x, long lanes) {
    elbod_b16 bytes = __builtin_convertvector(__builtin_convertvector(x, elbod_i16), elbod_b16);
    memcpy(address, &bytes, lanes);
}

/// The same, rounded to bfloat16.
ELBOD_INLINE void elbod_put_bfloat16(uint16_t *address, elbod_f16 x, long lanes) {
    elbod_u16 bits;
    memcpy(&bits, &x, sizeof bits);
    bits += 0x7fff + ((bits >> 16) & 1);
    elbod_h16 bfloat16 = __builtin_convertvector(bits >> 16, elbod_h16);
    memcpy(address, &bfloat16, 2 * lanes);
}

/// x, with `other` in the lanes that are not there.
ELBOD_INLINE elbod_f16 elbod_filled(elbod_f16 x, long lanes, float other) {
    for (long lane = lanes; lane < 16; lane++) x[lane] = other;
    return x;
}

/// x, but at least `low` and at most `high`.
ELBOD_INLINE elbod_f16 elbod_between(elbod_f16 x, float low, float high) {
    return __builtin_elementwise_min(__builtin_elementwise_max(x, (elbod_f16)(low)), (elbod_f16)(high));
}

/// exp(x) for x in [-87, 88], relative error below 3e-7: 2^n by the exponent's bits, 2^f by Taylor's
/// polynomial, |f| ≤ ½. What is no number stays none.
ELBOD_INLINE elbod_f16 elbod_exp(elbod_f16 x) {
    x = x < -87.0f ? (elbod_f16)(-87.0f) : x;
    x = x > 88.0f ? (elbod_f16)(88.0f) : x;
    // Adding 1.5·2²³ rounds to an integer, which is then in the low bits.
    elbod_f16 shifted = x * 1.44269504f + 12582912.0f;
    elbod_f16 f = x * 1.44269504f - (shifted - 12582912.0f);
    elbod_f16 p = f * 1.5403530e-4f + 1.3333558e-3f;
    p = p * f + 9.6181291e-3f;
    p = p * f + 5.5504109e-2f;
    p = p * f + 2.4022651e-1f;
    p = p * f + 6.9314718e-1f;
    p = p * f + 1.0f;
    elbod_i16 bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000;
    elbod_f16 scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

/// The sum of sixteen numbers, by halves.
ELBOD_INLINE float elbod_sum(elbod_f16 v) {
    elbod_f8 eight = v.lo + v.hi;
    elbod_f4 four = eight.lo + eight.hi;
    elbod_f2 two = four.lo + four.hi;
    return two.x + two.y;
}

/// The natural logarithm of a product of sixteen numbers in [2⁻¹²⁶, 1]: exponents are added, and what
/// is left of each, in [1, 2), multiplied.
ELBOD_INLINE float elbod_log_product(elbod_f16 numbers) {
    elbod_i16 bits;
    memcpy(&bits, &numbers, sizeof bits);
    elbod_f16 exponents = __builtin_convertvector((bits >> 23) - 127, elbod_f16);
    bits = (bits & 0x007fffff) | 0x3f800000;
    elbod_f16 rest;
    memcpy(&rest, &bits, sizeof rest);
    elbod_f8 eight = rest.lo * rest.hi;
    elbod_f4 four = eight.lo * eight.hi;
    elbod_f2 two = four.lo * four.hi;
    return elbod_sum(exponents) * 0.69314718f + __builtin_logf(two.x * two.y);
}

#if defined(__x86_64__)
#define ELBOD_WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define ELBOD_MIDDLE __attribute__((target("avx2,fma")))
#else
#define ELBOD_WIDE
#define ELBOD_MIDDLE
#endif

// The three copies of each loop, and the choice between them.
#define ELBOD_COPIES(type, name, parameters, arguments)                                     \
    static ELBOD_WIDE type name##_2 parameters { return name##_any arguments; }             \
    static ELBOD_MIDDLE type name##_1 parameters { return name##_any arguments; }           \
    static type name##_0 parameters { return name##_any arguments; }                        \
    type name(int level, ELBOD_LIST parameters) {                             \
        return level == 2 ? name##_2 arguments : level == 1 ? name##_1 arguments : name##_0 arguments; \
    }
#define ELBOD_LIST(...) __VA_ARGS__
