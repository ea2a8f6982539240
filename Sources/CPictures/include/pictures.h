// Encoded pictures in memory to 8-bit pixels, by libjpeg, libpng, libtiff and libwebp.
//
// Each library reports what goes wrong by jumping out of it (longjmp) or through a callback, which
// Swift cannot take; that is all that is here. Nothing is kept between calls, and any thread may call.
#ifndef PICTURES_H
#define PICTURES_H

#include <stddef.h>
#include <stdint.h>

/// The room for a sentence about what went wrong, its final zero included.
enum { PICTURE_MESSAGE_SIZE = 240 };

/// What a picture says of itself before its pixels.
struct picture_header {
    int64_t rows;
    int64_t columns;
    /// Bytes a pixel that its pixels are read to: 1, 3 or 4.
    int channels;
    /// Exif's number, 1 to 8; 1 where the format does not say, or says it in Exif.
    int orientation;
};

/// Which part of a picture's values its pixels are made of.
struct picture_request {
    /// The size that the caller has made room for; another one is an error.
    int64_t rows;
    int64_t columns;
    int channels;
    /// 1, 2, 4 or 8: both sides of a JPEG are divided by it, rounded up.
    int reduction;
    /// The largest value of 16-bit samples, or 0 for 65535; a larger sample is an error.
    int maximum;
};

/// Reads the header; returns 0, or -1 with a sentence's beginning in `message`.
int picture_jpeg_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                        char message[PICTURE_MESSAGE_SIZE]);
int picture_png_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                       char message[PICTURE_MESSAGE_SIZE]);
int picture_tiff_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                        char message[PICTURE_MESSAGE_SIZE]);
int picture_webp_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                        char message[PICTURE_MESSAGE_SIZE]);

/// Reads the pixels into rows × columns × channels bytes; returns 0, or -1 with a message.
///
/// JPEG: one channel is its brightness, Rec. 601's. What is harmless in a file is passed over, and
/// a picture of which anything is missing is an error.
int picture_jpeg_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                        uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]);
int picture_png_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                       uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]);
/// Transparent pixels are laid on black.
int picture_tiff_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                        uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]);
int picture_webp_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                        uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]);

#endif
