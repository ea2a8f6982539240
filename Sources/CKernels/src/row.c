// A fully connected layer for one row. A row is as fast as weights come out of the cache, so those of inputs
// that are zero are left there: pixels that are black, units that ReLU has switched off.
//
// Sums are taken in the order in which oneDNN's products of several rows take them on AVX-512, so that an
// image scores the same to the bit alone and in a batch: inputs one after the other, those after the last
// whole sixteen apart, then the bias.
#include "kernels.h"
#include "vectors.h"

#define ELBOD_UNROLLED _Pragma("clang loop unroll(full)")

/// Outputs from column `at`, `vectors` times sixteen, few enough to stay in registers; the first `whole` of
/// `count` values are those before the last whole sixteen inputs.
ELBOD_INLINE void elbod_row_columns(
    const float *values, const int32_t *active, long whole, long count, const float *w, long n, const float *bias,
    int rectifying, float *y, long at, const int vectors) {
    elbod_f16 sum[8], rest[8];
    ELBOD_UNROLLED
    for (int v = 0; v < vectors; v++) sum[v] = rest[v] = 0.0f;
    for (long i = 0; i < whole; i++) {
        const elbod_f16 x = values[i];
        ELBOD_UNROLLED
        for (int v = 0; v < vectors; v++) sum[v] += x * elbod_some(w + active[i] * n + at + 16 * v, 16);
    }
    for (long i = whole; i < count; i++) {
        const elbod_f16 x = values[i];
        ELBOD_UNROLLED
        for (int v = 0; v < vectors; v++) rest[v] += x * elbod_some(w + active[i] * n + at + 16 * v, 16);
    }
    ELBOD_UNROLLED
    for (int v = 0; v < vectors; v++) {
        sum[v] = rest[v] + sum[v] + elbod_some(bias + at + 16 * v, 16);
        if (rectifying) sum[v] = __builtin_elementwise_max(sum[v], (elbod_f16)(0.0f));
        elbod_put(y + at + 16 * v, sum[v], 16);
    }
}

/// y = x·W + b, or ReLU of it if `rectifying`, of x with k elements and W, `(k, n)`, row by row. `values` and
/// `active` are room for k each.
ELBOD_INLINE void elbod_row_any(
    const float *x, long k, const float *w, long n, const float *bias, int rectifying, float *y, float *values,
    int32_t *active) {
    long count = 0, whole = 0;
    ELBOD_EACH(k, {
        elbod_f16 block = elbod_some(x + at, lanes);
        if (lanes < 16) whole = count;
        if (__builtin_reduce_or(block != 0.0f))
            for (int lane = 0; lane < lanes; lane++) {
                values[count] = block[lane];
                active[count] = (int32_t)(at + lane);
                count += block[lane] != 0.0f;
            }
    });
    if (k % 16 == 0) whole = count;
    long at = 0;
    for (; at + 128 <= n; at += 128)
        elbod_row_columns(values, active, whole, count, w, n, bias, rectifying, y, at, 8);
    for (; at + 16 <= n; at += 16)
        elbod_row_columns(values, active, whole, count, w, n, bias, rectifying, y, at, 1);
    for (; at < n; at++) {
        float sum = 0, rest = 0;
        for (long i = 0; i < whole; i++) sum += values[i] * w[active[i] * n + at];
        for (long i = whole; i < count; i++) rest += values[i] * w[active[i] * n + at];
        sum = rest + sum + bias[at];
        y[at] = rectifying && !(sum > 0) ? 0 : sum;
    }
}

ELBOD_COPIES(
    void, elbod_row,
    (const float *x, long k, const float *w, long n, const float *bias, int rectifying, float *y, float *values,
     int32_t *active),
    (x, k, w, n, bias, rectifying, y, values, active))

/// What becomes of up to 128 sums: those of the rest of the inputs and a bias are added, and ReLU is taken if
/// `rectifying`; into floats, or else into bfloat16.
ELBOD_INLINE void elbod_row_finish(
    const float *sum, const float *rest, const float *bias, long count, int rectifying, float *y, uint16_t *narrow) {
    ELBOD_EACH(count, {
        elbod_f16 total = elbod_some(rest + at, lanes) + elbod_some(sum + at, lanes) + elbod_some(bias + at, lanes);
        if (rectifying) total = __builtin_elementwise_max(total, (elbod_f16)(0.0f));
        if (y) elbod_put(y + at, total, lanes);
        else elbod_put_bfloat16(narrow + at, total, lanes);
    });
}

