// Loops over the numbers of one image, compiled three times: for AVX-512, for AVX2, and for whatever the
// program was built for. Swift cannot compile one function for a processor other than the program's.
//
// Each loop is written once, on vectors of sixteen; `elbod_level` says which copy this processor runs.
// All take counts of elements, and pointers that need no alignment.
#pragma once
#include <stdint.h>
#include <string.h>

// Vectors are passed between functions that are all inlined, so how is of no matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float elbod_f16 __attribute__((ext_vector_type(16)));
typedef int32_t elbod_i16 __attribute__((ext_vector_type(16)));
typedef uint32_t elbod_u16 __attribute__((ext_vector_type(16)));
typedef uint8_t elbod_b16 __attribute__((ext_vector_type(16)));
typedef uint16_t elbod_h16 __attribute__((ext_vector_type(16)));

#define ELBOD_INLINE static inline __attribute__((always_inline))

#define ELBOD_LOAD(type, name, address) type name; memcpy(&name, address, sizeof name)
#define ELBOD_STORE(address, value) memcpy(address, &(value), sizeof(value))

/// exp(x) for x in [-87, 88], relative error below 3e-7: 2^n by the exponent's bits, 2^f by Taylor's
/// polynomial, |f| ≤ ½.
ELBOD_INLINE elbod_f16 elbod_exp(elbod_f16 x) {
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, (elbod_f16)(-87.0f)), (elbod_f16)(88.0f));
    // Adding 1.5·2²³ rounds to a whole number, which is then in the low bits.
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

/// Sixteen pixels in [0, 1] from bytes, or from floats.
ELBOD_INLINE elbod_f16 elbod_pixels(const uint8_t *bytes, const float *floats, long at) {
    if (bytes) {
        ELBOD_LOAD(elbod_b16, raw, bytes + at);
        return __builtin_convertvector(raw, elbod_f16) * (1.0f / 255.0f);
    }
    ELBOD_LOAD(elbod_f16, x, floats + at);
    return x;
}

/// Sixteen outputs of a product: floats, or whole numbers times `scale` plus `bias`.
ELBOD_INLINE elbod_f16
elbod_outputs(const float *floats, const int32_t *whole, const float *scale, const float *bias, long at) {
    if (whole) {
        ELBOD_LOAD(elbod_i16, w, whole + at);
        ELBOD_LOAD(elbod_f16, s, scale + at);
        ELBOD_LOAD(elbod_f16, b, bias + at);
        return __builtin_convertvector(w, elbod_f16) * s + b;
    }
    ELBOD_LOAD(elbod_f16, x, floats + at);
    return x;
}

/// The natural logarithm of a product of sixteen numbers in [2⁻¹²⁶, 1]: exponents are added, and what
/// is left of each, in [1, 2), multiplied.
ELBOD_INLINE float elbod_log_product(elbod_f16 numbers) {
    elbod_i16 bits;
    memcpy(&bits, &numbers, sizeof bits);
    elbod_i16 exponents = (bits >> 23) - 127;
    bits = (bits & 0x007fffff) | 0x3f800000;
    elbod_f16 rest;
    memcpy(&rest, &bits, sizeof rest);
    float product = 1;
    int exponent = 0;
    for (int lane = 0; lane < 16; lane++) {
        product *= rest[lane];
        exponent += exponents[lane];
    }
    return exponent * 0.69314718f + __builtin_logf(product);
}

ELBOD_INLINE float elbod_sum(elbod_f16 v) {
    elbod_f16 lanes = v;
    float sum = 0;
    for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
    return sum;
}

typedef struct { float squared, cross; } elbod_comparison;

