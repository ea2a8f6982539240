#ifndef SUPPORT_H
#define SUPPORT_H

#include "pictures.h"

#include <stdio.h>

/// Writes a message, and cuts it where it does not fit.
#define say(message, ...) ((void)snprintf(message, PICTURE_MESSAGE_SIZE, __VA_ARGS__))

/// A sample in 8 bits, rounded to the nearest.
static inline uint8_t in_8_bits(uint32_t sample, uint32_t maximum) {
    return (uint8_t)((sample * 255 + maximum / 2) / maximum);
}

#endif
