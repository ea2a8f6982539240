// System calls with bounds, and those that glibc declares for _GNU_SOURCE alone.
#pragma once
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

// What the peers of one listening socket may hold of this process.
struct elbod_port_bounds {
    // Connections at a time.
    int connections;
    // Whether a further one takes the place of the one that was silent for longest; or is turned away.
    bool replaces_idle;
    // Descriptors that this port leaves to others.
    int reserve;
    // Bytes that may come on a connection before a message is whole, in reads as small as libzmq makes them for
    // small parts and in large ones; 0 for no bound.
    int64_t small, large;
};

// What a port has turned away since it was last asked for.
struct elbod_port_report {
    // A path, or "tcp port 5555".
    char name[112];
    int64_t refused, replaced, cut;
    // Connections it has now.
    int connections;
};

// From here on accept, accept4 and recv of this process, its libraries' too, keep to bounds: `descriptors` is the
// limit of open descriptors, `bounds` holds for every port that has none of its own. False without memory.
bool elbod_bound_connections(int descriptors, struct elbod_port_bounds bounds);

// Gives a port bounds of its own, by its path or, if that is null, by its TCP port.
void elbod_bound_port(const char *path, int tcp_port, struct elbod_port_bounds bounds);

// A whole message came from the connection with this descriptor.
void elbod_note_delivery(int descriptor);

// What port number `index` has turned away since; false if there are no more ports.
bool elbod_take_report(int index, struct elbod_port_report *report);

// Waits until the semaphore is signalled, at most so long by the clock that nobody sets; whether it was.
bool elbod_semaphore_wait(sem_t *semaphore, int64_t nanoseconds);
