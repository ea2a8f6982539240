// Our own loops over numbers, and the few calls of oneDNN that differ between its versions 2 and 3.
//
// `level` says which copy of a loop runs, see `elbod_level`. Counts are of elements; pointers need no
// alignment.
#pragma once
#include <dnnl.h>
#include <stdint.h>

// From libgomp, which Debian's oneDNN is built on; declared here because gcc's omp.h is not on
// clang's search path.
void omp_set_num_threads(int count);

/// Which copies of the loops this processor runs: 2 with AVX-512, 1 with AVX2, 0 otherwise.
int elbod_level(void);

/// Tells the processor that this thread spins, so that it saves power and lets a sibling work.
void elbod_relax(void);

/// Makes the calling thread treat subnormal numbers as zero, in and out.
void elbod_flush_subnormals(void);

/// Begins to load `count` bytes that will be read soon.
void elbod_prefetch(const uint8_t *bytes, long count);

// Loops of a training step: training.c.

/// 8-bit pixels as numbers in [0, 1].
void elbod_unit_pixels(int level, const uint8_t *bytes, long count, float *numbers);

/// Numbers rounded to bfloat16.
void elbod_to_bfloat16(int level, const float *numbers, long count, uint16_t *bfloat16);

/// 1 / (1 + exp(−a)).
void elbod_logistic(int level, const float *a, long count, float *s);

/// y + b in place, or max(y + b, 0) if `rectifying`.
void elbod_add_bias(int level, float *y, const float *b, long count, int rectifying);

/// Zero in place of d where y is not above zero.
void elbod_mask(int level, float *d, const float *y, long count);

/// Σ μ² + σ² − 1 − log σ² of means and log-variances l; writes σ = exp(l / 2) and z = μ + σ·ε where there
/// is an ε.
float elbod_sample(
    int level, const float *mu, const float *l, const float *epsilon, long count, float *sigma, float *z);

/// From the gradient dz of the loss with respect to z = μ + σ·ε, those with respect to μ and log σ², of
/// the loss plus `weight` times the divergence.
void elbod_unsample(
    int level, const float *dz, const float *mu, const float *z, const float *sigma, long count, float weight,
    float *dmu, float *dl);

/// Adds x to `sums`, and x² to `squares` where there are any.
void elbod_add_moments(int level, const float *x, long count, float *sums, float *squares);

/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − rate·m / (√v·correction + ε).
void elbod_adam(
    int level, float *p, float *m, float *v, const float *g, long count, float beta1, float beta2, float rate,
    float correction, float epsilon);

// Loops over one image that is scored: scoring.c.

typedef struct { float squared, cross; } elbod_comparison;

/// Σ (x − s)² and Σ max(a, 0) − x·a + log(1 + exp(−|a|)) of pixels x, logits a and s = logistic(a).
///
/// With e = exp(−|a|) the last term is −log m, m = 1 / (1 + e) in [½, 1]: a hundred of them are
/// multiplied before a logarithm is taken.
///
/// Writes (s − x)·weight into `gradient` where there is one, and times s·(1 − s) if `through` s: what
/// the second, or half the first, changes by with a.
elbod_comparison elbod_compare(
    int level, const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole,
    const float *scale, const float *bias, long count, float *gradient, float weight, int through);

/// Σ (x − s)² alone, of the same.
float elbod_squares(
    int level, const uint8_t *bytes, const float *floats, const float *logits, const int32_t *whole,
    const float *scale, const float *bias, long count);

/// Σ μ² + σ² − 1 − log σ² of a row of `count` means followed by as many log-variances; writes the
/// means as bytes with 128 for zero, or as bfloat16, or as floats, where it is asked to.
float elbod_posterior(
    int level, const float *outputs, const int32_t *whole, const float *scale, const float *bias, long count,
    float steps, uint8_t *codes, uint16_t *bfloat16, float *means);

/// Integer outputs times `scale` plus `bias`, rounded and kept in 0…255: ReLU and the next layer's input.
void elbod_quantize(
    int level, const int32_t *whole, const float *scale, const float *bias, long count, uint8_t *bytes);

/// Pixels as numbers from 0 to 255: as bfloat16 or, rounded, as bytes; or in [0, 1] as floats.
void elbod_widen(
    int level, const uint8_t *bytes, const float *floats, long count, float *unit, uint16_t *bfloat16,
    uint8_t *narrow);

// Loops over one image that is looked at more closely: examining.c.

/// s = logistic(a) of a row of outputs a: floats, or integers times `scale` plus `bias`.
void elbod_reconstruct(
    int level, const float *logits, const int32_t *whole, const float *scale, const float *bias, long count,
    float *s);

/// A row of outputs as floats.
void elbod_numbers(
    int level, const float *numbers, const int32_t *whole, const float *scale, const float *bias, long count,
    float *y);

/// a − b.
void elbod_subtract(int level, const float *a, const float *b, long count, float *d);

