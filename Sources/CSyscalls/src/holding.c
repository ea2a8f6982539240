// What peers hold: what was read of messages that are not whole, and topics, with bounds for both; recv.
#define _GNU_SOURCE
#include "connections.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Bytes and parts a second that are forgiven where messages are encrypted: what a peer sends that is no message, as a
// heartbeat, looks like one, and is never delivered.
#define FORGIVEN_BYTES 1024
#define FORGIVEN_PARTS 4
// Less of a message than this is taken whatever waits, where that counts.
#define LARGE (64 << 10)
// A cut because all connections together hold too much goes on until they hold so much less.
#define RELIEF(bound) ((bound) - (bound) / 4)

// What encryption adds to a part (RFC 26): a command's name, a nonce, an authenticator and flags.
#define ENCRYPTION (8 + 8 + 16 + 1)

// Where ZMTP's greeting has its version.
#define VERSION 10

static struct group *group_of(const struct connection *connection) {
    int number = atomic_load_explicit(&connection->port, memory_order_relaxed);
    return &elbod_groups[number > 0 ? elbod_ports[number - 1].bounds.group : 0];
}

void elbod_release(struct connection *connection) {
    struct group *group = group_of(connection);
    group->unfinished -= atomic_exchange(&connection->unfinished, 0);
    group->topics -= atomic_exchange(&connection->topics, 0);
    atomic_store(&connection->undelivered, 0);
    atomic_store(&connection->parts, 0);
}

// Ends a connection: its owner sees that the peer has gone, and lets go of what it had gathered.
static void cut(struct connection *connection, int descriptor) {
    int number = atomic_load(&connection->port);
    if (number > 0) elbod_ports[number - 1].report.cut++;
    elbod_note_burden(connection);
    atomic_store(&connection->is_cut, true);
    atomic_store(&connection->peer.is_gone, true);
    atomic_store(&connection->peer.is_cut, true);
    elbod_release(connection);
    shutdown(descriptor, SHUT_RDWR);
}

static void subtract(_Atomic int64_t *held, _Atomic int64_t *sum, int64_t bytes) {
    // Another thread adds meanwhile, and nobody else subtracts more than there is for long.
    int64_t most = atomic_load(held);
    if (bytes > most) bytes = most > 0 ? most : 0;
    *held -= bytes;
    if (sum) *sum -= bytes;
}

// How much is to be said against a connection: of messages not only how much it holds counts but for how long, for
// those of honest peers are whole soon.
static double blame(const struct connection *connection, bool is_topics) {
    if (is_topics) return (double)connection->topics;
    return (double)connection->unfinished * (double)(elbod_now() - connection->since + 10000000);
}

// Cuts connections of a group until they hold no more than they may together.
static void relieve(struct group *group, bool is_topics, int64_t bound) {
    struct connection *connections = atomic_load(&elbod_table);
    pthread_mutex_lock(&elbod_lock);
    int64_t limit = bound;
    while (true) {
        int64_t sum = 0;
        int worst = -1;
        for (int descriptor = 0; descriptor < atomic_load(&elbod_table_end); descriptor++) {
            struct connection *connection = &connections[descriptor];
            if (atomic_load(&connection->port) == 0 || group_of(connection) != group) continue;
            int64_t held = is_topics ? connection->topics : connection->unfinished;
            sum += held;
            if (held > 0 && (worst < 0 || blame(connection, is_topics) > blame(&connections[worst], is_topics)))
                worst = descriptor;
        }
        atomic_store(is_topics ? &group->topics : &group->unfinished, sum);
        if (sum <= limit || worst < 0) break;
        limit = RELIEF(bound);
        cut(&connections[worst], worst);
    }
    pthread_mutex_unlock(&elbod_lock);
}

// Where the ends of messages cannot be seen, what is never delivered is forgiven, slowly.
static void forgive(struct connection *connection) {
    int64_t seconds = (elbod_now() - connection->forgiven) / 1000000000;
    if (seconds <= 0) return;
    connection->forgiven += seconds * 1000000000;
    int64_t bytes = seconds * FORGIVEN_BYTES;
    subtract(&connection->topics, &group_of(connection)->topics, bytes);
    subtract(&connection->undelivered, NULL, bytes);
    int parts = (int)(seconds < 1000 ? seconds : 1000) * FORGIVEN_PARTS;
    connection->parts -= connection->parts < parts ? connection->parts : parts;
}

