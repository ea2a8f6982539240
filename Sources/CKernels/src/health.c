// What shows from an image's pixels whether a camera sees: one pass over bytes, in whole numbers, so that equal
// images give equal numbers on every processor.
#include "kernels.h"
#include "vectors.h"

typedef int16_t elbod_s32 __attribute__((ext_vector_type(32)));
typedef int16_t elbod_s16 __attribute__((ext_vector_type(16)));
typedef uint8_t elbod_b32 __attribute__((ext_vector_type(32)));
typedef int64_t elbod_i64 __attribute__((ext_vector_type(16)));

/// Additions of at most 1,020 that sixteen bits hold.
enum { elbod_additions = 32 };
/// Levels of grey within which Immerkær's operator finds a place smooth.
enum { elbod_smooth = 8 };

static const elbod_s32 elbod_lanes = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                      16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

ELBOD_INLINE elbod_s32 elbod_load_32(const int16_t *address) {
    elbod_s32 x;
    memcpy(&x, address, sizeof x);
    return x;
}

/// x where there are columns, and `other` beyond them.
ELBOD_INLINE elbod_s32 elbod_before(elbod_s32 x, long left, int16_t other) {
    return left >= 32 ? x : elbod_lanes < (int16_t)(left < 0 ? 0 : left) ? x : (elbod_s32)(other);
}

ELBOD_INLINE int64_t elbod_total(elbod_i16 sums) {
    return __builtin_reduce_add(__builtin_convertvector(sums, elbod_i64));
}

ELBOD_INLINE elbod_i16 elbod_wide(elbod_s32 sums) {
    return __builtin_convertvector(sums.lo, elbod_i16) + __builtin_convertvector(sums.hi, elbod_i16);
}

/// Σ of squares of neighbouring lanes, which are at most 255.
ELBOD_INLINE elbod_i16 elbod_pair_squares(elbod_s32 v) {
    elbod_s32 products = v * v;
    elbod_u16 pairs;
    memcpy(&pairs, &products, sizeof pairs);
    return __builtin_convertvector((pairs & 0xffff) + (pairs >> 16), elbod_i16);
}

/// Thirty-two places of a row, those one further on, and second differences around these.
typedef struct { elbod_s32 first, second, bend; } elbod_line;

ELBOD_INLINE elbod_line elbod_read_line(const int16_t *address) {
    elbod_line line = {elbod_load_32(address), elbod_load_32(address + 1), elbod_load_32(address + 2)};
    line.bend += line.first - 2 * line.second;
    return line;
}

/// The image as 16-bit numbers in rows of `stride`, with zeros beyond the columns.
ELBOD_INLINE void elbod_spread(
    const uint8_t *bytes, const float *floats, long rows, long columns, long stride, int16_t *image) {
    for (long row = 0; row < rows; row++) {
        int16_t *line = image + row * stride;
        if (bytes) {
            long start = row * columns;
            for (long at = 0; at < stride; at += 32) {
                long left = columns - at;
                elbod_b32 x = 0;
                if (start + at + 32 <= rows * columns) {
                    memcpy(&x, bytes + start + at, 32);
                } else if (left > 0) {
                    memcpy(&x, bytes + start + at, left < 32 ? left : 32);
                }
                elbod_s32 wide = elbod_before(__builtin_convertvector(x, elbod_s32), left, 0);
                memcpy(line + at, &wide, sizeof wide);
            }
        } else {
            memset(line, 0, 2 * stride);
            ELBOD_EACH(columns, {
                elbod_f16 x = elbod_some(floats + row * columns + at, lanes) * 255.0f + 0.5f;
                x = elbod_between(x, 0.0f, 255.0f);
                elbod_s16 numbers = __builtin_convertvector(__builtin_convertvector(x, elbod_i16), elbod_s16);
                memcpy(line + at, &numbers, 2 * lanes);
            });
        }
    }
}

