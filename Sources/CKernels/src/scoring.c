// Loops over the numbers of one image that is scored: comparing, divergence, conversions.
#include "kernels.h"
#include "vectors.h"

/// Pixels in [0, 1] from bytes, or from floats.
ELBOD_INLINE elbod_f16 elbod_pixels(const uint8_t *bytes, const float *floats, long at, long lanes) {
    return bytes ? elbod_some_bytes(bytes + at, lanes) * (1.0f / 255.0f) : elbod_some(floats + at, lanes);
}

/// Where no pixel is it is black, and certainly black, which adds nothing to any sum.
#define ELBOD_CERTAINLY_BLACK (-87.0f)

/// Σ (x − s)² and Σ max(a, 0) − x·a + log(1 + exp(−|a|)) of pixels x, logits a and s = logistic(a).
///
/// With e = exp(−|a|) the last term is −log m, m = 1 / (1 + e) in [½, 1]: a hundred of them are
/// multiplied before a logarithm is taken.
///
/// Writes (s − x)·weight into `gradient` where there is one, and times s·(1 − s) if `through` s: what
/// the second, or half the first, changes by with a.
ELBOD_INLINE elbod_comparison elbod_compare_any(
    const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
    const float *bias, long count, float *gradient, float weight, int through) {
    elbod_f16 squared = 0.0f, linear = 0.0f, product = 1.0f;
    float logarithm = 0;
    long blocks = 0;
    ELBOD_EACH(count, {
        elbod_f16 x = elbod_pixels(bytes, floats, at, lanes);
        elbod_f16 a = elbod_outputs(logits, whole, scale, bias, at, lanes);
        a = elbod_filled(a, lanes, ELBOD_CERTAINLY_BLACK);
        elbod_f16 positive = __builtin_elementwise_max(a, (elbod_f16)(0.0f));
        elbod_f16 e = elbod_exp(a - 2.0f * positive);  // −|a|
        elbod_f16 m = 1.0f / (1.0f + e);
        elbod_f16 s = a > 0.0f ? m : e * m;
        elbod_f16 difference = x - s;
        squared += difference * difference;
        linear += positive - x * a;
        product *= m;
        if (gradient) {
            elbod_f16 slope = through ? s * (1.0f - s) * weight : (elbod_f16)(weight);
            elbod_put(gradient + at, -difference * slope, lanes);
        }
        if (++blocks % 100 == 0) {
            logarithm += elbod_log_product(product);
            product = 1.0f;
        }
    });
    logarithm += elbod_log_product(product);
    elbod_comparison result = {elbod_sum(squared), elbod_sum(linear) - logarithm};
    return result;
}

/// Σ (x − s)² alone, of the same.
ELBOD_INLINE float elbod_squares_any(
    const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
    const float *bias, long count) {
    elbod_f16 squared = 0.0f;
    ELBOD_EACH(count, {
        elbod_f16 a = elbod_outputs(logits, whole, scale, bias, at, lanes);
        a = elbod_filled(a, lanes, ELBOD_CERTAINLY_BLACK);
        elbod_f16 difference = elbod_pixels(bytes, floats, at, lanes) - 1.0f / (1.0f + elbod_exp(-a));
        squared += difference * difference;
    });
    return elbod_sum(squared);
}

/// Σ μ² + σ² − 1 − log σ² of a row of `count` means followed by as many log-variances; writes the
/// means as bytes with 128 for zero, or as bfloat16, or as floats, where it is asked to.
ELBOD_INLINE float elbod_posterior_any(
    const float *outputs, const int32_t *whole, const float *scale, const float *bias, long count,
    float steps, uint8_t *codes, uint16_t *bfloat16, float *means) {
    elbod_f16 sum = 0.0f;
    ELBOD_EACH(count, {
        // Nothing at all for the lanes that are missing: 0 + exp(0) − 1 − 0.
        elbod_f16 m = elbod_outputs(outputs, whole, scale, bias, at, lanes);
        elbod_f16 l = elbod_outputs(outputs, whole, scale, bias, count + at, lanes);
        sum += m * m + (elbod_exp(l) - 1.0f - l);
        if (codes) elbod_put_bytes(codes + at, elbod_between(m * steps + 128.5f, 0.0f, 255.0f), lanes);
        if (bfloat16) elbod_put_bfloat16(bfloat16 + at, m, lanes);
        if (means) elbod_put(means + at, m, lanes);
    });
    return elbod_sum(sum);
}

/// Integer outputs times `scale` plus `bias`, rounded and kept in 0…255: ReLU and the next layer's input.
ELBOD_INLINE void elbod_quantize_any(
    const int32_t *whole, const float *scale, const float *bias, long count, uint8_t *bytes) {
    ELBOD_EACH(count, {
        elbod_f16 x = elbod_outputs(0, whole, scale, bias, at, lanes);
        elbod_put_bytes(bytes + at, elbod_between(x + 0.5f, 0.0f, 255.0f), lanes);
    });
}

/// Pixels as numbers from 0 to 255: as bfloat16 or, rounded, as bytes; or in [0, 1] as floats.
ELBOD_INLINE void elbod_widen_any(
    const uint8_t *bytes, const float *floats, long count, float *unit, uint16_t *bfloat16, uint8_t *narrow) {
    ELBOD_EACH(count, {
        elbod_f16 x = bytes ? elbod_some_bytes(bytes + at, lanes) : elbod_some(floats + at, lanes) * 255.0f;
        if (unit) elbod_put(unit + at, elbod_pixels(bytes, floats, at, lanes), lanes);
        if (bfloat16) elbod_put_bfloat16(bfloat16 + at, x, lanes);
        if (narrow) elbod_put_bytes(narrow + at, x + 0.5f, lanes);
    });
}

ELBOD_COPIES(
    elbod_comparison, elbod_compare,
    (const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
     const float *bias, long count, float *gradient, float weight, int through),
    (bytes, floats, logits, whole, scale, bias, count, gradient, weight, through))
ELBOD_COPIES(
    float, elbod_squares,
    (const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole, const float *scale,
     const float *bias, long count),
    (bytes, floats, logits, whole, scale, bias, count))
ELBOD_COPIES(
    float, elbod_posterior,
    (const float *outputs, const int32_t *whole, const float *scale, const float *bias, long count, float steps,
     uint8_t *codes, uint16_t *bfloat16, float *means),
    (outputs, whole, scale, bias, count, steps, codes, bfloat16, means))
ELBOD_COPIES(
    void, elbod_quantize,
    (const int32_t *whole, const float *scale, const float *bias, long count, uint8_t *bytes),
    (whole, scale, bias, count, bytes))
ELBOD_COPIES(
    void, elbod_widen,
    (const uint8_t *bytes, const float *floats, long count, float *unit, uint16_t *bfloat16, uint8_t *narrow),
    (bytes, floats, count, unit, bfloat16, narrow))
