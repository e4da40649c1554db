/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/stall.h"

#include <netdb.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "mongo/conn.h"

#define PATIENCE_MIN_MS 10000
#define CONNECTS_PER_PATIENCE 3
#define TICKS_PER_PATIENCE 10
#define MISSES 3

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_client_t, mongoc_client_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_apm_callbacks_t, mongoc_apm_callbacks_destroy)

struct GwStall {
    mongoc_uri_t *uri; /* owned */
    GwStallSinceFunc since;
    gpointer data; /* borrowed */
    gint64 patience_ms;
    GHashTable *misses; /* owned: "host:port" -> how often in a row; the thread's alone */
    bool is_doubtful;   /* some server was silent, and may be out for good: the thread's alone */
    GThread *thread;    /* owned */
    GMutex lock;        /* guards `is_ending` */
    GCond changed;      /* the same */
    bool is_ending;
};

static bool
is_same_peer(const struct sockaddr_storage *peer, const struct sockaddr *address)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)peer;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)peer;

    if (peer->ss_family != address->sa_family)
        return false;
    if (peer->ss_family == AF_INET)
        return four->sin_port == ((const struct sockaddr_in *)address)->sin_port &&
               four->sin_addr.s_addr == ((const struct sockaddr_in *)address)->sin_addr.s_addr;
    return peer->ss_family == AF_INET6 &&
           six->sin6_port == ((const struct sockaddr_in6 *)address)->sin6_port &&
           memcmp(&six->sin6_addr, &((const struct sockaddr_in6 *)address)->sin6_addr,
                  sizeof six->sin6_addr) == 0;
}

static bool
is_among(const struct sockaddr_storage *peer, const struct addrinfo *addresses)
{
    for (const struct addrinfo *one = addresses; one != NULL; one = one->ai_next) {
        if (is_same_peer(peer, one->ai_addr))
            return true;
    }
    return false;
}

/* Shut down whatever this process has open to one of `addresses`. The driver owns its sockets and
 * shows them to nobody; who waits at one that is shut down wakes up with an error. */
static void
shut_down_all(const struct addrinfo *addresses)
{
    g_autoptr(GDir) fds = g_dir_open("/proc/self/fd", 0, NULL);
    const char *name = NULL;

    while (fds != NULL && (name = g_dir_read_name(fds)) != NULL) {
        struct sockaddr_storage peer = {0};
        socklen_t length = sizeof peer;
        int fd = (int)g_ascii_strtoll(name, NULL, 10);

        if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && is_among(&peer, addresses))
            (void)shutdown(fd, SHUT_RDWR); /* where it fails it is closed already */
    }
}

static void
cut_off(const mongoc_host_list_t *host)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    g_autofree char *port = g_strdup_printf("%u", host->port);

    if (getaddrinfo(host->host, port, &hints, &addresses) != 0)
        return;
    shut_down_all(addresses);
    freeaddrinfo(addresses);
}

static void
note_answer(const mongoc_apm_server_heartbeat_succeeded_t *event)
{
    GwStall *stall = mongoc_apm_server_heartbeat_succeeded_get_context(event);
    const mongoc_host_list_t *host = mongoc_apm_server_heartbeat_succeeded_get_host(event);

    g_hash_table_remove(stall->misses, host->host_and_port);
}

static void
note_silence(const mongoc_apm_server_heartbeat_failed_t *event)
{
    GwStall *stall = mongoc_apm_server_heartbeat_failed_get_context(event);
    const mongoc_host_list_t *host = mongoc_apm_server_heartbeat_failed_get_host(event);
    gpointer known = g_hash_table_lookup(stall->misses, host->host_and_port);
    const guint count = GPOINTER_TO_UINT(known) + 1;

    g_hash_table_insert(stall->misses, g_strdup(host->host_and_port), GUINT_TO_POINTER(count));
    stall->is_doubtful = stall->is_doubtful || count < MISSES;
    if (count % MISSES == 0)
        cut_off(host);
}

/* Say hello to all servers, on connections of its own. */
static void
look(GwStall *stall)
{
    g_autoptr(mongoc_apm_callbacks_t) callbacks = mongoc_apm_callbacks_new();
    g_autoptr(mongoc_client_t) client = mongoc_client_new_from_uri(stall->uri);
    g_autoptr(mongoc_server_description_t) chosen = NULL;
    bson_error_t cause = {0};

    stall->is_doubtful = false;
    if (client == NULL)
        return;
    mongoc_apm_set_server_heartbeat_succeeded_cb(callbacks, note_answer);
    mongoc_apm_set_server_heartbeat_failed_cb(callbacks, note_silence);
    mongoc_client_set_apm_callbacks(client, callbacks, stall);
    /* Which one it finds does not matter: it asks all of them. */
    chosen = mongoc_client_select_server(client, false, NULL, &cause);
}

static bool
is_overdue(const GwStall *stall)
{
    const gint64 since_ms = stall->since(stall->data);

    return since_ms > 0 && gw_clock_monotonic_ms() - since_ms >= stall->patience_ms;
}

/* Returns false where it is time to end. */
static bool
pause_for(GwStall *stall, gint64 pause_ms)
{
    const gint64 until_us = g_get_monotonic_time() + pause_ms * G_TIME_SPAN_MILLISECOND;
    bool is_ending = false;

    g_mutex_lock(&stall->lock);
    while (!stall->is_ending && g_cond_wait_until(&stall->changed, &stall->lock, until_us))
        ;
    is_ending = stall->is_ending;
    g_mutex_unlock(&stall->lock);
    return !is_ending;
}

static gpointer
watch(gpointer data)
{
    GwStall *stall = data;
    const gint64 tick_ms = stall->patience_ms / TICKS_PER_PATIENCE;
    gint64 pause_ms = tick_ms;

    while (pause_for(stall, pause_ms)) {
        pause_ms = tick_ms;
        if (!is_overdue(stall)) {
            g_hash_table_remove_all(stall->misses);
            continue;
        }
        look(stall);
        /* A long command is asked about now and then, one that may hang soon again. */
        if (!stall->is_doubtful)
            pause_ms = stall->patience_ms;
    }
    return NULL;
}

GwStall *
gw_stall_new(const mongoc_uri_t *uri, GwStallSinceFunc since, gpointer data)
{
    const int32_t connect_ms = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 0);
    GwStall *stall = g_new0(GwStall, 1);

    stall->uri = mongoc_uri_copy(uri);
    mongoc_uri_set_option_as_bool(stall->uri, MONGOC_URI_SERVERSELECTIONTRYONCE, true);
    stall->since = since;
    stall->data = data;
    stall->patience_ms = MAX(PATIENCE_MIN_MS, (gint64)connect_ms * CONNECTS_PER_PATIENCE);
    stall->misses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_mutex_init(&stall->lock);
    g_cond_init(&stall->changed);
    stall->thread = g_thread_new("stall", watch, stall);
    return stall;
}

void
gw_stall_free(GwStall *stall)
{
    if (stall == NULL)
        return;
    g_mutex_lock(&stall->lock);
    stall->is_ending = true;
    g_cond_signal(&stall->changed);
    g_mutex_unlock(&stall->lock);
    g_thread_join(stall->thread);
    g_hash_table_unref(stall->misses);
    mongoc_uri_destroy(stall->uri);
    g_mutex_clear(&stall->lock);
    g_cond_clear(&stall->changed);
    g_free(stall);
}
