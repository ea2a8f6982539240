#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

/// The file, where in it libtiff is, and what it complained of first.
struct source {
    const uint8_t *bytes;
    uint64_t count;
    uint64_t place;
    char *message;
    int has_failed;
};

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t count) {
    struct source *source = (struct source *)handle;
    const uint64_t left = source->place < source->count ? source->count - source->place : 0;
    const uint64_t taken = count < 0 ? 0 : (uint64_t)count < left ? (uint64_t)count : left;
    if (taken > 0) memcpy(target, source->bytes + source->place, (size_t)taken);
    source->place += taken;
    return (tmsize_t)taken;
}

static tmsize_t write_nothing(thandle_t handle, void *bytes, tmsize_t count) {
    (void)handle;
    (void)bytes;
    (void)count;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    struct source *source = (struct source *)handle;
    const uint64_t base =
        whence == SEEK_CUR ? source->place : whence == SEEK_END ? source->count : 0;
    source->place = base + offset;
    return source->place;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size(thandle_t handle) { return ((struct source *)handle)->count; }

static int map(thandle_t handle, void **base, toff_t *count) {
    const struct source *source = (struct source *)handle;
    // Opened for reading alone, so that nothing is written through this.
    *base = (void *)(uintptr_t)source->bytes;
    *count = source->count;
    return 1;
}

static void unmap_nothing(thandle_t handle, void *base, toff_t count) {
    (void)handle;
    (void)base;
    (void)count;
}

static int note_error(TIFF *tiff, void *context, const char *module, const char *format,
                      va_list arguments) {
    (void)tiff;
    (void)module;
    struct source *source = context;
    if (!source->has_failed) vsnprintf(source->message, PICTURE_MESSAGE_SIZE, format, arguments);
    source->has_failed = 1;
    return 1;
}

static int pass_over(TIFF *tiff, void *context, const char *module, const char *format,
                     va_list arguments) {
    (void)tiff;
    (void)context;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

/// Opens the first page; `limit` bounds each piece of memory that libtiff asks for.
static TIFF *open_file(struct source *source, tmsize_t limit) {
    say(source->message, "libtiff cannot open it");
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, limit);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, source);
    TIFFOpenOptionsSetWarningHandlerExtR(options, pass_over, NULL);
    TIFF *tiff = TIFFClientOpenExt("picture", "r", source, read_bytes, write_nothing, seek,
                                   close_nothing, size, map, unmap_nothing, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

/// How the samples of a page lie.
struct layout {
    uint32_t rows, columns;
    uint16_t bits, samples, meaning, planes, orientation;
    /// Which sample is opacity, 0 for none, and whether it is multiplied into the others already.
    int opacity, is_associated;
};

/// The layout of a page that can be read; 0 with a message otherwise.
static int describe(TIFF *tiff, struct layout *layout, char *message) {
    uint16_t format = SAMPLEFORMAT_UINT, compression = COMPRESSION_NONE, extras = 0;
    const uint16_t *kinds = NULL;
    *layout = (struct layout){0};
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout->rows);
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout->columns);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planes);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &layout->orientation);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->meaning)) {
        say(message, "it does not say what its samples mean");
        return 0;
    }
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
        say(message, "its samples are not unsigned integers; save it with 8 or 16 bits a sample");
        return 0;
    }
    switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_PACKBITS:
    case COMPRESSION_LZW:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_JPEG: break;
    default:
        say(message, "it is compressed by method %d; save it with LZW, Deflate or none",
            compression);
        return 0;
    }
    switch (layout->meaning) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_PALETTE:
    case PHOTOMETRIC_YCBCR: break;
    default:
        say(message, "its colours are of kind %d; save it as grey or red, green and blue",
            layout->meaning);
        return 0;
    }
    const int colors = layout->meaning == PHOTOMETRIC_RGB ? 3 : 1;
    if (extras > 0 && kinds && layout->samples == colors + extras) {
        layout->is_associated = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
        if (layout->is_associated || kinds[0] == EXTRASAMPLE_UNASSALPHA) layout->opacity = colors;
    }
    if (layout->orientation < 1 || layout->orientation > 8) layout->orientation = 1;
    return 1;
}

static int is_grey(const struct layout *layout) {
    return (layout->meaning == PHOTOMETRIC_MINISBLACK ||
            layout->meaning == PHOTOMETRIC_MINISWHITE) && !layout->opacity;
}

