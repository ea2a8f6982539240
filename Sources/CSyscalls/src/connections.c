// accept, accept4, recv and send, in front of glibc's.
//
// libzmq has no bound on connections, and 4.3.4 aborts when accepting at an ipc socket finds no descriptor; nor has it
// one on the parts of a message, nor a way to tell which connection of an ipc socket they come on, nor one to end a
// connection with a reply. All of it passes through these functions: a program's own definition comes before a
// library's.
#define _GNU_SOURCE
#include "syscalls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// libzmq's in_batch_size: what it reads at once unless a part of at least this size is left to be read.
#define BATCH 8192
#define PORTS 64
// How long before a port was closed a peer sent that will send again soon, if it sends as fast as it is answered.
#define RECENTLY 250000000
// How often connections that have been closed are looked for when a port seems full.
#define RECOUNT_INTERVAL 20000000

struct port {
    struct elbod_port_bounds bounds;
    struct elbod_port_report report;
    int connections;
    int64_t counted;
    // Whether nobody is let in any more, and since when.
    bool is_closed;
    int64_t closed;
};

struct peer {
    // Bytes that have been read from it.
    _Atomic uint64_t received;
    // Whether reading has come to the end, or to an error.
    atomic_bool is_gone;
    struct sockaddr_in6 address;
};

struct connection {
    // Its port's number and 1; 0 for none.
    atomic_int port;
    // Tells it from a later one with the same descriptor.
    uint64_t identity;
    // When something came last, and how much since the last whole message.
    _Atomic int64_t active, small, large;
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

// Where ZMTP's greeting has its version, and the first that has commands.
#define VERSION 10
#define COMMANDS 3

// Guards ports, and who is entered in the table.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct port ports[PORTS];
static int port_count;
static struct elbod_port_bounds common;
// By descriptor; null as long as there are no bounds. Never freed.
static struct connection *_Atomic table;
static int table_size;
// Given up for a moment to turn a connection away when there is no descriptor left.
static int spare = -1;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int system_accept(int listener, struct sockaddr *address, socklen_t *size, int flags) {
    return (int)syscall(SYS_accept4, listener, address, size, flags);
}

static struct port *port_named(const char *name, struct elbod_port_bounds bounds) {
    for (int index = 0; index < port_count; index++)
        if (strcmp(ports[index].report.name, name) == 0) return &ports[index];
    // The last one stands for all that there is no room for.
    if (port_count == PORTS) return &ports[PORTS - 1];
    struct port *port = &ports[port_count++];
    snprintf(port->report.name, sizeof port->report.name, "%s", name);
    port->bounds = bounds;
    return port;
}

static void name_tcp(char *name, size_t size, int port) { snprintf(name, size, "tcp port %d", port); }

static struct port *port_at(const char *path, int tcp_port, struct elbod_port_bounds bounds) {
    char name[sizeof ports[0].report.name];
    if (path) snprintf(name, sizeof name, "%s", path);
    else name_tcp(name, sizeof name, tcp_port);
    return port_named(name, bounds);
}

static struct port *port_of(int listener) {
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char name[sizeof ports[0].report.name] = "";
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
    return port_named(name, common);
}

static uint64_t identity_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode) ? (uint64_t)status.st_ino : 0;
}

// Forgets connections of a port that have been closed; the one of the rest that was silent for longest, or -1.
static int recount(struct port *port) {
    struct connection *connections = atomic_load(&table);
    int number = (int)(port - ports) + 1, idlest = -1;
    port->connections = 0;
    for (int descriptor = 0; descriptor < table_size; descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) != number) continue;
        if (identity_of(descriptor) != connection->identity) {
            atomic_store(&connection->port, 0);
            continue;
        }
        port->connections++;
        if (idlest < 0 || connection->active < connections[idlest].active) idlest = descriptor;
    }
    port->counted = now();
    return idlest;
}

// Whether a new connection of a port, with this descriptor, may stay.
static bool admits(struct port *port, int descriptor) {
    bool is_full = descriptor >= table_size - port->bounds.reserve || descriptor >= table_size;
    if (!is_full && port->connections < port->bounds.connections) return true;
    if (!port->bounds.replaces_idle && now() - port->counted < RECOUNT_INTERVAL) return false;
    int idlest = recount(port);
    if (!is_full && port->connections < port->bounds.connections) return true;
    if (!port->bounds.replaces_idle || idlest < 0) return false;
    // Its owner sees that the peer has gone, and closes it soon.
    shutdown(idlest, SHUT_RDWR);
    atomic_store(&atomic_load(&table)[idlest].port, 0);
    port->connections--;
    port->report.replaced++;
    return !is_full;
}

