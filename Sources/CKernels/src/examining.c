// Loops over one image that is looked at more closely: its reconstruction, where the two differ, and what the
// pixels alone tell.
#include "kernels.h"
#include "vectors.h"

#include <math.h>

/// s = logistic(a) of logits a: floats, or integers times `scale` plus `bias`.
ELBOD_INLINE void elbod_reconstruct_any(
    const float *logits, const int32_t *whole, const float *scale, const float *bias, long count, float *s) {
    ELBOD_EACH(count, {
        elbod_f16 a = elbod_outputs(logits, whole, scale, bias, at, lanes);
        elbod_put(s + at, 1.0f / (1.0f + elbod_exp(-a)), lanes);
    });
}

/// Numbers, or integers times `scale` plus `bias`, as numbers.
ELBOD_INLINE void elbod_numbers_any(
    const float *numbers, const int32_t *whole, const float *scale, const float *bias, long count, float *y) {
    ELBOD_EACH(count, {
        elbod_put(y + at, elbod_outputs(numbers, whole, scale, bias, at, lanes), lanes);
    });
}

/// (a − b)·step of bytes.
ELBOD_INLINE void elbod_subtract_bytes_any(const uint8_t *a, const uint8_t *b, long count, float step, float *d) {
    ELBOD_EACH(count, {
        elbod_put(d + at, (elbod_some_bytes(a + at, lanes) - elbod_some_bytes(b + at, lanes)) * step, lanes);
    });
}

ELBOD_INLINE elbod_f16 elbod_some_bfloat16(const uint16_t *address, long lanes) {
    elbod_h16 x = 0;
    memcpy(&x, address, 2 * lanes);
    elbod_u16 bits = __builtin_convertvector(x, elbod_u16) << 16;
    elbod_f16 numbers;
    memcpy(&numbers, &bits, sizeof numbers);
    return numbers;
}

/// a − b of bfloat16.
ELBOD_INLINE void elbod_subtract_bfloat16_any(const uint16_t *a, const uint16_t *b, long count, float *d) {
    ELBOD_EACH(count, {
        elbod_put(d + at, elbod_some_bfloat16(a + at, lanes) - elbod_some_bfloat16(b + at, lanes), lanes);
    });
}

/// a − b of numbers.
ELBOD_INLINE void elbod_subtract_any(const float *a, const float *b, long count, float *d) {
    ELBOD_EACH(count, { elbod_put(d + at, elbod_some(a + at, lanes) - elbod_some(b + at, lanes), lanes); });
}

/// Σ x².
ELBOD_INLINE float elbod_sum_of_squares_any(const float *x, long count) {
    elbod_f16 sum = 0.0f;
    ELBOD_EACH(count, {
        elbod_f16 v = elbod_some(x + at, lanes);
        sum += v * v;
    });
    return elbod_sum(sum);
}

ELBOD_INLINE float elbod_largest(elbod_f16 numbers) {
    float largest = numbers[0];
    for (int lane = 1; lane < 16; lane++) largest = numbers[lane] > largest ? numbers[lane] : largest;
    return largest;
}

// Rows of images are padded to a whole number of vectors here, with as much again behind the last, so that every
// load is a whole one; what lies beyond a row is masked.

static const elbod_i16 elbod_places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// Sixteen numbers at an address.
ELBOD_INLINE elbod_f16 elbod_load(const float *address) {
    elbod_f16 x;
    memcpy(&x, address, sizeof x);
    return x;
}

ELBOD_INLINE void elbod_store(float *address, elbod_f16 x) { memcpy(address, &x, sizeof x); }

/// x where there are columns, and `other` beyond them.
ELBOD_INLINE elbod_f16 elbod_within(elbod_f16 x, long at, long columns, float other) {
    return elbod_places + (int32_t)at < (int32_t)columns ? x : (elbod_f16)(other);
}

/// The largest sum over `side` × `side` neighbouring places of an image, or over all of a smaller one. `sums` is
/// room for one row.
ELBOD_INLINE float elbod_worst_patch(
    const float *image, long rows, long columns, long stride, long side, float *sums) {
    long high = rows < side ? rows : side;
    long wide = columns < side ? columns : side;
    elbod_f16 worst = 0.0f;
    for (long top = 0; top + high <= rows; top++) {
        const float *first = image + top * stride;
        for (long at = 0; at < stride; at += 16) {
            elbod_f16 sum = elbod_load(first + at);
            for (long row = 1; row < high; row++) sum += elbod_load(first + row * stride + at);
            elbod_store(sums + at, sum);
        }
        for (long at = 0; at < columns - wide + 1; at += 16) {
            elbod_f16 sum = elbod_load(sums + at);
            for (long column = 1; column < wide; column++) sum += elbod_load(sums + at + column);
            worst = __builtin_elementwise_max(worst, elbod_within(sum, at, columns - wide + 1, 0.0f));
        }
    }
    return elbod_largest(worst);
}

