// The table of connections that the system calls in front of glibc's keep, and what they share.
#pragma once
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "syscalls.h"
#include "zmtp.h"

#define PORTS 64

struct port {
    struct elbod_port_bounds bounds;
    struct elbod_port_report report;
    int connections;
    int64_t counted;
    // Whether nobody is let in any more, and since when.
    bool is_closed;
    int64_t closed;
    // When a connection last left that held many topics, and when one was last let in.
    int64_t burdened, admitted;
};

struct peer {
    // Bytes that have been read from it.
    _Atomic uint64_t received;
    // Whether reading has come to the end, or to an error.
    atomic_bool is_gone;
    // Whether it has announced a part that is larger than allowed, and whether it was ended here for what it held.
    atomic_bool is_too_large, is_cut;
    struct sockaddr_in6 address;
};

struct connection {
    // Its port's number and 1; 0 for none.
    atomic_int port;
    // Tells it from a later one with the same descriptor.
    uint64_t identity;
    // When something came last.
    _Atomic int64_t active;
    // What its peer has said; used by the thread that reads, alone.
    struct zmtp_stream stream;
    // What it holds of a message that is not whole, since when, and of how many parts.
    _Atomic int64_t unfinished, since;
    _Atomic int parts;
    // What has come and was not delivered, and what its subscriptions take.
    _Atomic int64_t undelivered, topics;
    // When what is forgiven was last subtracted.
    int64_t forgiven;
    // Whether it was ended here, and nothing is read any more.
    atomic_bool is_cut;
    // Who is at the other end, and was at that of the connection before.
    struct peer peer, before;
    // The version of ZMTP that its peer speaks; used by the thread that reads and sends, alone.
    unsigned char version;
    // What it had received when its port was closed.
    uint64_t heard;
    // Bytes after which it is half closed; 0 for never, ENDED when it is, BUSY if it had unread bytes.
    _Atomic int64_t last;
};

#define ENDED -1
#define BUSY -2

#define COMMANDS 3

// What the connections of all ports of a group hold together.
struct group {
    _Atomic int64_t unfinished, topics;
    // What is whole and waits to be delivered, also from connections that have ended since, where that counts.
    _Atomic int64_t waiting;
};

// Guards ports, and who is entered in the table.
extern pthread_mutex_t elbod_lock;
extern struct group elbod_groups[ELBOD_GROUPS];
extern struct port elbod_ports[PORTS];
// Holds for ports that have none of their own.
extern struct elbod_port_bounds elbod_common;
// By descriptor; null as long as there are no bounds. Never freed.
extern struct connection *_Atomic elbod_table;
extern int elbod_table_size;
// No descriptor from here on has been entered.
extern atomic_int elbod_table_end;

// Nanoseconds by a clock that nobody sets, as of some milliseconds ago.
int64_t elbod_now(void);
// Tells a socket from a later one with the same descriptor; 0 for what is none.
uint64_t elbod_identity_of(int descriptor);
// The port by its path or, if that is null, its number; under the lock.
struct port *elbod_port_at(const char *path, int tcp_port, struct elbod_port_bounds bounds);
// Notes that a connection is about to leave its topics behind; under the lock.
void elbod_note_burden(const struct connection *connection);
// Forgets what a connection holds.
void elbod_release(struct connection *connection);