/// a − b of bfloat16.
void elbod_subtract_bfloat16(int level, const uint16_t *a, const uint16_t *b, long count, float *d);

/// (a − b)·step of bytes.
void elbod_subtract_bytes(int level, const uint8_t *a, const uint8_t *b, long count, float step, float *d);

/// Σ x².
float elbod_sum_of_squares(int level, const float *x, long count);

/// Σ (x − s)² where x is above s, the same where it is not; Σ (x − s)² / (s(1 − s) + 0.02); and the largest Σ (x − s)²
/// over a square.
typedef struct { float brighter, darker, residual, patch; } elbod_differences;

/// Copies an image, row by row, into rows that are `stride` apart, a multiple of sixteen.
///
/// Below, padded images have as much room behind the last row as a row takes, and what lies beyond their columns is
/// of no matter as long as it is numbers.
void elbod_padded(const float *flat, long rows, long columns, long stride, float *padded);

/// The differences of a padded image x and its reconstruction s, not padded, in squares of `side` × `side`; `room` is
/// for a padded image and two rows.
elbod_differences elbod_difference(
    int level, const float *x, const float *s, long rows, long columns, long stride, long side, float *room);

/// Σ x and Σ x²; Σ |x − its neighbour| across and down; Σ and maximum of |Laplacian|; Σ |Immerkær's operator|; how
/// many pixels are black and how many white, to five steps of a byte; the largest pixel; Σ x along the border, corners
/// twice; and how much the darkest row or column between brighter ones lacks: (m − s)² / (m + 1) of its sum s and
/// the smaller m of its neighbours'.
typedef struct {
    float sum, squares, across, down, ripple, spike, rough, black, white, peak, border, gap;
} elbod_statistics;

/// What the pixels of a padded image, in [0, 1], tell without a model; `room` is for a padded row and a column.
elbod_statistics elbod_examine(
    int level, const float *x, long rows, long columns, long stride, float *room);

/// Σ −x·log x − (1 − x)·log(1 − x) of pixels x as Bernoulli probabilities, in nats, which no cross-entropy with
/// them is below; and the largest such sum over a square.
typedef struct { float sum, patch; } elbod_entropies;

/// Those of an image, not padded, in squares of `side` × `side`; `room` is for a padded image and two rows.
elbod_entropies elbod_entropy(
    int level, const uint8_t *bytes, const float *floats, long rows, long columns, long stride, long side,
    float *room);

/// The same of entropies, one a pixel of a padded image; `room` is for two padded rows.
elbod_entropies elbod_measure_entropies(
    int level, const float *each, long rows, long columns, long stride, long side, float *room);

// What shows whether a camera sees: health.c.

/// Of an image of bytes: Σ x and Σ x²; how many are at least 250; Σ |x − neighbour|, across and down; Σ |4x −
/// neighbours|; at how many places Immerkær's operator gives no more than 8; the largest; and the size of the
/// box around all edges.
typedef struct {
    int64_t sum, squares, white, steps, bends, smooth;
    long height, width;
    int peak;
} elbod_health;

/// Those of an image of bytes, or of floats in [0, 1], which are rounded to bytes. `image` is room for one row more
/// than there are, of `stride` numbers: a multiple of 32 above the columns, by at least two.
elbod_health elbod_measure_health(
    int level, const uint8_t *bytes, const float *floats, long rows, long columns, long stride, int16_t *image);

// Layers of one row: row.c.

/// y = x·W + b, or ReLU of it if `rectifying`, of x with k elements and W, `(k, n)`, row by row. `values` and
/// `active` are room for k each.
void elbod_row(
    int level, const float *x, long k, const float *w, long n, const float *bias, int rectifying, float *y,
    float *values, int32_t *active);

/// As `elbod_row`, of bfloat16, in pairs: W is `(k / 2 rounded up, n, 2)`, filled up with zeros. Writes floats
/// to y, or else bfloat16 to `narrow`. `values` and `active` are room for eight for every sixteen of k begun.
/// Only for processors that have the instructions.
void elbod_row_pairs(
    const uint16_t *x, long k, const uint16_t *w, long n, const float *bias, int rectifying, float *y,
    uint16_t *narrow, uint32_t *values, int32_t *active);

// Products by oneDNN: onednn.c.

/// A product of matrices `c = a·b`, `(m, k)` by `(k, n)`, or `c += a·b` if `accumulating`, as an executable
/// primitive: factors of `type`, row by row or, where they are `transposed`, column by column; sums and
/// results in 32-bit floats.
dnnl_status_t elbod_matmul_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *a, dnnl_memory_t *b, dnnl_memory_t *c, dnnl_engine_t engine,
    dnnl_dim_t m, dnnl_dim_t k, dnnl_dim_t n, dnnl_data_type_t type, int a_transposed, int b_transposed,
    int accumulating);

/// Runs a product on its factors and its result.
dnnl_status_t elbod_matmul_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t a, dnnl_memory_t b, dnnl_memory_t c,
    const void *from, const void *by, float *into);

