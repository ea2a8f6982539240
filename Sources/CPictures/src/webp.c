#include "support.h"

#include <webp/decode.h>

/// What a status says, as the beginning of a sentence.
static const char *words(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA: return "it ends before all of its pixels are there";
    case VP8_STATUS_OUT_OF_MEMORY: return "there is no memory for its pixels";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses what libwebp does not know";
    default: return "its bytes are damaged";
    }
}

int picture_webp_header(const uint8_t *bytes, size_t count, struct picture_header *header,
                        char message[PICTURE_MESSAGE_SIZE]) {
    WebPBitstreamFeatures features;
    const VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
    if (status != VP8_STATUS_OK) {
        say(message, "%s", words(status));
        return -1;
    }
    if (features.has_animation) {
        say(message, "it is animated; save one of its pictures");
        return -1;
    }
    *header = (struct picture_header){.rows = features.height,
                                      .columns = features.width,
                                      .channels = features.has_alpha ? 4 : 3,
                                      .orientation = 1};
    return 0;
}

int picture_webp_pixels(const uint8_t *bytes, size_t count, const struct picture_request *request,
                        uint8_t *pixels, char message[PICTURE_MESSAGE_SIZE]) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        say(message, "libwebp is of another version than elbod was built with");
        return -1;
    }
    VP8StatusCode status = WebPGetFeatures(bytes, count, &config.input);
    if (status == VP8_STATUS_OK && (config.input.height != request->rows ||
                                    config.input.width != request->columns)) {
        say(message, "its size is not the one in its header");
        return -1;
    }
    const size_t stride = (size_t)request->columns * (size_t)request->channels;
    config.output.colorspace = request->channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * (size_t)request->rows;
    if (status == VP8_STATUS_OK) status = WebPDecode(bytes, count, &config);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_OK) return 0;
    say(message, "%s", words(status));
    return -1;
}
