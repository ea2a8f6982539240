#include "resampling.h"

#include <string.h>

void picture_add_row(const uint8_t *restrict pixels, long columns, uint32_t weight, uint32_t *restrict sums) {
    for (long column = 0; column < columns; column++) sums[column] += pixels[column] * weight;
}

void picture_join_columns(const uint32_t *restrict sums, const long *restrict sources,
                          const long *restrict weights, const long *restrict starts, long columns,
                          long whole, uint8_t *restrict pixels) {
    // A product in place of a division, which takes ten times as long. With sums below 2^40 and `whole` up to 2^32 the
    // half that is added keeps it further from the next integer than rounding can go, so truncation is exact.
    const double part = 1.0 / (double)whole;
    for (long column = 0; column < columns; column++) {
        long sum = whole / 2;
        for (long tap = starts[column]; tap < starts[column + 1]; tap++) sum += sums[sources[tap]] * weights[tap];
        pixels[column] = (uint8_t)(((double)sum + 0.5) * part);
    }
}

void picture_take_channel(const uint8_t *restrict row, long columns, int channels, int offset,
                          uint8_t *restrict numbers) {
    if (channels == 1) {
        memcpy(numbers, row, (size_t)columns);
    } else if (channels == 3) {
        for (long column = 0; column < columns; column++) numbers[column] = row[3 * column + offset];
    } else {
        for (long column = 0; column < columns; column++) {
            const uint8_t *pixel = row + 4 * column;
            numbers[column] = (uint8_t)((pixel[offset] * pixel[3] + 127) / 255);
        }
    }
}

void picture_take_brightness(const uint8_t *restrict row, long columns, int channels, uint32_t first, uint32_t third,
                             uint8_t *restrict numbers) {
    if (channels == 3) {
        for (long column = 0; column < columns; column++) {
            const uint8_t *pixel = row + 3 * column;
            numbers[column] = (uint8_t)((first * pixel[0] + 587 * pixel[1] + third * pixel[2] + 500) / 1000);
        }
    } else {
        for (long column = 0; column < columns; column++) {
            const uint8_t *pixel = row + 4 * column;
            const uint32_t luma = first * pixel[0] + 587 * pixel[1] + third * pixel[2];
            numbers[column] = (uint8_t)((luma * pixel[3] + 127500) / 255000);
        }
    }
}