#if defined(__x86_64__)
#define ELBOD_BFLOAT16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma")))
typedef __bf16 elbod_bfloat16x32 __attribute__((vector_size(64)));
typedef float elbod_float32x16 __attribute__((vector_size(64)));

/// Sums of products of some pairs of bfloat16, for `vectors` times sixteen columns from `at`, or one vector of
/// fewer `columns`.
static inline ELBOD_BFLOAT16 __attribute__((always_inline)) void elbod_row_pair_columns(
    const uint32_t *values, const int32_t *active, long from, long to, const uint16_t *w, long n, float *sums,
    long at, const int vectors, const long columns) {
    elbod_float32x16 sum[8];
    ELBOD_UNROLLED
    for (int v = 0; v < vectors; v++) sum[v] = (elbod_float32x16){0};
    for (long i = from; i < to; i++) {
        const elbod_u16 bits = values[i];
        elbod_bfloat16x32 x, weights;
        memcpy(&x, &bits, sizeof x);
        ELBOD_UNROLLED
        for (int v = 0; v < vectors; v++) {
            elbod_u16 pairs = 0;
            memcpy(&pairs, w + 2 * (active[i] * n + at + 16 * v), columns >= 16 ? 64 : 4 * columns);
            memcpy(&weights, &pairs, sizeof weights);
            sum[v] = __builtin_ia32_dpbf16ps_512(sum[v], x, weights);
        }
    }
    memcpy(sums, sum, 64 * vectors);
}

/// As `elbod_row`, of bfloat16, in pairs: W is `(k / 2 rounded up, n, 2)`, filled up with zeros. Writes floats
/// to y, or else bfloat16 to `narrow`. `values` and `active` are room for eight for every sixteen of k begun.
/// Only for processors that have the instructions.
ELBOD_BFLOAT16 void elbod_row_pairs(
    const uint16_t *x, long k, const uint16_t *w, long n, const float *bias, int rectifying, float *y,
    uint16_t *narrow, uint32_t *values, int32_t *active) {
    long count = 0, whole = 0;
    for (long at = 0; at < k; at += 16) {
        uint64_t words[4] = {0};
        memcpy(words, x + at, k - at < 16 ? 2 * (k - at) : 32);
        if (at + 16 > k) whole = count;
        if (!(words[0] | words[1] | words[2] | words[3])) continue;
        for (long pair = 0; pair < 8; pair++) {
            values[count] = (uint32_t)(words[pair / 2] >> pair % 2 * 32);
            active[count] = (int32_t)(at / 2 + pair);
            count += (values[count] & 0x7fff7fff) != 0;
        }
    }
    if (k % 16 == 0) whole = count;
    float sums[128], rests[128];
#define ELBOD_COLUMNS(from, to, into, vectors, columns) \
    elbod_row_pair_columns(values, active, from, to, w, n, into, at, vectors, columns)
    for (long at = 0; at < n;) {
        long columns = n - at;
        if (columns >= 128) {
            columns = 128;
            ELBOD_COLUMNS(0, whole, sums, 8, 16);
            ELBOD_COLUMNS(whole, count, rests, 8, 16);
        } else if (columns >= 16) {
            columns = 16;
            ELBOD_COLUMNS(0, whole, sums, 1, 16);
            ELBOD_COLUMNS(whole, count, rests, 1, 16);
        } else {
            ELBOD_COLUMNS(0, whole, sums, 1, columns);
            ELBOD_COLUMNS(whole, count, rests, 1, columns);
        }
        elbod_row_finish(sums, rests, bias + at, columns, rectifying, y ? y + at : 0, narrow ? narrow + at : 0);
        at += columns;
    }
#undef ELBOD_COLUMNS
}
#else
void elbod_row_pairs(
    const uint16_t *x, long k, const uint16_t *w, long n, const float *bias, int rectifying, float *y,
    uint16_t *narrow, uint32_t *values, int32_t *active) {
    (void)x, (void)k, (void)w, (void)n, (void)bias, (void)rectifying, (void)y, (void)narrow, (void)values;
    (void)active;
    __builtin_trap();
}
#endif
