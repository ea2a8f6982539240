#include "support.h"

#include <setjmp.h>
#include <string.h>
// jpeglib.h needs stdio.h before it.
#include <jerror.h>
#include <jpeglib.h>

/// The most scans of a picture: each costs the time of the whole picture however few its bytes
/// are, and encoders make about ten.
enum { SCAN_LIMIT = 32 };

/// What libjpeg may take for coefficients, which it keeps of progressive pictures alone.
enum { COEFFICIENT_BYTES = 512 << 20 };

/// A decoder whose errors jump back to where it was started from.
struct decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf failure;
    char *message;
    /// Whether the file ended before its end marker.
    int has_ended_early;
};

static _Noreturn void fail(j_common_ptr jpeg) {
    struct decoder *decoder = (struct decoder *)jpeg->client_data;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    say(decoder->message, "%s", text);
    longjmp(decoder->failure, 1);
}

/// Warnings of libjpeg's that leave every pixel what its encoder made it are passed over, as every
/// reader of pictures does; after all others pixels are made up, which is an error here.
static void judge(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    struct decoder *decoder = (struct decoder *)jpeg->client_data;
    switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF: decoder->has_ended_early = 1; return;
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_BOGUS_ICC: return;
    default: fail(jpeg);
    }
}

/// Jumps if a picture of several scans has too many: those after the one that begins here are found
/// by their markers, before any is decoded.
static void limit_scans(struct decoder *decoder) {
    if (!jpeg_has_multiple_scans(&decoder->jpeg)) return;
    const uint8_t *place = decoder->jpeg.src->next_input_byte;
    const uint8_t *end = place + decoder->jpeg.src->bytes_in_buffer;
    int scans = 1;
    while (end - place > 1 && (place = memchr(place, 0xff, (size_t)(end - place) - 1)))
        scans += *++place == 0xda;
    if (scans <= SCAN_LIMIT) return;
    say(decoder->message, "it has more than %d scans", SCAN_LIMIT);
    longjmp(decoder->failure, 1);
}

/// Makes a decoder and reads the header; errors jump.
static void open_file(struct decoder *decoder, const uint8_t *bytes, size_t count) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = decoder;
    jpeg->mem->max_memory_to_use = COEFFICIENT_BYTES;
    jpeg_mem_src(jpeg, bytes, count);
    jpeg_read_header(jpeg, TRUE);
}

static void prepare(struct decoder *decoder, char *message) {
    *decoder = (struct decoder){.message = message};
    decoder->jpeg.err = jpeg_std_error(&decoder->errors);
    decoder->jpeg.client_data = decoder;
    decoder->errors.error_exit = fail;
    decoder->errors.emit_message = judge;
}

/// 1 for grey, 3 for colour, 0 with a message for what is neither.
static int channels(const struct decoder *decoder) {
    switch (decoder->jpeg.jpeg_color_space) {
    case JCS_GRAYSCALE: return 1;
    case JCS_YCbCr:
    case JCS_RGB: return 3;
    case JCS_CMYK:
    case JCS_YCCK:
        say(decoder->message,
            "it holds cyan, magenta, yellow and black, for printing; save it as red, green and blue");
        return 0;
    default:
        say(decoder->message, "its %d channels are of no known meaning",
            decoder->jpeg.num_components);
        return 0;
    }
}

int picture_jpeg_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                        char message[PICTURE_MESSAGE_SIZE]) {
    struct decoder decoder;
    prepare(&decoder, message);
    if (setjmp(decoder.failure)) {
        jpeg_destroy_decompress(&decoder.jpeg);
        return -1;
    }
    open_file(&decoder, bytes, count);
    *header = (struct picture_header){.rows = decoder.jpeg.image_height,
                                      .columns = decoder.jpeg.image_width,
                                      .channels = channels(&decoder),
                                      .orientation = 1};
    jpeg_destroy_decompress(&decoder.jpeg);
    return header->channels > 0 ? 0 : -1;
}

/// Whether something is missing once all of the file is read, which libjpeg does not warn of.
static int is_incomplete(const struct decoder *decoder) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    for (int index = 0; index < jpeg->num_components; index++) {
        // libjpeg notes a component's table when the first of its scans begins.
        if (!jpeg->comp_info[index].quant_table) return 1;
        if (!jpeg->progressive_mode || !jpeg->coef_bits) continue;
        if (jpeg->coef_bits[index][0] < 0) return 1;
        // A coarse picture with an end marker is what its encoder meant; without one it was cut.
        for (int place = 0; place < DCTSIZE2 && decoder->has_ended_early; place++)
            if (jpeg->coef_bits[index][place] != 0) return 1;
    }
    return 0;
}

int picture_jpeg_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                        uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]) {
    struct decoder decoder;
    struct jpeg_decompress_struct *jpeg = &decoder.jpeg;
    prepare(&decoder, message);
    if (setjmp(decoder.failure)) {
        jpeg_destroy_decompress(jpeg);
        return -1;
    }
    open_file(&decoder, bytes, count);
    jpeg->out_color_space = request->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->scale_num = 1;
    jpeg->scale_denom = (unsigned)request->reduction;
    jpeg_calc_output_dimensions(jpeg);
    if (!channels(&decoder) || jpeg->output_height != request->rows ||
        jpeg->output_width != request->columns || jpeg->output_components != request->channels) {
        say(message, "its size is not the one in its header");
        jpeg_destroy_decompress(jpeg);
        return -1;
    }
    limit_scans(&decoder);
    jpeg_start_decompress(jpeg);
    const size_t stride = (size_t)request->columns * (size_t)request->channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = pixels + stride * jpeg->output_scanline;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    const int incomplete = is_incomplete(&decoder);
    if (incomplete) say(message, "it ends before all of its pixels are there");
    jpeg_destroy_decompress(jpeg);
    return incomplete ? -1 : 0;
}