// Takes into account what was read; whether that is more than one connection may have.
static bool exceeds(struct connection *connection, struct elbod_port_bounds *bounds, const void *bytes, size_t count) {
    struct group *group = &elbod_groups[bounds->group];
    struct zmtp_change change = zmtp_take(&connection->stream, bytes, count, bounds->part, bounds->topics > 0);
    if (connection->stream.is_too_large) atomic_store(&connection->peer.is_too_large, true);
    bool is_opaque = connection->stream.is_opaque;
    if (is_opaque) forgive(connection);
    bool has_topics = bounds->topics > 0;
    // Where it is not seen what are subscriptions, all is taken for them.
    int64_t topics = has_topics && is_opaque ? change.arrived - PART * change.new_parts : change.topics;
    connection->topics += topics;
    group->topics += topics;
    // What comes at a port of subscriptions is delivered to nobody.
    if (!has_topics) connection->undelivered += change.arrived;
    if (change.has_ended) {
        int64_t before = atomic_exchange(&connection->unfinished, 0);
        group->unfinished -= before;
        int64_t whole = before + change.arrived - change.unfinished;
        if (bounds->counts_whole && whole > 0) group->waiting += whole;
    }
    if (connection->unfinished == 0) connection->since = elbod_now();
    connection->unfinished += change.unfinished;
    group->unfinished += change.unfinished;
    // Ending a connection does not free what it has sent before: it is kept from sending more.
    if (bounds->counts_whole && connection->unfinished > LARGE
        && group->waiting + group->unfinished > bounds->all_unfinished)
        return true;
    // Parts that wait are subtracted when they are delivered; a message that is whole has none.
    bool is_waiting = is_opaque && !has_topics;
    if (is_waiting) connection->parts += change.new_parts;
    else connection->parts = is_opaque ? 1 : change.parts;
    return (has_topics && connection->topics > bounds->topics) || connection->unfinished > bounds->unfinished
        || (is_opaque && connection->undelivered > bounds->unfinished + bounds->waiting)
        || connection->parts > bounds->parts + (is_waiting ? bounds->waiting_parts : 0);
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags) {
    struct connection *connections = atomic_load_explicit(&elbod_table, memory_order_relaxed);
    bool is_known = connections && descriptor >= 0 && descriptor < elbod_table_size;
    if (is_known && atomic_load_explicit(&connections[descriptor].is_cut, memory_order_relaxed)) return 0;
    ssize_t count = (ssize_t)syscall(SYS_recvfrom, descriptor, bytes, size, flags, NULL, NULL);
    if (!is_known) return count;
    struct connection *connection = &connections[descriptor];
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) atomic_store(&connection->peer.is_gone, true);
    if (count <= 0) return count;
    int number = atomic_load_explicit(&connection->port, memory_order_relaxed);
    uint64_t before = atomic_fetch_add_explicit(&connection->peer.received, (uint64_t)count, memory_order_relaxed);
    if (before <= VERSION && before + (uint64_t)count > VERSION)
        connection->version = ((unsigned char *)bytes)[VERSION - before];
    if (number == 0) return count;
    struct elbod_port_bounds *bounds = &elbod_ports[number - 1].bounds;
    if (bounds->replaces_idle) atomic_store(&connection->active, elbod_now());
    if (bounds->part == 0) return count;
    struct group *group = &elbod_groups[bounds->group];
    bool is_over = exceeds(connection, bounds, bytes, (size_t)count);
    if (is_over) {
        pthread_mutex_lock(&elbod_lock);
        cut(connection, descriptor);
        pthread_mutex_unlock(&elbod_lock);
    }
    if (atomic_load_explicit(&group->unfinished, memory_order_relaxed) > bounds->all_unfinished)
        relieve(group, false, bounds->all_unfinished);
    if (bounds->topics > 0 && atomic_load_explicit(&group->topics, memory_order_relaxed) > bounds->all_topics)
        relieve(group, true, bounds->all_topics);
    // As if the peer had closed it: libzmq lets go of what it had gathered.
    return atomic_load_explicit(&connection->is_cut, memory_order_relaxed) ? 0 : count;
}

void elbod_note_delivery(int descriptor, int group, int parts, int64_t bytes) {
    struct connection *connections = atomic_load(&elbod_table);
    if (!connections || descriptor < 0 || descriptor >= elbod_table_size) return;
    struct connection *connection = &connections[descriptor];
    int number = atomic_load_explicit(&connection->port, memory_order_relaxed);
    bool is_opaque = connection->stream.is_opaque;
    bytes += (int64_t)parts * (PART + (is_opaque ? ENCRYPTION : 0));
    subtract(&elbod_groups[group].waiting, NULL, bytes);
    if (number == 0) return;
    subtract(&connection->undelivered, NULL, bytes);
    if (!is_opaque) return;
    connection->parts -= connection->parts < parts ? connection->parts : parts;
}

void elbod_note_drained(int group) { atomic_store(&elbod_groups[group].waiting, 0); }

bool elbod_next_connection(int *descriptor, struct elbod_connection *found) {
    struct connection *connections = atomic_load(&elbod_table);
    bool is_found = false;
    // Whoever reads a connection's identity beside what it holds must not read those of two.
    pthread_mutex_lock(&elbod_lock);
    for (int next = *descriptor + 1; connections && next < atomic_load(&elbod_table_end); next++) {
        struct connection *connection = &connections[next];
        int number = atomic_load(&connection->port);
        if (number == 0 || elbod_ports[number - 1].bounds.part == 0 || connection->is_cut) continue;
        *descriptor = next;
        found->identity = connection->identity;
        found->undelivered = connection->undelivered;
        found->group = elbod_ports[number - 1].bounds.group;
        is_found = true;
        break;
    }
    pthread_mutex_unlock(&elbod_lock);
    return is_found;
}

void elbod_cut_connection(int descriptor, uint64_t identity) {
    struct connection *connections = atomic_load(&elbod_table);
    if (!connections || descriptor < 0 || descriptor >= elbod_table_size) return;
    pthread_mutex_lock(&elbod_lock);
    struct connection *connection = &connections[descriptor];
    if (atomic_load(&connection->port) > 0 && connection->identity == identity) cut(connection, descriptor);
    pthread_mutex_unlock(&elbod_lock);
}