/// Copies an image into padded rows.
ELBOD_INLINE void elbod_pad(const float *flat, long rows, long columns, long stride, float *padded) {
    for (long row = 0; row < rows; row++) memcpy(padded + row * stride, flat + row * columns, 4 * columns);
}

ELBOD_INLINE elbod_differences elbod_difference_any(
    const float *x, const float *flat, long rows, long columns, long stride, long side, float *room) {
    elbod_f16 brighter = 0.0f, darker = 0.0f, residual = 0.0f;
    float *squares = room;
    elbod_pad(flat, rows, columns, stride, squares);
    for (long row = 0; row < rows; row++) {
        for (long at = 0; at < columns; at += 16) {
            float *place = squares + row * stride + at;
            elbod_f16 mean = elbod_load(place);
            elbod_f16 d = elbod_within(elbod_load(x + row * stride + at) - mean, at, columns, 0.0f);
            elbod_f16 square = d * d;
            brighter += d > 0.0f ? square : (elbod_f16)(0.0f);
            darker += d > 0.0f ? (elbod_f16)(0.0f) : square;
            residual += square / (mean * (1.0f - mean) + 0.02f);
            elbod_store(place, square);
        }
    }
    elbod_differences result = {
        elbod_sum(brighter), elbod_sum(darker), elbod_sum(residual),
        elbod_worst_patch(squares, rows, columns, stride, side, squares + (rows + 1) * stride)};
    return result;
}

/// The largest (m − s)² / (m + 1), where a line's sum s is below m, the smaller of its neighbours' sums.
ELBOD_INLINE float elbod_gap(const float *sums, long count) {
    float worst = 0;
    for (long line = 1; line + 1 < count; line++) {
        float beside = sums[line - 1] < sums[line + 1] ? sums[line - 1] : sums[line + 1];
        float missing = beside - sums[line];
        float gap = missing > 0 ? missing * missing / (beside + 1) : 0;
        worst = gap > worst ? gap : worst;
    }
    return worst;
}

ELBOD_INLINE elbod_statistics elbod_examine_any(
    const float *x, long rows, long columns, long stride, float *room) {
    elbod_f16 squares = 0.0f, across = 0.0f, down = 0.0f, rough = 0.0f, ripple = 0.0f, spike = 0.0f;
    elbod_f16 low = 0.0f, high = 0.0f, peak = 0.0f;
    float *pillars = room;
    float *lines = room + stride;
    memset(pillars, 0, 4 * stride);
    float border = 0, total = 0;
    for (long row = 0; row < rows; row++) {
        const float *line = x + row * stride;
        elbod_f16 sum = 0.0f;
        for (long at = 0; at < columns; at += 16) {
            elbod_f16 v = elbod_within(elbod_load(line + at), at, columns, 0.0f);
            elbod_f16 right = elbod_load(line + at + 1);
            sum += v;
            squares += v * v;
            peak = __builtin_elementwise_max(peak, v);
            low += elbod_within(v <= 5.0f / 255.0f ? (elbod_f16)(1.0f) : (elbod_f16)(0.0f), at, columns, 0.0f);
            high += v >= 250.0f / 255.0f ? (elbod_f16)(1.0f) : (elbod_f16)(0.0f);
            across += elbod_within(__builtin_elementwise_abs(right - v), at, columns - 1, 0.0f);
            elbod_store(pillars + at, elbod_load(pillars + at) + v);
        }
        lines[row] = elbod_sum(sum);
        total += lines[row];
        border += line[0] + line[columns - 1];
        if (row == 0 || row + 1 == rows) border += lines[row];
        if (row + 1 == rows) break;
        const float *below = line + stride;
        for (long at = 0; at < columns; at += 16) {
            elbod_f16 step = elbod_load(below + at) - elbod_load(line + at);
            down += elbod_within(__builtin_elementwise_abs(step), at, columns, 0.0f);
        }
        if (row == 0) continue;
        const float *above = line - stride;
        for (long at = 0; at < columns - 2; at += 16) {
            elbod_f16 corners = elbod_load(above + at) + elbod_load(above + at + 2) + elbod_load(below + at)
                + elbod_load(below + at + 2);
            elbod_f16 sides = elbod_load(above + at + 1) + elbod_load(below + at + 1) + elbod_load(line + at)
                + elbod_load(line + at + 2);
            elbod_f16 middle = elbod_load(line + at + 1);
            elbod_f16 bend = elbod_within(__builtin_elementwise_abs(4.0f * middle - sides), at, columns - 2, 0.0f);
            ripple += bend;
            spike = __builtin_elementwise_max(spike, bend);
            elbod_f16 noise = __builtin_elementwise_abs(corners - 2.0f * sides + 4.0f * middle);
            rough += elbod_within(noise, at, columns - 2, 0.0f);
        }
    }
    float gap = elbod_gap(lines, rows), other = elbod_gap(pillars, columns);
    elbod_statistics result = {
        .sum = total, .squares = elbod_sum(squares), .across = elbod_sum(across), .down = elbod_sum(down),
        .ripple = elbod_sum(ripple), .spike = elbod_largest(spike), .rough = elbod_sum(rough),
        .black = elbod_sum(low), .white = elbod_sum(high), .peak = elbod_largest(peak), .border = border,
        .gap = gap > other ? gap : other};
    return result;
}

