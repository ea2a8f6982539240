#include "support.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

/// The file, and where in it libpng is.
struct source {
    const uint8_t *bytes;
    size_t left;
    char *message;
};

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    struct source *source = png_get_io_ptr(png);
    if (count > source->left) png_error(png, "it ends before all of its pixels are there");
    memcpy(target, source->bytes, count);
    source->bytes += count;
    source->left -= count;
}

static _Noreturn void fail(png_structp png, png_const_charp text) {
    struct source *source = png_get_error_ptr(png);
    say(source->message, "%s", text);
    png_longjmp(png, 1);
}

static void pass_over(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

/// A reader of what pixels are made of: chunks on what to do to them (gamma, profiles, background)
/// and texts are passed over unread.
static png_structp make_reader(struct source *source) {
    png_structp png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, source, fail, pass_over);
    if (!png) return NULL;
    static const png_byte passed_over[] =
        "bKGD\0cHRM\0cICP\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0mDCv\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0"
        "sRGB\0sTER\0tEXt\0tIME\0zTXt";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, passed_over,
                                (int)(sizeof passed_over / 5));
    // The caller compares the size with limits of its own.
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_read_fn(png, source, read_bytes);
    return png;
}

/// The channels that show all of a picture whose header is read.
static int channels(png_structp png, png_infop info) {
    const int type = png_get_color_type(png, info);
    if (type & PNG_COLOR_MASK_ALPHA || png_get_valid(png, info, PNG_INFO_tRNS)) return 4;
    return type & PNG_COLOR_MASK_COLOR ? 3 : 1;
}

int picture_png_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                       char message[PICTURE_MESSAGE_SIZE]) {
    struct source source = {bytes, count, message};
    say(message, "libpng has no memory");
    png_structp png = make_reader(&source);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return -1;
    }
    png_read_info(png, info);
    *header = (struct picture_header){.rows = png_get_image_height(png, info),
                                      .columns = png_get_image_width(png, info),
                                      .channels = channels(png, info),
                                      .orientation = 1};
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

/// Reads all rows, pass after pass of an interlaced picture.
static void read_rows(png_structp png, const struct picture_request *request, int passes,
                      uint8_t *rows, size_t stride) {
    for (int pass = 0; pass < passes; pass++)
        for (int64_t row = 0; row < request->rows; row++)
            png_read_row(png, rows + (size_t)row * stride, NULL);
}

int picture_png_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                       uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]) {
    struct source source = {bytes, count, message};
    say(message, "libpng has no memory");
    png_structp png = make_reader(&source);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    // Changed after setjmp, read after longjmp.
    uint8_t *volatile deep = NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        free(deep);
        png_destroy_read_struct(&png, &info, NULL);
        return -1;
    }
    png_read_info(png, info);
    const int is_deep = png_get_bit_depth(png, info) == 16 && request->maximum > 0;
    const size_t samples = (size_t)request->columns * (size_t)request->channels;
    png_set_expand(png);
    if (!is_deep) png_set_scale_16(png);
    if (request->channels > 1) png_set_gray_to_rgb(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_image_height(png, info) != request->rows ||
        png_get_image_width(png, info) != request->columns ||
        png_get_rowbytes(png, info) != samples * (is_deep ? 2 : 1))
        png_error(png, "its size is not the one in its header");
    if (!is_deep) {
        read_rows(png, request, passes, pixels, samples);
    } else {
        deep = malloc((size_t)request->rows * samples * 2);
        if (!deep) png_error(png, "there is no memory for its pixels");
        read_rows(png, request, passes, deep, 2 * samples);
        const uint32_t maximum = (uint32_t)request->maximum;
        // Opacity is the last of four channels, and of full depth whatever the camera's is.
        for (size_t index = 0; index < (size_t)request->rows * samples; index++) {
            const uint32_t sample = (uint32_t)deep[2 * index] << 8 | deep[2 * index + 1];
            const int is_opacity = request->channels == 4 && index % 4 == 3;
            if (sample > maximum && !is_opacity)
                png_error(png, "it has values beyond the depth that the preprocessing says");
            pixels[index] = in_8_bits(sample, is_opacity ? 65535 : maximum);
        }
        free(deep);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}