static void enter(struct port *port, int descriptor) {
    struct connection *connection = &atomic_load(&table)[descriptor];
    int before = atomic_load(&connection->port);
    if (before > 0) ports[before - 1].connections--;
    connection->identity = identity_of(descriptor);
    atomic_store(&connection->before.received, atomic_load(&connection->peer.received));
    atomic_store(&connection->before.is_gone, atomic_load(&connection->peer.is_gone));
    connection->before.address = connection->peer.address;
    atomic_store(&connection->peer.received, 0);
    atomic_store(&connection->peer.is_gone, false);
    socklen_t size = sizeof connection->peer.address;
    connection->peer.address.sin6_family = 0;
    getpeername(descriptor, (struct sockaddr *)&connection->peer.address, &size);
    atomic_store(&connection->active, now());
    atomic_store(&connection->small, 0);
    atomic_store(&connection->large, 0);
    atomic_store(&connection->last, 0);
    connection->version = 0;
    connection->heard = 0;
    atomic_store(&connection->port, (int)(port - ports) + 1);
    port->connections++;
}

// Accepts a connection with the descriptor kept for this, and closes it: one that stays in the backlog would have its
// listener tried again without end.
static void turn_away(int listener) {
    pthread_mutex_lock(&lock);
    port_of(listener)->report.refused++;
    if (spare >= 0) close(spare);
    int descriptor = system_accept(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) close(descriptor);
    spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pthread_mutex_unlock(&lock);
}

int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags) {
    int descriptor = system_accept(listener, address, size, flags);
    if (!atomic_load(&table)) return descriptor;
    if (descriptor < 0) {
        switch (errno) {
        case EAGAIN: case EINTR: case EBADF: case EINVAL: case ENOTSOCK: case ECONNABORTED: return -1;
        case EMFILE: case ENFILE: turn_away(listener); break;
        }
        // Whatever else it is, it is about this one connection, and libzmq aborts at much of it.
        errno = ECONNABORTED;
        return -1;
    }
    pthread_mutex_lock(&lock);
    struct port *port = port_of(listener);
    bool stays = !port->is_closed && admits(port, descriptor);
    if (stays) enter(port, descriptor);
    else if (!port->is_closed) port->report.refused++;
    pthread_mutex_unlock(&lock);
    if (stays) return descriptor;
    close(descriptor);
    errno = ECONNABORTED;
    return -1;
}

int accept(int listener, struct sockaddr *address, socklen_t *size) { return accept4(listener, address, size, 0); }

// Bytes of large parts that wait to become whole messages on all connections of a port.
static int64_t pending(int number) {
    struct connection *connections = atomic_load(&table);
    int64_t sum = 0;
    pthread_mutex_lock(&lock);
    for (int descriptor = 0; descriptor < table_size; descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) == number && identity_of(descriptor) == connection->identity)
            sum += connection->large;
    }
    pthread_mutex_unlock(&lock);
    return sum;
}

static bool exceeds(struct connection *connection, int number, size_t size, ssize_t count) {
    struct elbod_port_bounds bounds = ports[number - 1].bounds;
    if (bounds.small == 0) return false;
    bool is_large = size > BATCH;
    int64_t before = is_large ? atomic_fetch_add(&connection->large, count) : atomic_fetch_add(&connection->small, count);
    bool is_over = is_large ? before + count > bounds.large : before + count > bounds.small;
    // Several peers together may hold twice what one may; looked at once a mebibyte.
    if (is_large && !is_over && before >> 20 != (before + count) >> 20) is_over = pending(number) > 2 * bounds.large;
    return is_over;
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags) {
    ssize_t count = (ssize_t)syscall(SYS_recvfrom, descriptor, bytes, size, flags, NULL, NULL);
    struct connection *connections = atomic_load_explicit(&table, memory_order_relaxed);
    if (!connections || descriptor < 0 || descriptor >= table_size) return count;
    struct connection *connection = &connections[descriptor];
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) atomic_store(&connection->peer.is_gone, true);
    if (count <= 0) return count;
    int number = atomic_load_explicit(&connection->port, memory_order_relaxed);
    uint64_t before = atomic_fetch_add_explicit(&connection->peer.received, (uint64_t)count, memory_order_relaxed);
    if (before <= VERSION && before + (uint64_t)count > VERSION)
        connection->version = ((unsigned char *)bytes)[VERSION - before];
    if (number == 0 || (ports[number - 1].bounds.small == 0 && !ports[number - 1].bounds.replaces_idle)) return count;
    atomic_store(&connection->active, now());
    if (!exceeds(connection, number, size, count)) return count;
    pthread_mutex_lock(&lock);
    ports[number - 1].report.cut++;
    pthread_mutex_unlock(&lock);
    atomic_store(&connection->peer.is_gone, true);
    // As if the peer had closed it: libzmq lets go of what it had gathered.
    return 0;
}

