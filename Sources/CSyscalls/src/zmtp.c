#include "zmtp.h"

#include <stdlib.h>
#include <string.h>

// Where the greeting has its parts.
#define SIGNATURE 10
#define REVISION 10
#define MECHANISM 12
#define GREETING_2 12
#define GREETING_3 64

enum { GREETING, FLAGS, LENGTH, OLD_LENGTH, OLD_LONG_LENGTH, OLD_FLAGS, BODY };
enum { NOTHING, SUBSCRIBE, CANCEL };

static uint64_t secret = 14695981039346656037u;

void zmtp_set_secret(uint64_t value) { secret ^= value; }

void zmtp_reset_topics(struct zmtp_stream *stream) {
    free(stream->topics.places);
    stream->topics = (struct topics){0};
}

void zmtp_reset(struct zmtp_stream *stream) {
    zmtp_reset_topics(stream);
    memset(stream, 0, sizeof *stream);
}

static uint64_t *place_of(struct topics *topics, uint64_t hash) {
    uint64_t index = hash & (uint64_t)(topics->capacity - 1);
    while (topics->places[index] != 0 && topics->places[index] != hash)
        index = (index + 1) & (uint64_t)(topics->capacity - 1);
    return &topics->places[index];
}

static bool grow(struct topics *topics) {
    struct topics larger = {.capacity = topics->capacity ? 2 * topics->capacity : 16, .count = topics->count};
    larger.places = calloc((size_t)larger.capacity, sizeof *larger.places);
    if (!larger.places) return false;
    for (int index = 0; index < topics->capacity; index++)
        if (topics->places[index]) *place_of(&larger, topics->places[index]) = topics->places[index];
    free(topics->places);
    *topics = larger;
    return true;
}

// Whether a topic is new to the subscriber; libzmq keeps it once, however often it is named.
static bool add(struct topics *topics, uint64_t hash) {
    if (4 * (topics->count + 1) > 3 * topics->capacity && !grow(topics)) return true;
    uint64_t *place = place_of(topics, hash);
    if (*place) return false;
    *place = hash;
    topics->count++;
    return true;
}

// Whether there was such a topic.
static bool drop(struct topics *topics, uint64_t hash) {
    if (topics->count == 0) return false;
    uint64_t *place = place_of(topics, hash);
    if (!*place) return false;
    *place = 0;
    topics->count--;
    // What lies behind it may have been put there because this place was taken.
    uint64_t mask = (uint64_t)(topics->capacity - 1), index = (uint64_t)(place - topics->places);
    for (index = (index + 1) & mask; topics->places[index]; index = (index + 1) & mask) {
        uint64_t moved = topics->places[index];
        topics->places[index] = 0;
        *place_of(topics, moved) = moved;
    }
    return true;
}