/// The smallest box around all edges, which are steps of more than a quarter of the image's range.
ELBOD_INLINE void elbod_edges(
    const int16_t *image, long rows, long columns, long stride, int range, long *height, long *width) {
    long top = rows, bottom = -1, left = columns, right = -1;
    elbod_s32 limit = (int16_t)(range / 4);
    for (long at = 0; at < columns; at += 32) {
        elbod_s32 pillars = 0, below = elbod_load_32(image + at);
        for (long row = 0; row + 1 < rows; row++) {
            const int16_t *line = image + row * stride + at;
            elbod_s32 v = below;
            below = elbod_load_32(line + stride);
            elbod_s32 across = __builtin_elementwise_abs(elbod_load_32(line + 1) - v);
            elbod_s32 down = __builtin_elementwise_abs(below - v);
            elbod_s32 hits = elbod_before(across > limit, columns - at - 1, 0);
            hits |= elbod_before(down > limit, columns - at, 0);
            pillars |= hits;
            if (__builtin_reduce_or(hits)) {
                top = row < top ? row : top;
                bottom = row + 1 > bottom ? row + 1 : bottom;
            }
        }
        for (long lane = 0; lane < 32 && at + lane < columns; lane++) {
            if (!pillars[lane]) continue;
            left = at + lane < left ? at + lane : left;
            right = at + lane + 1 > right ? at + lane + 1 : right;
        }
    }
    right = right < columns ? right : columns - 1;
    *height = bottom < 0 ? 0 : bottom - top + 1;
    *width = right < 0 ? 0 : right - left + 1;
}

ELBOD_INLINE elbod_health elbod_measure_health_any(
    const uint8_t *bytes, const float *floats, long rows, long columns, long stride, int16_t *image) {
    elbod_spread(bytes, floats, rows, columns, stride, image);
    elbod_i16 sum = 0, squares = 0, white = 0, steps = 0, bends = 0, smooth = 0;
    elbod_s32 high = 0, low = 255;
    for (long at = 0; at < columns; at += 32) {
        long left = columns - at;
        elbod_line line = elbod_read_line(image + at), above = line;
        for (long first = 0; first < rows; first += elbod_additions) {
            long end = first + elbod_additions < rows ? first + elbod_additions : rows;
            elbod_s32 sums = 0, whites = 0, step = 0, bend = 0, flat = 0;
            for (long row = first; row < end; row++) {
                elbod_s32 v = line.first;
                sums += v;
                high = __builtin_elementwise_max(high, v);
                low = __builtin_elementwise_min(low, elbod_before(v, left, 255));
                whites -= v >= (int16_t)250;
                squares += elbod_pair_squares(v);
                step += elbod_before(__builtin_elementwise_abs(line.second - v), left - 1, 0);
                if (row + 1 == rows) continue;
                elbod_line below = elbod_read_line(image + (row + 1) * stride + at);
                step += __builtin_elementwise_abs(below.first - v);
                if (row > 0) {
                    elbod_s32 bent = line.bend + above.second - 2 * line.second + below.second;
                    bend += elbod_before(__builtin_elementwise_abs(bent), left - 2, 0);
                    elbod_s32 noise = __builtin_elementwise_abs(above.bend - 2 * line.bend + below.bend);
                    flat -= elbod_before(noise <= (int16_t)elbod_smooth, left - 2, 0);
                }
                above = line;
                line = below;
            }
            sum += elbod_wide(sums);
            white += elbod_wide(whites);
            steps += elbod_wide(step);
            bends += elbod_wide(bend);
            smooth += elbod_wide(flat);
        }
    }
    elbod_health found = {
        .sum = elbod_total(sum), .squares = elbod_total(squares), .white = elbod_total(white),
        .steps = elbod_total(steps), .bends = elbod_total(bends), .smooth = elbod_total(smooth),
        .peak = __builtin_reduce_max(high)};
    elbod_edges(
        image, rows, columns, stride, found.peak - __builtin_reduce_min(low), &found.height, &found.width);
    return found;
}

ELBOD_COPIES(
    elbod_health, elbod_measure_health,
    (const uint8_t *bytes, const float *floats, long rows, long columns, long stride, int16_t *image),
    (bytes, floats, rows, columns, stride, image))
