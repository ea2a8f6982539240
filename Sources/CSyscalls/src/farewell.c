// The ends of connections: send, and whom to wait for.
#define _GNU_SOURCE
#include "connections.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// How long before a port was closed a peer sent that will send again soon, if it sends as fast as it is answered.
#define RECENTLY 250000000
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
    struct connection *connections = atomic_load_explicit(&elbod_table, memory_order_relaxed);
    bool is_known = connections && descriptor >= 0 && descriptor < elbod_table_size;
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
    struct connection *connections = atomic_load(&elbod_table);
    if (!connections || descriptor < 0 || descriptor >= elbod_table_size) return;
    struct connection *connection = &connections[descriptor];
    pthread_mutex_lock(&elbod_lock);
    int number = (int)(elbod_port_at(path, tcp_port, elbod_common) - elbod_ports) + 1;
    // The descriptor may have come to mean another connection.
    if (atomic_load(&connection->port) == number && elbod_identity_of(descriptor) == connection->identity)
        atomic_store(&connection->last, bytes > 0 && is_read(descriptor) ? bytes : BUSY);
    pthread_mutex_unlock(&elbod_lock);
}

bool elbod_has_connection(const char *path, int tcp_port, int descriptor) {
    struct connection *connections = atomic_load(&elbod_table);
    if (!connections || descriptor < 0 || descriptor >= elbod_table_size) return false;
    struct connection *connection = &connections[descriptor];
    pthread_mutex_lock(&elbod_lock);
    int number = (int)(elbod_port_at(path, tcp_port, elbod_common) - elbod_ports) + 1;
    bool has = atomic_load(&connection->port) == number && elbod_identity_of(descriptor) == connection->identity
        && !atomic_load(&connection->peer.is_gone);
    pthread_mutex_unlock(&elbod_lock);
    return has;
}

void elbod_close_port(const char *path, int tcp_port) {
    pthread_mutex_lock(&elbod_lock);
    struct connection *connections = atomic_load(&elbod_table);
    struct port *port = elbod_port_at(path, tcp_port, elbod_common);
    port->is_closed = true;
    port->closed = elbod_now();
    for (int descriptor = 0; connections && descriptor < atomic_load(&elbod_table_end); descriptor++)
        connections[descriptor].heard = atomic_load(&connections[descriptor].peer.received);
    pthread_mutex_unlock(&elbod_lock);
}

int elbod_next_awaited(const char *path, int tcp_port, int after) {
    struct connection *connections = atomic_load(&elbod_table);
    int awaited = -1;
    pthread_mutex_lock(&elbod_lock);
    struct port *port = elbod_port_at(path, tcp_port, elbod_common);
    int number = (int)(port - elbod_ports) + 1;
    for (int descriptor = after + 1; connections && awaited < 0 && descriptor < atomic_load(&elbod_table_end); descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) != number || elbod_identity_of(descriptor) != connection->identity) continue;
        bool has_spoken = atomic_load(&connection->peer.received) != connection->heard;
        if (!has_spoken && connection->active + RECENTLY >= port->closed) awaited = descriptor;
    }
    pthread_mutex_unlock(&elbod_lock);
    return awaited;
}

void elbod_end_idle(const char *path, int tcp_port, bool also_busy) {
    struct connection *connections = atomic_load(&elbod_table);
    pthread_mutex_lock(&elbod_lock);
    int number = (int)(elbod_port_at(path, tcp_port, elbod_common) - elbod_ports) + 1;
    for (int descriptor = 0; descriptor < atomic_load(&elbod_table_end); descriptor++) {
        struct connection *connection = &connections[descriptor];
        if (atomic_load(&connection->port) != number || elbod_identity_of(descriptor) != connection->identity) continue;
        int64_t last = atomic_load(&connection->last);
        bool may_end = last == 0 || (also_busy && last == BUSY);
        if (!may_end || !is_read(descriptor)) continue;
        shutdown(descriptor, SHUT_WR);
        atomic_store(&connection->last, ENDED);
    }
    pthread_mutex_unlock(&elbod_lock);
}