/// Σ (x − s)² and Σ max(a, 0) − x·a + log(1 + exp(−|a|)) of pixels x, logits a and s = logistic(a).
///
/// With e = exp(−|a|) the last term is −log m, m = 1 / (1 + e) in [½, 1]: a hundred of them are
/// multiplied before a logarithm is taken.
ELBOD_INLINE elbod_comparison elbod_compare_any(
    const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
    const float *bias, long count) {
    elbod_f16 squared = 0.0f, linear = 0.0f, product = 1.0f;
    float logarithm = 0;
    long at = 0, blocks = 0;
    for (; at < count; at += 16) {
        elbod_f16 x, a;
        if (at + 16 <= count) {
            x = elbod_pixels(bytes, floats, at);
            a = elbod_outputs(logits, whole, scale, bias, at);
        } else {
            // What is missing reads as black and certainly black, which adds nothing.
            x = 0.0f;
            a = -87.0f;
            for (long lane = 0; at + lane < count; lane++) {
                x[lane] = bytes ? bytes[at + lane] * (1.0f / 255.0f) : floats[at + lane];
                a[lane] = whole ? whole[at + lane] * scale[at + lane] + bias[at + lane] : logits[at + lane];
            }
        }
        elbod_f16 positive = __builtin_elementwise_max(a, (elbod_f16)(0.0f));
        elbod_f16 e = elbod_exp(a - 2.0f * positive);  // −|a|
        elbod_f16 m = 1.0f / (1.0f + e);
        elbod_f16 s = a > 0.0f ? m : e * m;
        elbod_f16 difference = x - s;
        squared += difference * difference;
        linear += positive - x * a;
        product *= m;
        if (++blocks % 100 == 0) {
            logarithm += elbod_log_product(product);
            product = 1.0f;
        }
    }
    logarithm += elbod_log_product(product);
    elbod_comparison result = {elbod_sum(squared), elbod_sum(linear) - logarithm};
    return result;
}

/// Σ (x − s)² alone, of the same.
ELBOD_INLINE float elbod_squares_any(
    const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
    const float *bias, long count) {
    elbod_f16 squared = 0.0f;
    for (long at = 0; at < count; at += 16) {
        elbod_f16 x = 0.0f, a = -87.0f;
        if (at + 16 <= count) {
            x = elbod_pixels(bytes, floats, at);
            a = elbod_outputs(logits, whole, scale, bias, at);
        } else {
            for (long lane = 0; at + lane < count; lane++) {
                x[lane] = bytes ? bytes[at + lane] * (1.0f / 255.0f) : floats[at + lane];
                a[lane] = whole ? whole[at + lane] * scale[at + lane] + bias[at + lane] : logits[at + lane];
            }
        }
        elbod_f16 difference = x - 1.0f / (1.0f + elbod_exp(-a));
        squared += difference * difference;
    }
    return elbod_sum(squared);
}

/// Σ μ² + σ² − 1 − log σ² of a row of `count` means with as many log-variances behind them; writes the
/// means as bytes with 128 for zero, or as bfloat16, or as floats, where it is asked to.
ELBOD_INLINE float elbod_posterior_any(
    const float *outputs, const int32_t *whole, const float *scale, const float *bias, long count,
    float steps, uint8_t *codes, uint16_t *halves, float *means) {
    elbod_f16 sum = 0.0f;
    for (long at = 0; at < count; at += 16) {
        elbod_f16 m = 0.0f, l = 0.0f;
        long lanes = count - at < 16 ? count - at : 16;
        if (lanes == 16) {
            m = elbod_outputs(outputs, whole, scale, bias, at);
            l = elbod_outputs(outputs, whole, scale, bias, count + at);
        } else {
            for (long lane = 0; lane < lanes; lane++) {
                long i = at + lane, j = count + at + lane;
                m[lane] = whole ? whole[i] * scale[i] + bias[i] : outputs[i];
                l[lane] = whole ? whole[j] * scale[j] + bias[j] : outputs[j];
            }
        }
        // Nothing at all for the lanes that are missing: 0 + exp(0) − 1 − 0.
        sum += m * m + (elbod_exp(l) - 1.0f - l);
        if (codes) {
            elbod_f16 q = m * steps + 128.5f;
            q = __builtin_elementwise_min(__builtin_elementwise_max(q, (elbod_f16)(0.0f)), (elbod_f16)(255.0f));
            elbod_b16 code = __builtin_convertvector(__builtin_convertvector(q, elbod_i16), elbod_b16);
            memcpy(codes + at, &code, lanes);
        }
        if (halves) {
            elbod_u16 bits;
            memcpy(&bits, &m, sizeof bits);
            bits += 0x7fff + ((bits >> 16) & 1);
            elbod_h16 half = __builtin_convertvector(bits >> 16, elbod_h16);
            memcpy(halves + at, &half, 2 * lanes);
        }
        if (means) memcpy(means + at, &m, 4 * lanes);
    }
    return elbod_sum(sum);
}