int picture_tiff_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                        char message[PICTURE_MESSAGE_SIZE]) {
    struct source source = {bytes, count, 0, message, 0};
    TIFF *tiff = open_file(&source, 16 << 20);
    if (!tiff) return -1;
    struct layout layout;
    const int is_known = describe(tiff, &layout, message);
    TIFFClose(tiff);
    if (!is_known) return -1;
    *header = (struct picture_header){.rows = layout.rows,
                                      .columns = layout.columns,
                                      .channels = is_grey(&layout) ? 1 : 3,
                                      .orientation = layout.orientation};
    return 0;
}

/// Turns a row of 16-bit samples into bytes, laid on black; 0 if one is beyond `maximum`.
static int convert(const uint16_t *samples, const struct layout *layout, int64_t columns,
                   int channels, uint32_t maximum, uint8_t *pixels) {
    for (int64_t column = 0; column < columns; column++) {
        const uint16_t *pixel = samples + column * layout->samples;
        const uint64_t opacity =
            layout->opacity && !layout->is_associated ? pixel[layout->opacity] : 65535;
        for (int channel = 0; channel < channels; channel++) {
            uint32_t sample = pixel[layout->meaning == PHOTOMETRIC_RGB ? channel : 0];
            if (sample > maximum) return 0;
            if (layout->meaning == PHOTOMETRIC_MINISWHITE) sample = maximum - sample;
            const uint64_t whole = (uint64_t)maximum * 65535;
            *pixels++ = (uint8_t)(((uint64_t)sample * 255 * opacity + whole / 2) / whole);
        }
    }
    return 1;
}

/// What libtiff and we may take at once for a page, twice what its widest samples are.
static tmsize_t limit(int64_t rows, int64_t columns) {
    return (tmsize_t)rows * columns * 16 + (1 << 20);
}

/// Puts samples of one plane, or of all if they lie together, where they belong in the page.
static void put(const uint16_t *from, int64_t count, int together, uint16_t *to, int apart) {
    for (int64_t index = 0; index < count; index++)
        for (int sample = 0; sample < together; sample++)
            to[index * apart + sample] = from[index * together + sample];
}

/// Reads one plane of 16-bit samples, in tiles or strips; 0 if that fails.
static int read_plane(TIFF *tiff, const struct layout *layout, uint16_t plane, int together,
                      uint16_t *page) {
    const int is_tiled = TIFFIsTiled(tiff);
    uint32_t height = 1, width = layout->columns;
    if (is_tiled) {
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    }
    const tmsize_t size = is_tiled ? TIFFTileSize(tiff) : TIFFScanlineSize(tiff);
    const tmsize_t most = limit(layout->rows, layout->columns);
    if (height < 1 || width < 1 || size < 1 || size > most ||
        (uint64_t)size / 2 / (uint64_t)together / width != height)
        return 0;
    uint16_t *piece = malloc((size_t)size);
    int is_read = piece != NULL;
    for (uint64_t row = 0; row < layout->rows && is_read; row += height) {
        for (uint64_t column = 0; column < layout->columns && is_read; column += width) {
            is_read = is_tiled ? TIFFReadTile(tiff, piece, (uint32_t)column, (uint32_t)row, 0,
                                              plane) > 0
                               : TIFFReadScanline(tiff, piece, (uint32_t)row, plane) == 1;
            const uint64_t across = layout->columns - column;
            for (uint64_t line = 0; line < height && row + line < layout->rows && is_read; line++)
                put(piece + line * width * (uint64_t)together,
                    (int64_t)(across < width ? across : width), together,
                    page + ((row + line) * layout->columns + column) * layout->samples + plane,
                    layout->samples);
        }
    }
    free(piece);
    return is_read;
}

/// Turns rows of 16-bit samples into bytes; 0 with a message if one is beyond the depth.
static int convert_rows(const uint16_t *samples, const struct layout *layout,
                        const struct picture_request *request, int64_t rows, uint8_t *pixels,
                        char *message) {
    const uint32_t maximum = request->maximum > 0 ? (uint32_t)request->maximum : 65535;
    for (int64_t row = 0; row < rows; row++) {
        if (convert(samples, layout, request->columns, request->channels, maximum, pixels)) {
            samples += request->columns * layout->samples;
            pixels += request->columns * request->channels;
            continue;
        }
        say(message, "it has values beyond the depth that the preprocessing says");
        return 0;
    }
    return 1;
}

