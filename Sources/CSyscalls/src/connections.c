// accept, accept4, connect, close, recv and send, in front of glibc's.
//
// libzmq has no bound on connections, and 4.3.4 aborts when accepting at an ipc socket finds no descriptor; nor has it
// one on the parts of a message or on subscriptions, nor a way to tell which connection of an ipc socket they come on,
// nor one to end a connection with a reply. All of it passes through these functions: a program's own definition comes
// before a library's.
#define _GNU_SOURCE
#include "connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// How often connections that have been closed are looked for when a port seems full.
#define RECOUNT_INTERVAL 20000000
// Topics that a connection leaves behind are looked for among those of all, by the thread that publishes: from so many
// bytes on they are a burden, and for so long after one the port lets nobody in sooner than this after another.
#define BURDEN 4096
#define BURDENED 2000000000
#define ADMISSION_INTERVAL 100000000

pthread_mutex_t elbod_lock = PTHREAD_MUTEX_INITIALIZER;
struct group elbod_groups[ELBOD_GROUPS];
struct port elbod_ports[PORTS];
static int port_count;
struct elbod_port_bounds elbod_common;
struct connection *_Atomic elbod_table;
int elbod_table_size;
atomic_int elbod_table_end;
// Given up for a moment to turn a connection away when there is no descriptor left.
static int spare = -1;

int64_t elbod_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int system_accept(int listener, struct sockaddr *address, socklen_t *size, int flags) {
    return (int)syscall(SYS_accept4, listener, address, size, flags);
}

static struct port *port_named(const char *name, struct elbod_port_bounds bounds) {
    for (int index = 0; index < port_count; index++)
        if (strcmp(elbod_ports[index].report.name, name) == 0) return &elbod_ports[index];
    // The last one stands for all that there is no room for.
    if (port_count == PORTS) return &elbod_ports[PORTS - 1];
    struct port *port = &elbod_ports[port_count++];
    snprintf(port->report.name, sizeof port->report.name, "%s", name);
    port->bounds = bounds;
    return port;
}

static void name_tcp(char *name, size_t size, int port) { snprintf(name, size, "tcp port %d", port); }

struct port *elbod_port_at(const char *path, int tcp_port, struct elbod_port_bounds bounds) {
    char name[sizeof elbod_ports[0].report.name];
    if (path) snprintf(name, sizeof name, "%s", path);
    else name_tcp(name, sizeof name, tcp_port);
    return port_named(name, bounds);
}

static struct port *port_of(int listener) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char name[sizeof elbod_ports[0].report.name] = "";
    if (getsockname(listener, (struct sockaddr *)&address, &size) == 0) {
        if (address.ss_family == AF_INET) name_tcp(name, sizeof name, ntohs(((struct sockaddr_in *)&address)->sin_port));
        if (address.ss_family == AF_INET6)
            name_tcp(name, sizeof name, ntohs(((struct sockaddr_in6 *)&address)->sin6_port));
        if (address.ss_family == AF_UNIX) {
            const char *path = ((struct sockaddr_un *)&address)->sun_path;
            // The name of an abstract socket begins with a zero.
            snprintf(name, sizeof name, "%s%.107s", path[0] ? "" : "@", path[0] ? path : path + 1);
        }
    }
    return port_named(name, elbod_common);
}

uint64_t elbod_identity_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode) ? (uint64_t)status.st_ino : 0;
}

void elbod_note_burden(const struct connection *connection) {
    int number = atomic_load(&connection->port);
    if (number > 0 && connection->topics > BURDEN) elbod_ports[number - 1].burdened = elbod_now();
}

static void leave(struct connection *connection) {
    int number = atomic_load(&connection->port);
    if (number == 0) return;
    elbod_note_burden(connection);
    elbod_release(connection);
    atomic_store(&connection->port, 0);
    elbod_ports[number - 1].connections--;
}

// Forgets connections of a port that have been closed; the one of the rest that was silent for longest, or -1.
static int recount(struct port *port) {
    struct connection *connections = atomic_load(&elbod_table);
    int number = (int)(port - elbod_ports) + 1, idlest = -1;
    port->connections = 0;
    for (int descriptor = 0; descriptor < atomic_load(&elbod_table_end); descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) != number) continue;
        if (elbod_identity_of(descriptor) != connection->identity) {
            elbod_release(connection);
            atomic_store(&connection->port, 0);
            continue;
        }
        port->connections++;
        if (idlest < 0 || connection->active < connections[idlest].active) idlest = descriptor;
    }
    port->counted = elbod_now();
    return idlest;
}