/// Whole outputs times `scale` plus `bias`, rounded and kept in 0…255: ReLU and the next layer's input.
ELBOD_INLINE void elbod_quantize_any(
    const int32_t *whole, const float *scale, const float *bias, long count, uint8_t *bytes) {
    for (long at = 0; at < count; at += 16) {
        long lanes = count - at < 16 ? count - at : 16;
        elbod_f16 x = 0.0f;
        if (lanes == 16) x = elbod_outputs(0, whole, scale, bias, at);
        else for (long lane = 0; lane < lanes; lane++) x[lane] = whole[at + lane] * scale[at + lane] + bias[at + lane];
        x = __builtin_elementwise_min(__builtin_elementwise_max(x + 0.5f, (elbod_f16)(0.0f)), (elbod_f16)(255.0f));
        elbod_b16 b = __builtin_convertvector(__builtin_convertvector(x, elbod_i16), elbod_b16);
        memcpy(bytes + at, &b, lanes);
    }
}

/// Pixels as numbers from 0 to 255: as floats, as bfloat16 or, rounded, as bytes.
ELBOD_INLINE void elbod_widen_any(
    const uint8_t *bytes, const float *floats, long count, float *wide, uint16_t *halves, uint8_t *narrow) {
    for (long at = 0; at < count; at += 16) {
        long lanes = count - at < 16 ? count - at : 16;
        elbod_f16 x = 0.0f;
        if (lanes == 16 && bytes) {
            ELBOD_LOAD(elbod_b16, raw, bytes + at);
            x = __builtin_convertvector(raw, elbod_f16);
        } else if (lanes == 16) {
            x = elbod_pixels(0, floats, at) * 255.0f;
        } else {
            for (long lane = 0; lane < lanes; lane++) x[lane] = bytes ? bytes[at + lane] : floats[at + lane] * 255.0f;
        }
        if (wide) memcpy(wide + at, &x, 4 * lanes);
        if (halves) {
            elbod_u16 bits;
            memcpy(&bits, &x, sizeof bits);
            bits += 0x7fff + ((bits >> 16) & 1);
            elbod_h16 half = __builtin_convertvector(bits >> 16, elbod_h16);
            memcpy(halves + at, &half, 2 * lanes);
        }
        if (narrow) {
            elbod_b16 b = __builtin_convertvector(__builtin_convertvector(x + 0.5f, elbod_i16), elbod_b16);
            memcpy(narrow + at, &b, lanes);
        }
    }
}

#if defined(__x86_64__)
/// 2 with AVX-512, 1 with AVX2, 0 otherwise.
static inline int elbod_level(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq"))
        return 2;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}
#define ELBOD_WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define ELBOD_MIDDLE __attribute__((target("avx2,fma")))
#else
static inline int elbod_level(void) { return 0; }
#define ELBOD_WIDE
#define ELBOD_MIDDLE
#endif

// The three copies of each loop, and the choice between them.
#define ELBOD_COPIES(type, name, parameters, arguments)                                     \
    static ELBOD_WIDE type name##_2 parameters { return name##_any arguments; }             \
    static ELBOD_MIDDLE type name##_1 parameters { return name##_any arguments; }           \
    static type name##_0 parameters { return name##_any arguments; }                        \
    static inline type name(int level, ELBOD_LIST parameters) {                             \
        return level == 2 ? name##_2 arguments : level == 1 ? name##_1 arguments : name##_0 arguments; \
    }
#define ELBOD_LIST(...) __VA_ARGS__

ELBOD_COPIES(
    elbod_comparison, elbod_compare,
    (const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
     const float *bias, long count),
    (bytes, floats, logits, whole, scale, bias, count))
ELBOD_COPIES(
    float, elbod_squares,
    (const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
     const float *bias, long count),
    (bytes, floats, logits, whole, scale, bias, count))
ELBOD_COPIES(
    float, elbod_posterior,
    (const float *outputs, const int32_t *whole, const float *scale, const float *bias, long count, float steps,
     uint8_t *codes, uint16_t *halves, float *means),
    (outputs, whole, scale, bias, count, steps, codes, halves, means))
ELBOD_COPIES(
    void, elbod_quantize,
    (const int32_t *whole, const float *scale, const float *bias, long count, uint8_t *bytes),
    (whole, scale, bias, count, bytes))
ELBOD_COPIES(
    void, elbod_widen,
    (const uint8_t *bytes, const float *floats, long count, float *wide, uint16_t *halves, uint8_t *narrow),
    (bytes, floats, count, wide, halves, narrow))