/// Reads 16-bit samples by our own rule, since libtiff's own cuts the lower byte off: row by row
/// where they lie so, and otherwise all of them first.
static int read_deep(TIFF *tiff, const struct layout *layout,
                     const struct picture_request *request, uint8_t *pixels, char *message) {
    const int is_split = layout->planes == PLANARCONFIG_SEPARATE;
    if (layout->samples < (layout->meaning == PHOTOMETRIC_RGB ? 3 : 1) || layout->samples > 4) {
        say(message, "it has %d samples a pixel", layout->samples);
        return 0;
    }
    const int is_whole = is_split || TIFFIsTiled(tiff);
    const size_t line = (size_t)request->columns * layout->samples;
    if (!is_whole && TIFFScanlineSize(tiff) != (tmsize_t)(line * 2)) return 0;
    uint16_t *page = calloc((is_whole ? (size_t)request->rows : 1) * line, sizeof *page);
    const size_t stride = (size_t)request->columns * (size_t)request->channels;
    say(message, "it ends before all of its pixels are there");
    int is_read = page != NULL;
    for (int plane = 0; is_whole && plane < (is_split ? layout->samples : 1) && is_read; plane++)
        is_read = read_plane(tiff, layout, (uint16_t)plane, is_split ? 1 : layout->samples, page);
    if (is_whole && is_read)
        is_read = convert_rows(page, layout, request, request->rows, pixels, message);
    for (int64_t row = 0; !is_whole && row < request->rows && is_read; row++)
        is_read = TIFFReadScanline(tiff, page, (uint32_t)row, 0) == 1 &&
                  convert_rows(page, layout, request, 1, pixels + (size_t)row * stride, message);
    free(page);
    return is_read;
}

/// Reads all other kinds through libtiff's own conversion, rows as they are stored: as many at once
/// as lie together, since what is compressed together is decoded together.
static int read_shallow(TIFF *tiff, const struct layout *layout,
                        const struct picture_request *request, uint8_t *pixels, char *message) {
    TIFFRGBAImage image;
    char text[1024];
    if (!TIFFRGBAImageOK(tiff, text) || !TIFFRGBAImageBegin(&image, tiff, 1, text)) {
        say(message, "%.200s", text);
        return 0;
    }
    image.req_orientation = layout->orientation;
    uint32_t band = layout->rows;
    TIFFGetFieldDefaulted(tiff, TIFFIsTiled(tiff) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP,
                          &band);
    if (band < 1 || band > layout->rows) band = layout->rows;
    uint32_t *raster = malloc((size_t)band * layout->columns * sizeof *raster);
    int is_read = raster != NULL;
    for (uint64_t row = 0; row < layout->rows && is_read; row += band) {
        const uint64_t left = layout->rows - row;
        const uint32_t rows = left < band ? (uint32_t)left : band;
        image.row_offset = (int)row;
        image.col_offset = 0;
        is_read = TIFFRGBAImageGet(&image, raster, layout->columns, rows);
        for (size_t index = 0; index < (size_t)rows * layout->columns && is_read; index++) {
            *pixels++ = TIFFGetR(raster[index]);
            if (request->channels == 1) continue;
            *pixels++ = TIFFGetG(raster[index]);
            *pixels++ = TIFFGetB(raster[index]);
        }
    }
    free(raster);
    TIFFRGBAImageEnd(&image);
    return is_read;
}

int picture_tiff_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                        uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]) {
    struct source source = {bytes, count, 0, message, 0};
    TIFF *tiff = open_file(&source, limit(request->rows, request->columns));
    if (!tiff) return -1;
    struct layout layout;
    int is_read = describe(tiff, &layout, message);
    if (is_read && (layout.rows != request->rows || layout.columns != request->columns ||
                    (is_grey(&layout) ? 1 : 3) != request->channels)) {
        say(message, "its size is not the one in its header");
        is_read = 0;
    }
    // What libtiff complained of before, in tags that are of no use here, is no loss of pixels.
    source.has_failed = 0;
    if (is_read) {
        is_read = layout.bits == 16 && layout.meaning != PHOTOMETRIC_PALETTE &&
                          layout.meaning != PHOTOMETRIC_YCBCR
                      ? read_deep(tiff, &layout, request, pixels, message)
                      : read_shallow(tiff, &layout, request, pixels, message);
    }
    TIFFClose(tiff);
    // Rows that cannot be read are an error even where libtiff goes on with those it has.
    return is_read && !source.has_failed ? 0 : -1;
}