// Whether a new connection of a port, with this descriptor, may stay.
static bool admits(struct port *port, int descriptor) {
    if (port->burdened > 0 && elbod_now() - port->burdened < BURDENED
        && elbod_now() - port->admitted < ADMISSION_INTERVAL)
        return false;
    port->admitted = elbod_now();
    bool is_full = descriptor >= elbod_table_size - port->bounds.reserve || descriptor >= elbod_table_size;
    if (!is_full && port->connections < port->bounds.connections) return true;
    if (!port->bounds.replaces_idle && elbod_now() - port->counted < RECOUNT_INTERVAL) return false;
    int idlest = recount(port);
    if (!is_full && port->connections < port->bounds.connections) return true;
    if (!port->bounds.replaces_idle || idlest < 0) return false;
    // Its owner sees that the peer has gone, and closes it soon.
    shutdown(idlest, SHUT_RDWR);
    leave(&atomic_load(&elbod_table)[idlest]);
    atomic_store(&atomic_load(&elbod_table)[idlest].is_cut, true);
    port->report.replaced++;
    return !is_full;
}

static void enter(struct port *port, int descriptor) {
    struct connection *connection = &atomic_load(&elbod_table)[descriptor];
    leave(connection);
    zmtp_reset(&connection->stream);
    if (atomic_load(&elbod_table_end) <= descriptor) atomic_store(&elbod_table_end, descriptor + 1);
    connection->identity = elbod_identity_of(descriptor);
    atomic_store(&connection->before.received, atomic_load(&connection->peer.received));
    atomic_store(&connection->before.is_gone, atomic_load(&connection->peer.is_gone));
    atomic_store(&connection->before.is_too_large, atomic_load(&connection->peer.is_too_large));
    atomic_store(&connection->before.is_cut, atomic_load(&connection->peer.is_cut));
    connection->before.address = connection->peer.address;
    atomic_store(&connection->peer.received, 0);
    atomic_store(&connection->peer.is_gone, false);
    atomic_store(&connection->peer.is_too_large, false);
    atomic_store(&connection->peer.is_cut, false);
    socklen_t size = sizeof connection->peer.address;
    connection->peer.address.sin6_family = 0;
    getpeername(descriptor, (struct sockaddr *)&connection->peer.address, &size);
    atomic_store(&connection->active, elbod_now());
    connection->forgiven = elbod_now();
    atomic_store(&connection->is_cut, false);
    atomic_store(&connection->last, 0);
    connection->version = 0;
    connection->heard = 0;
    atomic_store(&connection->port, (int)(port - elbod_ports) + 1);
    port->connections++;
}

// Accepts a connection with the descriptor kept for this, and closes it: one that stays in the backlog would have its
// listener tried again without end.
static void turn_away(int listener) {
    pthread_mutex_lock(&elbod_lock);
    port_of(listener)->report.refused++;
    if (spare >= 0) close(spare);
    int descriptor = system_accept(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) close(descriptor);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pthread_mutex_unlock(&elbod_lock);
}

int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags) {
    int descriptor = system_accept(listener, address, size, flags);
    if (!atomic_load(&elbod_table)) return descriptor;
    if (descriptor < 0) {
        switch (errno) {
        case EAGAIN: case EINTR: case EBADF: case EINVAL: case ENOTSOCK: case ECONNABORTED: return -1;
        case EMFILE: case ENFILE: turn_away(listener); break;
        }
        // Whatever else it is, it is about this one connection, and libzmq aborts at much of it.
        errno = ECONNABORTED;
        return -1;
    }
    pthread_mutex_lock(&elbod_lock);
    struct port *port = port_of(listener);
    bool stays = !port->is_closed && admits(port, descriptor);
    if (stays) enter(port, descriptor);
    else if (!port->is_closed) port->report.refused++;
    pthread_mutex_unlock(&elbod_lock);
    if (stays) return descriptor;
    close(descriptor);
    errno = ECONNABORTED;
    return -1;
}

int accept(int listener, struct sockaddr *address, socklen_t *size) { return accept4(listener, address, size, 0); }

