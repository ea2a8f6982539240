// Loops over the pixels of a picture that becomes smaller or larger, without the checks of bounds that Swift would make
// of each: a camera sends millions of them. All in integers, so the same on every machine.
#ifndef RESAMPLING_H
#define RESAMPLING_H

#include <stdint.h>

/// Adds the pixels of a row, times its weight, to sums of their columns.
///
/// Weights of a new pixel sum to at most 2^16, so sums stay below 2^24.
void picture_add_row(const uint8_t *pixels, long columns, uint32_t weight, uint32_t *sums);

/// Writes the pixels of a new row: each is the sum over its taps `starts[i]` to `starts[i + 1]` of a column's sum times a
/// weight, divided by `whole`, and rounded, a half upwards.
void picture_join_columns(const uint32_t *sums, const long *sources, const long *weights, const long *starts,
                          long columns, long whole, uint8_t *pixels);

/// Takes one number of each pixel of a row: that at `offset` of `channels` numbers, times the fourth, opacity, if there
/// are four.
void picture_take_channel(const uint8_t *row, long columns, int channels, int offset, uint8_t *numbers);

/// Takes the brightness of each pixel of a row of three or four channels: Rec. 601, where `first` and `third` are
/// thousandths of the first and the third number; times opacity, rounded once.
void picture_take_brightness(const uint8_t *row, long columns, int channels, uint32_t first, uint32_t third,
                             uint8_t *numbers);

#endif