ELBOD_INLINE elbod_entropies elbod_measure_entropies_any(
    const float *each, long rows, long columns, long stride, long side, float *room) {
    elbod_f16 sum = 0.0f;
    for (long row = 0; row < rows; row++) {
        for (long at = 0; at < columns; at += 16) {
            sum += elbod_within(elbod_load(each + row * stride + at), at, columns, 0.0f);
        }
    }
    elbod_entropies result = {elbod_sum(sum), elbod_worst_patch(each, rows, columns, stride, side, room)};
    return result;
}

// −x·log x − (1 − x)·log(1 − x) of the bytes; made once, before there are threads.
static float elbod_byte_entropies[256];

__attribute__((constructor)) static void elbod_fill_byte_entropies(void) {
    for (int byte = 1; byte < 255; byte++) {
        double x = byte / 255.0;
        elbod_byte_entropies[byte] = (float)(-x * log(x) - (1 - x) * log1p(-x));
    }
}

elbod_entropies elbod_entropy(
    int level, const uint8_t *bytes, const float *floats, long rows, long columns, long stride, long side,
    float *room) {
    for (long row = 0; row < rows; row++) {
        float *line = room + row * stride;
        for (long column = 0; column < columns; column++) {
            long at = row * columns + column;
            if (bytes) {
                line[column] = elbod_byte_entropies[bytes[at]];
            } else {
                float x = floats[at];
                line[column] = x > 0 && x < 1 ? -x * logf(x) - (1 - x) * log1pf(-x) : 0;
            }
        }
    }
    return elbod_measure_entropies(level, room, rows, columns, stride, side, room + (rows + 1) * stride);
}

void elbod_padded(const float *flat, long rows, long columns, long stride, float *padded) {
    elbod_pad(flat, rows, columns, stride, padded);
}

ELBOD_COPIES(
    void, elbod_reconstruct,
    (const float *logits, const int32_t *whole, const float *scale, const float *bias, long count, float *s),
    (logits, whole, scale, bias, count, s))
ELBOD_COPIES(
    void, elbod_numbers,
    (const float *numbers, const int32_t *whole, const float *scale, const float *bias, long count, float *y),
    (numbers, whole, scale, bias, count, y))
ELBOD_COPIES(
    void, elbod_subtract_bytes, (const uint8_t *a, const uint8_t *b, long count, float step, float *d),
    (a, b, count, step, d))
ELBOD_COPIES(
    void, elbod_subtract_bfloat16, (const uint16_t *a, const uint16_t *b, long count, float *d), (a, b, count, d))
ELBOD_COPIES(void, elbod_subtract, (const float *a, const float *b, long count, float *d), (a, b, count, d))
ELBOD_COPIES(float, elbod_sum_of_squares, (const float *x, long count), (x, count))
ELBOD_COPIES(
    elbod_differences, elbod_difference,
    (const float *x, const float *s, long rows, long columns, long stride, long side, float *room),
    (x, s, rows, columns, stride, side, room))
ELBOD_COPIES(
    elbod_statistics, elbod_examine, (const float *x, long rows, long columns, long stride, float *room),
    (x, rows, columns, stride, room))
ELBOD_COPIES(
    elbod_entropies, elbod_measure_entropies,
    (const float *each, long rows, long columns, long stride, long side, float *room),
    (each, rows, columns, stride, side, room))
