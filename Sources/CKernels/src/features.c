// Loops over pictures and maps of features. A kind of numbers is 0 for floats, 1 for bfloat16, 2 for bytes from 0,
// 3 for signed bytes.
#include "kernels.h"
#include "vectors.h"

typedef int8_t elbod_s16 __attribute__((ext_vector_type(16)));

/// As many of sixteen numbers of a kind, from the one at `at` on, as there are, as floats.
ELBOD_INLINE elbod_f16 elbod_some_of(const void *numbers, int kind, long at, long lanes) {
    if (kind == 0) return elbod_some((const float *)numbers + at, lanes);
    if (kind == 2) return elbod_some_bytes((const uint8_t *)numbers + at, lanes);
    if (kind == 3) {
        elbod_s16 x = 0;
        memcpy(&x, (const int8_t *)numbers + at, lanes);
        return __builtin_convertvector(x, elbod_f16);
    }
    elbod_h16 half = 0;
    memcpy(&half, (const uint16_t *)numbers + at, 2 * lanes);
    elbod_u16 bits = __builtin_convertvector(half, elbod_u16) << 16;
    elbod_f16 x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// (x − 127) / 128, or without the division as signed bytes, of which 128 becomes 127.
ELBOD_INLINE void elbod_picture_any(const uint8_t *pixels, long count, int kind, void *numbers) {
    ELBOD_EACH(count, {
        elbod_f16 x = elbod_some_bytes(pixels + at, lanes) - 127.0f;
        if (kind == 3) {
            elbod_s16 bytes = __builtin_convertvector(
                __builtin_convertvector(elbod_between(x, -127.0f, 127.0f), elbod_i16), elbod_s16);
            memcpy((int8_t *)numbers + at, &bytes, lanes);
        } else if (kind == 1) {
            elbod_put_bfloat16((uint16_t *)numbers + at, x * 0.0078125f, lanes);
        } else {
            elbod_put((float *)numbers + at, x * 0.0078125f, lanes);
        }
    });
}

ELBOD_INLINE void elbod_combine_of(
    const void *x, int kind, const elbod_share *shares, long parts, const float *base, long count, float *sums) {
    ELBOD_EACH(count, {
        elbod_f16 sum = base ? elbod_some(base + at, lanes) : (elbod_f16)(0.0f);
        for (long part = 0; part < parts; part++)
            sum += shares[part].weight * elbod_some_of(x, kind, shares[part].offset + at, lanes);
        elbod_put(sums + at, sum, lanes);
    });
}

ELBOD_INLINE void elbod_combine_any(
    const void *x, int kind, const elbod_share *shares, long parts, const float *base, long count, float *sums) {
    // Floats have a loop of their own, which does not ask at every vector what the numbers are.
    if (kind == 0) elbod_combine_of(x, 0, shares, parts, base, count, sums);
    else elbod_combine_of(x, kind, shares, parts, base, count, sums);
}

ELBOD_INLINE void elbod_add_magnitudes_any(const float *x, long count, float *most) {
    ELBOD_EACH(count, {
        elbod_f16 value = elbod_some(x + at, lanes);
        elbod_put(
            most + at,
            __builtin_elementwise_max(elbod_some(most + at, lanes), __builtin_elementwise_max(value, -value)), lanes);
    });
}

ELBOD_INLINE void elbod_standardize_any(
    const float *x, const float *scale, const float *shift, long count, float *floats, uint8_t *bytes) {
    ELBOD_EACH(count, {
        elbod_f16 y = elbod_some(x + at, lanes) * elbod_some(scale + at, lanes) + elbod_some(shift + at, lanes);
        if (floats) {
            elbod_put(floats + at, y, lanes);
        } else {
            elbod_put_bytes(bytes + at, elbod_between(y * 255.0f + 0.5f, 0.0f, 255.0f), lanes);
        }
    });
}

ELBOD_INLINE void elbod_rectify_any(const float *x, long count, float *y, uint16_t *narrow) {
    ELBOD_EACH(count, {
        elbod_f16 value = __builtin_elementwise_max(elbod_some(x + at, lanes), (elbod_f16)(0.0f));
        if (y) {
            elbod_put(y + at, value, lanes);
        } else {
            elbod_put_bfloat16(narrow + at, value, lanes);
        }
    });
}

ELBOD_COPIES(
    void, elbod_picture, (const uint8_t *pixels, long count, int kind, void *numbers), (pixels, count, kind, numbers))
ELBOD_COPIES(
    void, elbod_combine,
    (const void *x, int kind, const elbod_share *shares, long parts, const float *base, long count, float *sums),
    (x, kind, shares, parts, base, count, sums))
ELBOD_COPIES(void, elbod_add_magnitudes, (const float *x, long count, float *most), (x, count, most))
ELBOD_COPIES(
    void, elbod_rectify, (const float *x, long count, float *y, uint16_t *narrow), (x, count, y, narrow))
ELBOD_COPIES(
    void, elbod_standardize,
    (const float *x, const float *scale, const float *shift, long count, float *floats, uint8_t *bytes),
    (x, scale, shift, count, floats, bytes))