/// One fully connected layer for `m` rows, as an executable primitive whose weights are packed the way
/// the primitive likes best: `y = x·W + b`, and ReLU of it if `rectifying`.
///
/// `*weights` is made if it is NULL, and must then be filled by `elbod_product_pack`; otherwise it
/// belongs to the same layer for another number of rows and is used as it is. `bias` may be NULL.
dnnl_status_t elbod_product_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *source, dnnl_memory_t *weights, dnnl_memory_t *bias,
    dnnl_memory_t *destination, dnnl_engine_t engine, dnnl_dim_t m, dnnl_dim_t k, dnnl_dim_t n,
    dnnl_data_type_t source_type, dnnl_data_type_t weight_type, dnnl_data_type_t destination_type,
    int rectifying);

/// Puts weights of shape `(k, n)`, row by row, into the packed memory of a layer, converting them.
dnnl_status_t elbod_product_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, dnnl_dim_t k, dnnl_dim_t n, dnnl_data_type_t type,
    const void *plain, dnnl_memory_t weights);

/// Runs a layer on `m` rows at `input` into `output`; `bias` may be NULL where the layer has none.
dnnl_status_t elbod_product_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t source, dnnl_memory_t weights,
    dnnl_memory_t bias, dnnl_memory_t destination, const void *input, const float *offset, void *output);

// Convolutions by oneDNN: convolution.c.

/// One convolution of a map, whose channels lie side by side (NHWC), as oneDNN is told of it.
///
/// Rows of padding are rows of zeros in memory, so that any band of rows is a map of its own; columns of padding
/// are not in memory.
typedef struct {
    /// Channels in and out; of a depthwise one both are the same.
    long inputs, outputs;
    /// Rows and columns in.
    long rows, columns;
    /// The side of the square kernel, and its step.
    long kernel, stride;
    /// Columns of zeros beside the map.
    long left, right;
    /// Whether each channel has a kernel of its own.
    int is_depthwise;
    /// Whether results are kept in 0…6 (ReLU6); bytes are kept in their range by themselves.
    int is_clipped;
    /// Whether results are added to what is there.
    int is_adding;
    dnnl_data_type_t source, weights, destination;
} elbod_convolution;

/// Whether the bias of bytes is in units of the results, as of oneDNN 3, and not of the sums before they are scaled.
extern const int elbod_bias_is_of_results;

/// An executable primitive of it. `*weights` is made if it is NULL, and must then be filled by
/// `elbod_convolution_pack`; otherwise it belongs to the same convolution of another number of rows.
///
/// `scales` are what sums of bytes are multiplied with, one for each output, NULL for floats; they stay where they are.
/// `*factors` is made of them where oneDNN wants them at each run, and stays NULL elsewhere.
dnnl_status_t elbod_convolution_create(
    dnnl_primitive_t *primitive, dnnl_memory_t *source, dnnl_memory_t *weights, dnnl_memory_t *bias,
    dnnl_memory_t *destination, dnnl_memory_t *scratch, dnnl_memory_t *factors, dnnl_engine_t engine,
    const elbod_convolution *shape, const float *scales);

/// Puts weights of `(outputs, inputs, kernel, kernel)`, or of `(outputs, kernel, kernel)` if depthwise, floats or
/// signed bytes as `type` says, into the packed memory, converting them.
dnnl_status_t elbod_convolution_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, const elbod_convolution *shape, dnnl_data_type_t type,
    const void *plain, dnnl_memory_t weights);

/// Runs it from one map into another.
dnnl_status_t elbod_convolution_execute(
    dnnl_primitive_t primitive, dnnl_stream_t stream, dnnl_memory_t source, dnnl_memory_t weights,
    dnnl_memory_t bias, dnnl_memory_t destination, dnnl_memory_t scratch, dnnl_memory_t factors, const void *from,
    const float *offset, void *to);

// Loops over pictures and maps of features: features.c. A kind of numbers is 0 for floats, 1 for bfloat16, 2 for bytes
// from 0, 3 for signed bytes.

/// Pixels as (x − 127) / 128; as signed bytes in steps of 1 / 128, where 255 is kept at 127 steps.
void elbod_picture(int level, const uint8_t *pixels, long count, int kind, void *numbers);

/// So many times the numbers from one on.
typedef struct {
    long offset;
    float weight;
} elbod_share;

/// The sum of `base`, where there is any, and of shares of x: `sums` may be `base`.
void elbod_combine(
    int level, const void *x, int kind, const elbod_share *shares, long parts, const float *base, long count,
    float *sums);

/// |x| where it is larger than what is in `most`.
void elbod_add_magnitudes(int level, const float *x, long count, float *most);

/// max(x, 0), as floats or as bfloat16.
void elbod_rectify(int level, const float *x, long count, float *y, uint16_t *narrow);

/// x·scale + shift, as floats or, of what is in [0, 1], as bytes.
void elbod_standardize(
    int level, const float *x, const float *scale, const float *shift, long count, float *floats, uint8_t *bytes);
