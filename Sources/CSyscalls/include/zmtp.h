// What a peer has sent by ZMTP (RFC 23, 37; 15 and the framing before it), and what libzmq has to hold for it.
//
// libzmq gathers the parts of a message until it is whole, and every topic that a subscriber names, and bounds neither.
// Both can be read off the bytes that come, before libzmq sees them.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a part takes beside its bytes: a message of libzmq's, and its place in a queue.
#define PART 64
// What a topic is taken for beside its bytes: a node of libzmq's tree takes several times that, a byte of a topic
// that no other begins like some 60.
#define TOPIC 16

// The topics of one subscriber, as numbers made of them; open addressing.
struct topics {
    uint64_t *places;
    int count, capacity;
};

struct zmtp_stream {
    // Where in a frame, or before all frames.
    unsigned char phase;
    // The version that the peer speaks: 1, 2 or 3.
    unsigned char version;
    // What messages are is encrypted.
    bool is_opaque;
    // Of the frame that is coming.
    bool is_more, is_command, is_large;
    // Bytes of greeting or length that have come, and their value.
    int count;
    uint64_t value;
    // Bytes of the frame that are still to come, and have.
    uint64_t left, seen;
    // Whether a part has been announced that is larger than allowed.
    bool is_too_large;
    // Parts of the message that is not whole.
    int parts;
    // What the frame does to subscriptions, and what of its topic has been read.
    unsigned char subject;
    char name[10];
    uint64_t hash;
    int64_t topic_bytes;
    struct topics topics;
};

// What some bytes have changed.
struct zmtp_change {
    // Whether a message became whole, or a part of one that is encrypted, or nothing of one was there to begin with.
    bool has_ended;
    // What the message that is not whole takes, since then; and what all but commands does, in any case.
    int64_t unfinished, arrived;
    int parts;
    // Parts that have begun to come.
    int new_parts;
    // What topics take more, or less.
    int64_t topics;
};

// Follows the bytes that a peer has sent; `part` is the most that a part may have, `has_topics` says whether what comes
// are subscriptions.
struct zmtp_change zmtp_take(
    struct zmtp_stream *stream, const unsigned char *bytes, size_t count, int64_t part, bool has_topics);

// Begins anew with another peer.
void zmtp_reset(struct zmtp_stream *stream);

// Gives back what the topics of a peer that has gone take.
void zmtp_reset_topics(struct zmtp_stream *stream);

// Sets what topics are made numbers with, so that nobody can find two with the same one.
void zmtp_set_secret(uint64_t secret);