static uint64_t mixed(uint64_t hash) {
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

// Reads what a frame of a subscriber is about: a message begins with 1 or 0, a command (ZMTP 3.1) with its name.
static size_t read_subject(struct zmtp_stream *stream, const unsigned char *bytes, size_t count) {
    static const char subscribe[] = "\x09SUBSCRIBE", cancel[] = "\x06""CANCEL";
    size_t wanted = !stream->is_command ? 1 : stream->seen == 0 ? 1 : (size_t)stream->name[0] + 1;
    if (stream->seen >= wanted || stream->subject != NOTHING) return 0;
    if (!stream->is_command) {
        stream->subject = bytes[0] == 1 ? SUBSCRIBE : bytes[0] == 0 ? CANCEL : NOTHING;
        return 1;
    }
    size_t read = 0;
    while (read < count && stream->seen + read < sizeof stream->name) {
        stream->name[stream->seen + read] = (char)bytes[read];
        read++;
        size_t length = (size_t)(unsigned char)stream->name[0] + 1;
        if (stream->seen + read < length) continue;
        if (length == sizeof subscribe - 1 && memcmp(stream->name, subscribe, length) == 0) stream->subject = SUBSCRIBE;
        if (length == sizeof cancel - 1 && memcmp(stream->name, cancel, length) == 0) stream->subject = CANCEL;
        break;
    }
    return read;
}

static void read_body(struct zmtp_stream *stream, const unsigned char *bytes, size_t count) {
    size_t read = read_subject(stream, bytes, count);
    stream->seen += read;
    if (stream->subject != NOTHING)
        for (size_t index = read; index < count; index++)
            stream->hash = (stream->hash ^ bytes[index]) * 1099511628211u + (stream->hash >> 47);
    stream->topic_bytes += (int64_t)(count - read);
    stream->seen += count - read;
}

static int64_t end_topic(struct zmtp_stream *stream, bool is_alone) {
    int64_t taken = stream->topic_bytes + TOPIC;
    uint64_t hash = mixed(stream->hash);
    if (stream->subject == SUBSCRIBE) return add(&stream->topics, hash) ? taken : 0;
    // Within a message of several parts libzmq might not take it for one.
    if (stream->subject == CANCEL && is_alone) return drop(&stream->topics, hash) ? -taken : 0;
    return 0;
}

static void begin_frame(struct zmtp_stream *stream, struct zmtp_change *change, uint64_t size, int64_t part) {
    stream->phase = BODY;
    stream->left = size;
    stream->seen = 0;
    stream->subject = NOTHING;
    stream->hash = secret;
    stream->topic_bytes = 0;
    if (size > (uint64_t)part) stream->is_too_large = true;
    if (!stream->is_command || stream->is_opaque) {
        stream->parts++;
        change->new_parts++;
        change->arrived += PART;
    }
    change->unfinished += PART;
    change->parts = stream->parts;
}

static void end_frame(struct zmtp_stream *stream, struct zmtp_change *change, bool has_topics) {
    stream->phase = stream->version == 1 ? OLD_LENGTH : FLAGS;
    bool is_alone = stream->is_command ? stream->parts == 0 : stream->parts == 1 && !stream->is_more;
    if (has_topics && !stream->is_opaque) change->topics += end_topic(stream, is_alone);
    // A command is worked off at once, and a message goes to who receives it; of encrypted ones the end is not seen.
    if (!stream->is_opaque && (stream->is_command ? stream->parts > 0 : stream->is_more)) return;
    if (!stream->is_opaque) stream->parts = 0;
    change->has_ended = true;
    change->unfinished = 0;
    change->parts = stream->parts;
}

// The byte of the flags of an old frame comes after its length, and counts in it.
static void take_old_flags(
    struct zmtp_stream *stream, struct zmtp_change *change, unsigned char byte, int64_t part) {
    stream->is_more = byte & 1;
    stream->is_command = false;
    begin_frame(stream, change, stream->value > 0 ? stream->value - 1 : 0, part);
}

static void take_greeting(struct zmtp_stream *stream, struct zmtp_change *change, unsigned char byte, int64_t part) {
    int position = stream->count++;
    if (position > 0 && position < SIGNATURE - 1) stream->value = stream->value << 8 | byte;
    if (position == 0 && byte != 0xff) {
        // The length of its name: the oldest peers do not greet.
        stream->version = 1;
        stream->value = byte;
        stream->phase = OLD_FLAGS;
    } else if (position == SIGNATURE - 1 && !(byte & 1)) {
        // What was taken for a signature was a long length.
        stream->version = 1;
        take_old_flags(stream, change, byte, part);
    } else if (position == REVISION) {
        stream->version = byte == 0 ? 1 : byte <= 2 ? 2 : 3;
    } else if (position == MECHANISM) {
        stream->is_opaque = byte != 'N' && byte != 'P';
    }
    if (stream->count == (stream->version == 3 ? GREETING_3 : GREETING_2) && stream->phase == GREETING
        && stream->version > 0)
        stream->phase = stream->version == 1 ? OLD_LENGTH : FLAGS;
}

static void take_head(struct zmtp_stream *stream, struct zmtp_change *change, unsigned char byte, int64_t part) {
    switch (stream->phase) {
    case GREETING: take_greeting(stream, change, byte, part); break;
    case FLAGS:
        stream->is_more = byte & 1;
        stream->is_large = byte & 2;
        stream->is_command = stream->version == 3 && byte & 4;
        stream->count = 0;
        stream->value = 0;
        stream->phase = LENGTH;
        break;
    case LENGTH:
        stream->value = stream->value << 8 | byte;
        if (++stream->count == (stream->is_large ? 8 : 1)) begin_frame(stream, change, stream->value, part);
        break;
    case OLD_LENGTH:
        stream->count = 0;
        stream->value = byte == 0xff ? 0 : byte;
        stream->phase = byte == 0xff ? OLD_LONG_LENGTH : OLD_FLAGS;
        break;
    case OLD_LONG_LENGTH:
        stream->value = stream->value << 8 | byte;
        if (++stream->count == 8) stream->phase = OLD_FLAGS;
        break;
    case OLD_FLAGS: take_old_flags(stream, change, byte, part); break;
    }
}

struct zmtp_change zmtp_take(
    struct zmtp_stream *stream, const unsigned char *bytes, size_t count, int64_t part, bool has_topics) {
    struct zmtp_change change = {.parts = stream->parts};
    while (count > 0) {
        if (stream->phase != BODY) {
            take_head(stream, &change, *bytes, part);
            bytes++;
            count--;
        } else {
            size_t taken = stream->left < count ? (size_t)stream->left : count;
            if (has_topics && !stream->is_opaque) read_body(stream, bytes, taken);
            stream->left -= taken;
            change.unfinished += (int64_t)taken;
            if (!stream->is_command || stream->is_opaque) change.arrived += (int64_t)taken;
            bytes += taken;
            count -= taken;
        }
        if (stream->phase == BODY && stream->left == 0) end_frame(stream, &change, has_topics);
    }
    return change;
}
