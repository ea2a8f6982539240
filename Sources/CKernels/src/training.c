// Loops over the numbers of a training step, and those of a model that is looked at rather than scored with.
#include "kernels.h"
#include "vectors.h"

/// 8-bit pixels as numbers in [0, 1].
ELBOD_INLINE void elbod_unit_pixels_any(const uint8_t *bytes, long count, float *numbers) {
    ELBOD_EACH(count, { elbod_put(numbers + at, elbod_some_bytes(bytes + at, lanes) / 255.0f, lanes); });
}

/// Numbers rounded to bfloat16.
ELBOD_INLINE void elbod_to_bfloat16_any(const float *numbers, long count, uint16_t *bfloat16) {
    ELBOD_EACH(count, { elbod_put_bfloat16(bfloat16 + at, elbod_some(numbers + at, lanes), lanes); });
}

/// 1 / (1 + exp(−a)).
ELBOD_INLINE void elbod_logistic_any(const float *a, long count, float *s) {
    ELBOD_EACH(count, { elbod_put(s + at, 1.0f / (1.0f + elbod_exp(-elbod_some(a + at, lanes))), lanes); });
}

/// y + b in place, or max(y + b, 0) if `rectifying`.
ELBOD_INLINE void elbod_add_bias_any(float *y, const float *b, long count, int rectifying) {
    ELBOD_EACH(count, {
        elbod_f16 sum = elbod_some(y + at, lanes) + elbod_some(b + at, lanes);
        if (rectifying) sum = __builtin_elementwise_max(sum, (elbod_f16)(0.0f));
        elbod_put(y + at, sum, lanes);
    });
}

/// Zero in place of d where y is not above zero.
ELBOD_INLINE void elbod_mask_any(float *d, const float *y, long count) {
    ELBOD_EACH(count, {
        elbod_f16 value = elbod_some(d + at, lanes);
        elbod_put(d + at, elbod_some(y + at, lanes) > 0.0f ? value : (elbod_f16)(0.0f), lanes);
    });
}

/// Σ μ² + σ² − 1 − log σ² of means and log-variances l; writes σ = exp(l / 2) and z = μ + σ·ε where there
/// is an ε.
ELBOD_INLINE float elbod_sample_any(
    const float *mu, const float *l, const float *epsilon, long count, float *sigma, float *z) {
    elbod_f16 sum = 0.0f;
    ELBOD_EACH(count, {
        elbod_f16 m = elbod_some(mu + at, lanes);
        elbod_f16 v = elbod_some(l + at, lanes);
        elbod_f16 s = elbod_exp(v * 0.5f);
        sum += m * m + (s * s - 1.0f - v);
        if (epsilon) {
            elbod_put(sigma + at, s, lanes);
            elbod_put(z + at, m + s * elbod_some(epsilon + at, lanes), lanes);
        }
    });
    return elbod_sum(sum);
}

/// From the gradient dz of the loss with respect to z = μ + σ·ε, those with respect to μ and log σ², of
/// the loss plus `weight` times the divergence.
ELBOD_INLINE void elbod_unsample_any(
    const float *dz, const float *mu, const float *z, const float *sigma, long count, float weight, float *dmu,
    float *dl) {
    ELBOD_EACH(count, {
        elbod_f16 d = elbod_some(dz + at, lanes);
        elbod_f16 m = elbod_some(mu + at, lanes);
        elbod_f16 s = elbod_some(sigma + at, lanes);
        elbod_put(dmu + at, d + weight * m, lanes);
        elbod_put(dl + at, 0.5f * (d * (elbod_some(z + at, lanes) - m) + weight * (s * s - 1.0f)), lanes);
    });
}

/// Adds x to `sums`, and x² to `squares` where there are any.
ELBOD_INLINE void elbod_add_moments_any(const float *x, long count, float *sums, float *squares) {
    ELBOD_EACH(count, {
        elbod_f16 v = elbod_some(x + at, lanes);
        elbod_put(sums + at, elbod_some(sums + at, lanes) + v, lanes);
        if (squares) elbod_put(squares + at, elbod_some(squares + at, lanes) + v * v, lanes);
    });
}

/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − rate·m / (√v·correction + ε).
ELBOD_INLINE void elbod_adam_any(
    float *p, float *m, float *v, const float *g, long count, float beta1, float beta2, float rate,
    float correction, float epsilon) {
    ELBOD_EACH(count, {
        elbod_f16 d = elbod_some(g + at, lanes);
        elbod_f16 first = beta1 * elbod_some(m + at, lanes) + (1 - beta1) * d;
        elbod_f16 second = beta2 * elbod_some(v + at, lanes) + (1 - beta2) * d * d;
        elbod_f16 step = rate * first / (__builtin_elementwise_sqrt(second) * correction + epsilon);
        elbod_put(p + at, elbod_some(p + at, lanes) - step, lanes);
        elbod_put(m + at, first, lanes);
        elbod_put(v + at, second, lanes);
    });
}

ELBOD_COPIES(
    void, elbod_unit_pixels, (const uint8_t *bytes, long count, float *numbers), (bytes, count, numbers))
ELBOD_COPIES(void, elbod_to_bfloat16, (const float *numbers, long count, uint16_t *bfloat16), (numbers, count, bfloat16))
ELBOD_COPIES(void, elbod_logistic, (const float *a, long count, float *s), (a, count, s))
ELBOD_COPIES(
    void, elbod_add_bias, (float *y, const float *b, long count, int rectifying), (y, b, count, rectifying))
ELBOD_COPIES(void, elbod_mask, (float *d, const float *y, long count), (d, y, count))
ELBOD_COPIES(
    float, elbod_sample,
    (const float *mu, const float *l, const float *epsilon, long count, float *sigma, float *z),
    (mu, l, epsilon, count, sigma, z))
ELBOD_COPIES(
    void, elbod_unsample,
    (const float *dz, const float *mu, const float *z, const float *sigma, long count, float weight, float *dmu,
     float *dl),
    (dz, mu, z, sigma, count, weight, dmu, dl))
ELBOD_COPIES(
    void, elbod_add_moments, (const float *x, long count, float *sums, float *squares), (x, count, sums, squares))
ELBOD_COPIES(
    void, elbod_adam,
    (float *p, float *m, float *v, const float *g, long count, float beta1, float beta2, float rate,
     float correction, float epsilon),
    (p, m, v, g, count, beta1, beta2, rate, correction, epsilon))