int connect(int descriptor, const struct sockaddr *address, socklen_t size) {
    int status = (int)syscall(SYS_connect, descriptor, address, size);
    int error = errno, type = 0;
    socklen_t type_size = sizeof type;
    bool is_known = atomic_load(&elbod_table) && descriptor >= 0 && descriptor < elbod_table_size;
    if (is_known && (status == 0 || error == EINPROGRESS)
        && getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM) {
        pthread_mutex_lock(&elbod_lock);
        enter(port_named("connected", elbod_common), descriptor);
        pthread_mutex_unlock(&elbod_lock);
    }
    errno = error;
    return status;
}

int close(int descriptor) {
    struct connection *connections = atomic_load(&elbod_table);
    bool is_known = connections && descriptor >= 0 && descriptor < elbod_table_size;
    if (is_known && (atomic_load(&connections[descriptor].port) > 0 || atomic_load(&connections[descriptor].is_cut))) {
        pthread_mutex_lock(&elbod_lock);
        leave(&connections[descriptor]);
        atomic_store(&connections[descriptor].is_cut, false);
        zmtp_reset_topics(&connections[descriptor].stream);
        pthread_mutex_unlock(&elbod_lock);
    }
    return (int)syscall(SYS_close, descriptor);
}

bool elbod_ended_connection(int descriptor, struct elbod_ended_connection *ended) {
    struct connection *connections = atomic_load(&elbod_table);
    if (!connections || descriptor < 0 || descriptor >= elbod_table_size) return false;
    pthread_mutex_lock(&elbod_lock);
    struct connection *connection = &connections[descriptor];
    // The descriptor may have come to mean the next connection by now.
    bool is_next = atomic_load(&connection->port) != 0 && elbod_identity_of(descriptor) == connection->identity;
    struct peer *peer = is_next ? &connection->before : &connection->peer;
    ended->received = atomic_load(&peer->received);
    ended->is_peer_gone = atomic_load(&peer->is_gone);
    ended->is_too_large = atomic_load(&peer->is_too_large);
    ended->is_cut = atomic_load(&peer->is_cut);
    ended->peer[0] = 0;
    char host[INET6_ADDRSTRLEN];
    struct sockaddr_in6 *v6 = &peer->address;
    struct sockaddr_in *v4 = (struct sockaddr_in *)v6;
    if (v6->sin6_family == AF_INET && inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host))
        snprintf(ended->peer, sizeof ended->peer, "%s:%d", host, ntohs(v4->sin_port));
    if (v6->sin6_family == AF_INET6 && inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host))
        snprintf(ended->peer, sizeof ended->peer, "[%s]:%d", host, ntohs(v6->sin6_port));
    bool is_known = connection->identity != 0;
    pthread_mutex_unlock(&elbod_lock);
    return is_known;
}

bool elbod_bound_connections(int descriptors, struct elbod_port_bounds bounds) {
    pthread_mutex_lock(&elbod_lock);
    elbod_common = bounds;
    if (!atomic_load(&elbod_table)) {
        struct connection *connections = calloc((size_t)descriptors, sizeof *connections);
        elbod_table_size = descriptors;
        uint64_t secret = 0;
        if (getrandom(&secret, sizeof secret, GRND_NONBLOCK) < 0) secret = (uint64_t)elbod_now();
        zmtp_set_secret(secret);
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
        atomic_store(&elbod_table, connections);
    }
    bool is_bounded = atomic_load(&elbod_table) != NULL;
    pthread_mutex_unlock(&elbod_lock);
    return is_bounded;
}

void elbod_bound_port(const char *path, int tcp_port, struct elbod_port_bounds bounds) {
    pthread_mutex_lock(&elbod_lock);
    elbod_port_at(path, tcp_port, bounds)->bounds = bounds;
    pthread_mutex_unlock(&elbod_lock);
}

bool elbod_take_report(int index, struct elbod_port_report *report) {
    pthread_mutex_lock(&elbod_lock);
    bool exists = index >= 0 && index < port_count;
    if (exists) {
        recount(&elbod_ports[index]);
        struct elbod_port_report *counts = &elbod_ports[index].report;
        counts->connections = elbod_ports[index].connections;
        *report = *counts;
        counts->refused = counts->replaced = counts->cut = 0;
    }
    pthread_mutex_unlock(&elbod_lock);
    return exists;
}