static ssize_t system_send(int descriptor, const void *bytes, size_t size, int flags) {
    return (ssize_t)syscall(SYS_sendto, descriptor, bytes, size, flags, NULL, 0);
}

// What a peer reads at once, nearly: commands that say nothing, PONG, which nobody asked for.
#define PONG "\4\5\4PONG"
#define TEN(text) text text text text text text text text text text
static const char pastime[] = TEN(TEN(TEN(PONG)));

// Sends to a local peer and ends the connection so soon thereafter that the peer cannot have answered: it has more to
// read before it hands on what came with that, and this thread goes before others where it may ask for that
// (LimitRTPRIO=).
static ssize_t end_local(const struct connection *connection, int descriptor, const void *bytes, size_t size, int flags) {
    int policy = sched_getscheduler(0);
    struct sched_param first = {.sched_priority = 1}, usual = {0};
    bool is_first = policy >= 0 && sched_getparam(0, &usual) == 0 && usual.sched_priority == 0
        && sched_setscheduler(0, SCHED_FIFO, &first) == 0;
    size_t rest = connection->version < COMMANDS ? 0 : sizeof pastime - 1;
    struct iovec parts[] = {{(void *)bytes, size}, {(void *)pastime, rest}};
    ssize_t count = (ssize_t)syscall(SYS_sendmsg, descriptor, &(struct msghdr){.msg_iov = parts, .msg_iovlen = 2}, flags);
    int error = errno;
    if (count >= (ssize_t)size) shutdown(descriptor, SHUT_WR);
    if (is_first) sched_setscheduler(0, policy, &usual);
    errno = error;
    return count < (ssize_t)size ? count : (ssize_t)size;
}

// The last bytes of a connection, and its end: who has read a reply sends the next request, and what it sends before it
// knows better is lost.
static ssize_t send_last(const struct connection *connection, int descriptor, const void *bytes, size_t size, int flags) {
    int domain = 0, corked = 1;
    socklen_t domain_size = sizeof domain;
    getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size);
    if (domain == AF_UNIX) return end_local(connection, descriptor, bytes, size, flags);
    // So TCP keeps the last of it until it can send the end with it, whatever arrives meanwhile (MSG_MORE would not).
    setsockopt(descriptor, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked);
    ssize_t count = system_send(descriptor, bytes, size, flags);
    if (count == (ssize_t)size) shutdown(descriptor, SHUT_WR);
    return count;
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
    struct connection *connections = atomic_load_explicit(&table, memory_order_relaxed);
    bool is_known = connections && descriptor >= 0 && descriptor < table_size;
    int64_t left = is_known ? atomic_load_explicit(&connections[descriptor].last, memory_order_relaxed) : 0;
    bool is_last = left > 0 && left <= (int64_t)size;
    ssize_t count = is_last ? send_last(&connections[descriptor], descriptor, bytes, size, flags)
                            : system_send(descriptor, bytes, size, flags);
    // What ends it is sent whole, or again.
    bool has_ended = is_last && count == (ssize_t)size;
    if (left > 0 && count > 0)
        atomic_store(&connections[descriptor].last, has_ended ? ENDED : left > count ? left - count : 1);
    return count;
}

static bool is_read(int descriptor) {
    int unread = 0;
    return ioctl(descriptor, SIOCOUTQ, &unread) == 0 && unread == 0;
}

void elbod_end_after(const char *path, int tcp_port, int descriptor, int64_t bytes) {
    struct connection *connections = atomic_load(&table);
    if (!connections || descriptor < 0 || descriptor >= table_size) return;
    struct connection *connection = &connections[descriptor];
    pthread_mutex_lock(&lock);
    int number = (int)(port_at(path, tcp_port, common) - ports) + 1;
    // The descriptor may have come to mean another connection.
    if (atomic_load(&connection->port) == number && identity_of(descriptor) == connection->identity)
        atomic_store(&connection->last, bytes > 0 && is_read(descriptor) ? bytes : BUSY);
    pthread_mutex_unlock(&lock);
}

bool elbod_has_connection(const char *path, int tcp_port, int descriptor) {
    struct connection *connections = atomic_load(&table);
    if (!connections || descriptor < 0 || descriptor >= table_size) return false;
    struct connection *connection = &connections[descriptor];
    pthread_mutex_lock(&lock);
    int number = (int)(port_at(path, tcp_port, common) - ports) + 1;
    bool has = atomic_load(&connection->port) == number && identity_of(descriptor) == connection->identity
        && !atomic_load(&connection->peer.is_gone);
    pthread_mutex_unlock(&lock);
    return has;
}

