// System calls with bounds, and those that glibc declares for _GNU_SOURCE alone.
#pragma once
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "zmtp.h"

// What the peers of one listening socket may hold of this process.
struct elbod_port_bounds {
    // Connections at a time.
    int connections;
    // Whether a further one takes the place of the one that was silent for longest; or is turned away.
    bool replaces_idle;
    // Descriptors that this port leaves to others.
    int reserve;
    // The ports whose sums count together: 0 to ELBOD_GROUPS - 1.
    int group;
    // Bytes that libzmq takes as a part; 0 where no ZMTP is spoken, and nothing of what follows is bound.
    int64_t part;
    // Bytes and parts that one connection may hold of a message that is not whole, and bytes that all of the group may.
    int64_t unfinished, all_unfinished;
    int parts;
    // Whether messages that are whole count until they are delivered, in `all_unfinished`: nobody may send large ones as
    // long as that is reached.
    bool counts_whole;
    // Where the end of a message cannot be seen, because it is encrypted: bytes and parts that may wait beside it to be
    // delivered.
    int64_t waiting;
    int waiting_parts;
    // Bytes of subscriptions of one connection and of all of the group; 0 where none come.
    int64_t topics, all_topics;
};

#define ELBOD_GROUPS 4

// What a port has turned away since it was last asked for.
struct elbod_port_report {
    // A path, or "tcp port 5555".
    char name[112];
    int64_t refused, replaced, cut;
    // Connections it has now.
    int connections;
};

// From here on the calls of this process, its libraries' too, keep to bounds: `descriptors` is the
// limit of open descriptors, `bounds` holds for every port that has none of its own. False without memory.
bool elbod_bound_connections(int descriptors, struct elbod_port_bounds bounds);

// Gives a port bounds of its own, by its path or, if that is null, by its TCP port.
void elbod_bound_port(const char *path, int tcp_port, struct elbod_port_bounds bounds);

// A message of so many parts and bytes, as the peer sent it, came from the connection with this descriptor, which may
// have ended, at a port of this group, and does not wait any more.
void elbod_note_delivery(int descriptor, int group, int parts, int64_t bytes);

// Nothing waits any more at the ports of a group: what was counted and not delivered has been dropped.
void elbod_note_drained(int group);

// A connection on which ZMTP is spoken.
struct elbod_connection {
    // Tells it from a later one with the same descriptor.
    uint64_t identity;
    // Bytes that have come and were not delivered.
    int64_t undelivered;
    int group;
};

// The next such connection after this descriptor; false if there is none.
bool elbod_next_connection(int *descriptor, struct elbod_connection *found);

// Ends a connection: its owner here sees that the peer has gone. Not one that has come to have its descriptor.
void elbod_cut_connection(int descriptor, uint64_t identity);

// What is known of an accepted connection that has ended.
struct elbod_ended_connection {
    uint64_t received;
    // Whether the peer ended it, or the network did; otherwise its owner here.
    bool is_peer_gone;
    // Whether a part was announced on it that is larger than allowed.
    bool is_too_large;
    // Whether it was ended here for what it held.
    bool is_cut;
    // Who was at the other end, as "192.0.2.7:40000"; empty of a local socket.
    char peer[64];
};

// The connection that had this descriptor last and has been closed; false if there was none.
bool elbod_ended_connection(int descriptor, struct elbod_ended_connection *ended);

// Lets nobody connect to a port any more, whose peers try again until another process listens there; by its path or, if
// that is null, by its TCP port. (libzmq stops listening at once with all connections only.)
void elbod_close_port(const char *path, int tcp_port);

// The next connection after `after` of a port that was closed whose peer sent shortly before that and nothing since; -1
// if there is none.
int elbod_next_awaited(const char *path, int tcp_port, int after);

// Whether the connection of a port with this descriptor is there, and its peer has not ended it.
bool elbod_has_connection(const char *path, int tcp_port, int descriptor);

// After so many more bytes have been sent on a connection of a port, it is half closed, within the same call of send:
// its peer has what it waits for and knows that nothing it says now is heard. Not if it has unread bytes before these:
// how many are to come is not known then, nor if `bytes` is 0.
void elbod_end_after(const char *path, int tcp_port, int descriptor, int64_t bytes);

// Half closes all connections of a port on which nothing waits; those that elbod_end_after was told of only if how many
// bytes were to come was not known, and `also_busy`.
void elbod_end_idle(const char *path, int tcp_port, bool also_busy);

// What port number `index` has turned away since; false if there are no more ports.
bool elbod_take_report(int index, struct elbod_port_report *report);

// Waits until the semaphore is signalled, at most so long by the clock that nobody sets; whether it was.
bool elbod_semaphore_wait(sem_t *semaphore, int64_t nanoseconds);

// The processor that the calling thread is on now; -1 if the kernel does not say.
int elbod_processor(void);

// Moves the calling thread to a processor that is not among these, and lets it go anywhere again; false if there is no
// other that it may use, or it may not choose.
bool elbod_leave_processors(const int *taken, int count);