bool elbod_ended_connection(int descriptor, struct elbod_ended_connection *ended) {
    struct connection *connections = atomic_load(&table);
    if (!connections || descriptor < 0 || descriptor >= table_size) return false;
    pthread_mutex_lock(&lock);
    struct connection *connection = &connections[descriptor];
    // The descriptor may have come to mean the next connection by now.
    bool is_next = atomic_load(&connection->port) != 0 && identity_of(descriptor) == connection->identity;
    struct peer *peer = is_next ? &connection->before : &connection->peer;
    ended->received = atomic_load(&peer->received);
    ended->is_peer_gone = atomic_load(&peer->is_gone);
    ended->peer[0] = 0;
    char host[INET6_ADDRSTRLEN];
    struct sockaddr_in6 *v6 = &peer->address;
    struct sockaddr_in *v4 = (struct sockaddr_in *)v6;
    if (v6->sin6_family == AF_INET && inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host))
        snprintf(ended->peer, sizeof ended->peer, "%s:%d", host, ntohs(v4->sin_port));
    if (v6->sin6_family == AF_INET6 && inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host))
        snprintf(ended->peer, sizeof ended->peer, "[%s]:%d", host, ntohs(v6->sin6_port));
    bool is_known = connection->identity != 0;
    pthread_mutex_unlock(&lock);
    return is_known;
}

void elbod_close_port(const char *path, int tcp_port) {
    pthread_mutex_lock(&lock);
    struct connection *connections = atomic_load(&table);
    struct port *port = port_at(path, tcp_port, common);
    port->is_closed = true;
    port->closed = now();
    for (int descriptor = 0; connections && descriptor < table_size; descriptor++)
        connections[descriptor].heard = atomic_load(&connections[descriptor].peer.received);
    pthread_mutex_unlock(&lock);
}

int elbod_next_awaited(const char *path, int tcp_port, int after) {
    struct connection *connections = atomic_load(&table);
    int awaited = -1;
    pthread_mutex_lock(&lock);
    struct port *port = port_at(path, tcp_port, common);
    int number = (int)(port - ports) + 1;
    for (int descriptor = after + 1; connections && awaited < 0 && descriptor < table_size; descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) != number || identity_of(descriptor) != connection->identity) continue;
        bool has_spoken = atomic_load(&connection->peer.received) != connection->heard;
        if (!has_spoken && connection->active + RECENTLY >= port->closed) awaited = descriptor;
    }
    pthread_mutex_unlock(&lock);
    return awaited;
}

void elbod_end_idle(const char *path, int tcp_port, bool also_busy) {
    struct connection *connections = atomic_load(&table);
    pthread_mutex_lock(&lock);
    int number = (int)(port_at(path, tcp_port, common) - ports) + 1;
    for (int descriptor = 0; descriptor < table_size; descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) != number || identity_of(descriptor) != connection->identity) continue;
        int64_t last = atomic_load(&connection->last);
        bool may_end = last == 0 || (also_busy && last == BUSY);
        if (!may_end || !is_read(descriptor)) continue;
        shutdown(descriptor, SHUT_WR);
        atomic_store(&connection->last, ENDED);
    }
    pthread_mutex_unlock(&lock);
}

void elbod_note_delivery(int descriptor) {
    struct connection *connections = atomic_load(&table);
    if (!connections || descriptor < 0 || descriptor >= table_size) return;
    atomic_store(&connections[descriptor].small, 0);
    atomic_store(&connections[descriptor].large, 0);
}

bool elbod_bound_connections(int descriptors, struct elbod_port_bounds bounds) {
    pthread_mutex_lock(&lock);
    common = bounds;
    if (!atomic_load(&table)) {
        struct connection *connections = calloc((size_t)descriptors, sizeof *connections);
        table_size = descriptors;
        spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
        atomic_store(&table, connections);
    }
    bool is_bounded = atomic_load(&table) != NULL;
    pthread_mutex_unlock(&lock);
    return is_bounded;
}

void elbod_bound_port(const char *path, int tcp_port, struct elbod_port_bounds bounds) {
    pthread_mutex_lock(&lock);
    port_at(path, tcp_port, bounds)->bounds = bounds;
    pthread_mutex_unlock(&lock);
}

bool elbod_take_report(int index, struct elbod_port_report *report) {
    pthread_mutex_lock(&lock);
    bool exists = index >= 0 && index < port_count;
    if (exists) {
        recount(&ports[index]);
        struct elbod_port_report *counts = &ports[index].report;
        counts->connections = ports[index].connections;
        *report = *counts;
        counts->refused = counts->replaced = counts->cut = 0;
    }
    pthread_mutex_unlock(&lock);
    return exists;
}
