/* SPDX-License-Identifier: Apache-2.0 */
#include "preview/trial.h"

#include "mongo/command.h"

/* How long a transaction lives where the server does not say. Other writers wait for its documents
 * as long. */
#define LIFETIME_S 60
#define LOG_BYTES_MAX (64 * 1024 * 1024)

enum {
    ATTEMPTS = 5
};

/* Something that has to be done again in a new transaction: a write, or a cursor that is open. */
typedef struct {
    GwWriteKind kind;
    char *db;               /* owned */
    bson_t *command;        /* owned */
    const char *batch_name; /* borrowed: static; NULL = no batch */
    uint8_t *batch;         /* owned */
    size_t batch_bytes;
    size_t batch_count;
    gconstpointer owner; /* compared, never followed */
    gint64 given;        /* of a cursor: the id that the script knows; 0 = a write */
    gint64 now;          /* the id that it has in this transaction */
    guint batches;       /* how many were fetched after the first */
    gint64 batch_size;   /* of those; 0 = the server's own */
} Entry;

struct GwTrial {
    GwConn *outside;    /* owned */
    GwSession *session; /* owned; NULL: no transactions there */
    GwWriter *server;   /* owned */
    GPtrArray *log;     /* owned: Entry */
    gsize log_bytes;
    gint64 start_us;    /* of the dry run's first call; 0 = none yet */
    gint64 lifetime_us; /* how long it may take */
    char *end;          /* owned */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    g_free(entry->db);
    g_clear_pointer(&entry->command, bson_destroy);
    g_free(entry->batch);
    g_free(entry);
}

/* Three quarters of what the server gives a transaction. */
static gint64
lifetime_us(GwConn *conn)
{
    g_autoptr(bson_t) command =
        BCON_NEW("getParameter", BCON_INT32(1), "transactionLifetimeLimitSeconds", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    /* Not every user may ask. */
    (void)gw_command_read(conn, "admin", command, NULL, &reply, NULL);
    return gw_bson_get_int(&reply, "transactionLifetimeLimitSeconds", LIFETIME_S) *
           G_TIME_SPAN_SECOND * 3 / 4;
}

GwTrial *
gw_trial_new(GwClients *clients, GError **error)
{
    g_autoptr(GwTrial) trial = g_new0(GwTrial, 1);

    trial->outside = gw_conn_take(clients);
    trial->server = gw_writer_server_new();
    trial->log = g_ptr_array_new_with_free_func(entry_free);
    if (!gw_clients_server(clients)->has_transactions)
        return g_steal_pointer(&trial);
    trial->lifetime_us = lifetime_us(trial->outside);
    trial->session = gw_session_begin(clients, NULL, error);
    return trial->session != NULL ? g_steal_pointer(&trial) : NULL;
}

void
gw_trial_free(GwTrial *trial)
{
    if (trial == NULL)
        return;
    gw_session_free(trial->session);
    gw_writer_free(trial->server);
    g_clear_pointer(&trial->outside, gw_conn_release);
    g_ptr_array_unref(trial->log);
    g_free(trial->end);
    g_free(trial);
}

bool
gw_trial_has_transactions(const GwTrial *trial)
{
    return trial->session != NULL;
}

bool
gw_trial_has_writes(const GwTrial *trial)
{
    return trial->log_bytes > 0;
}

const char *
gw_trial_end(const GwTrial *trial)
{
    return trial->end;
}

GwConn *
gw_trial_outside(GwTrial *trial)
{
    return trial->outside;
}

static bool
throw_end(const GwTrial *trial, GError **error)
{
    return gw_throw(error, GW_ERROR_FAILED, "the dry run ended here, %s", trial->end);
}

/* Whether there is time left. */
static bool
check_time(GwTrial *trial)
{
    gint64 now_us = g_get_monotonic_time();

    if (trial->end == NULL && trial->session != NULL &&
        now_us - trial->start_us > trial->lifetime_us)
        trial->end =
            g_strdup_printf("after %.0f seconds, since the server lets no transaction live "
                            "much longer; what comes after was not tried",
                            (double)trial->lifetime_us / (double)G_TIME_SPAN_SECOND);
    return trial->end == NULL;
}

/* Ready for a call: there is time left, and a transaction. */
static bool
enter(GwTrial *trial, GError **error)
{
    if (trial->start_us == 0)
        trial->start_us = g_get_monotonic_time();
    if (!check_time(trial))
        return throw_end(trial, error);
    if (trial->session == NULL || gw_session_in_transaction(trial->session))
        return true;
    return gw_session_transaction_begin(trial->session, NULL, error);
}

static bool
apply_ours(GwTrial *trial, const GwWrite *ours, bson_t *out_reply, GError **error)
{
    return gw_writer_apply(trial->server, gw_session_conn(trial->session), ours, out_reply, error);
}

static bool
send_entry(GwTrial *trial, const Entry *entry, bson_t *out_reply, GError **error)
{
    const GwWrite write = {
        .kind = entry->kind,
        .db = entry->db,
        .command = entry->command,
        .batch_name = entry->batch_name,
        .batch = entry->batch,
        .batch_bytes = entry->batch_bytes,
        .batch_count = entry->batch_count,
        .session = trial->session,
    };

    return apply_ours(trial, &write, out_reply, error);
}

static bool
read_now(GwTrial *trial, const char *db, const bson_t *command, bson_t *out_reply, GError **error)
{
    GwConn *conn = trial->session != NULL ? gw_session_conn(trial->session) : trial->outside;

    return gw_command_read(conn, db, command, trial->session, out_reply, error);
}

/* Open a cursor anew and read it as far as it had been read. */
static bool
reopen(GwTrial *trial, Entry *entry, GError **error)
{
    g_autofree char *coll = NULL;
    const char *ns = NULL;

    for (guint batch = 0; batch <= entry->batches; batch++) {
        g_autoptr(bson_t) more = NULL;
        g_auto(bson_t) reply = BSON_INITIALIZER;

        if (batch > 0)
            more = BCON_NEW("getMore", BCON_INT64(entry->now), "collection", BCON_UTF8(coll));
        if (more != NULL && entry->batch_size > 0)
            BSON_APPEND_INT64(more, "batchSize", entry->batch_size);
        if (!read_now(trial, entry->db, more != NULL ? more : entry->command, &reply, error))
            return false;
        entry->now = gw_bson_get_int(&reply, "cursor.id", 0);
        ns = gw_bson_get_str(&reply, "cursor.ns");
        if (coll == NULL && ns != NULL && strchr(ns, '.') != NULL)
            coll = g_strdup(strchr(ns, '.') + 1);
        if (entry->now == 0)
            return true;
    }
    return true;
}

static bool
replay_entry(GwTrial *trial, Entry *entry, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (entry->given != 0)
        return reopen(trial, entry, error);
    if (!send_entry(trial, entry, &reply, error))
        return false;
    if (gw_bson_has(&reply, "writeErrors"))
        return gw_throw(error, GW_ERROR_SERVER, "%s",
                        gw_bson_get_str(&reply, "writeErrors.0.errmsg"));
    return true;
}

static bool
replay_all(GwTrial *trial, GError **error)
{
    (void)gw_session_transaction_abort(trial->session, NULL); /* the server may have done it */
    if (!gw_session_transaction_begin(trial->session, NULL, error))
        return false;
    for (guint next = 0; next < trial->log->len; next++) {
        if (!check_time(trial))
            return throw_end(trial, error);
        if (!replay_entry(trial, g_ptr_array_index(trial->log, next), error))
            return false;
    }
    return true;
}

/* Somebody else's transaction holds a document, or a collection: it may be done soon. */
static void
pause_before(guint attempt)
{
    g_usleep(attempt * attempt * 20 * G_TIME_SPAN_MILLISECOND);
}

/* The transaction is gone: make it as it was. Where that can't be done, nothing more is tried. */
static bool
revive(GwTrial *trial)
{
    g_autoptr(GError) failure = NULL;

    if (trial->session == NULL || trial->end != NULL)
        return trial->end == NULL;
    if (trial->log_bytes > LOG_BYTES_MAX) {
        trial->end =
            g_strdup("where a statement failed, and what came before it is too much to be done "
                     "again; what comes after was not tried");
        return false;
    }
    for (guint attempt = 0; attempt < ATTEMPTS; attempt++) {
        pause_before(attempt);
        g_clear_error(&failure);
        if (replay_all(trial, &failure))
            return true;
        if (trial->end != NULL)
            return false;
    }
    trial->end =
        g_strdup_printf("where a statement failed, and what came before it could not be done "
                        "again (%s); what comes after was not tried",
                        failure->message);
    return false;
}

static bool
is_transient(const GError *failure)
{
    return gw_error_has_label(failure, "TransientTransactionError");
}

static Entry *
find_cursor(GwTrial *trial, gint64 given)
{
    for (guint next = 0; given != 0 && next < trial->log->len; next++) {
        Entry *entry = g_ptr_array_index(trial->log, next);

        if (entry->given == given)
            return entry;
    }
    return NULL;
}

static gint64
asked_cursor(const bson_t *command)
{
    return gw_bson_get_int(command, "getMore", gw_bson_get_int(command, "cursors.0", 0));
}

/* A script knows a cursor by the id that it was told last. Owned; NULL where the command may go as
 * it is. */
static bson_t *
with_current_cursor(GwTrial *trial, const bson_t *command)
{
    const Entry *entry = find_cursor(trial, asked_cursor(command));
    bson_t *changed = NULL;

    if (entry == NULL || entry->now == entry->given)
        return NULL;
    if (gw_bson_has(command, "getMore")) {
        changed = BCON_NEW("getMore", BCON_INT64(entry->now));
        bson_copy_to_excluding_noinit(command, changed, "getMore", NULL);
        return changed;
    }
    changed = BCON_NEW("killCursors", BCON_UTF8(gw_bson_get_str(command, "killCursors")), "cursors",
                       "[", BCON_INT64(entry->now), "]");
    return changed;
}

static void
note_cursor(GwTrial *trial, const char *db, const bson_t *command, const bson_t *reply)
{
    gint64 asked = asked_cursor(command);
    gint64 open = gw_bson_get_int(reply, "cursor.id", 0);
    Entry *entry = find_cursor(trial, asked);

    if (entry != NULL && open != 0) {
        entry->batches++;
        entry->batch_size = gw_bson_get_int(command, "batchSize", 0);
        entry->given = entry->now = open;
    } else if (entry != NULL) {
        g_ptr_array_remove(trial->log, entry);
    }
    if (asked != 0 || open == 0)
        return;
    entry = g_new0(Entry, 1);
    entry->db = g_strdup(db);
    entry->command = bson_copy(command);
    entry->given = entry->now = open;
    g_ptr_array_add(trial->log, entry);
}

/* A cursor that came to its end when it was read anew. */
static bool
is_exhausted(GwTrial *trial, const bson_t *command)
{
    const Entry *entry = find_cursor(trial, asked_cursor(command));

    return entry != NULL && entry->now == 0;
}

static bool
answer_exhausted(const bson_t *command, bson_t *out_reply)
{
    const char *coll = gw_bson_get_str(command, "collection");

    bson_init(out_reply);
    BCON_APPEND(out_reply, "cursor", "{", "nextBatch", "[", "]", "id", BCON_INT64(0), "ns",
                BCON_UTF8(coll != NULL ? coll : ""), "}", "ok", BCON_DOUBLE(1));
    return true;
}

static bool
try_read(GwTrial *trial, const char *db, const bson_t *command, bson_t *out_reply, GError **error)
{
    g_autoptr(bson_t) changed = with_current_cursor(trial, command);

    if (is_exhausted(trial, command))
        return answer_exhausted(command, out_reply);
    if (!read_now(trial, db, changed != NULL ? changed : command, out_reply, error))
        return false;
    if (trial->session != NULL)
        note_cursor(trial, db, command, out_reply);
    return true;
}

bool
gw_trial_read(GwTrial *trial, const char *db, const bson_t *command, bson_t *out_reply,
              GError **error)
{
    g_autoptr(GError) failure = NULL;

    bson_init(out_reply);
    if (!enter(trial, error))
        return false;
    for (guint attempt = 0; attempt < ATTEMPTS; attempt++) {
        pause_before(attempt);
        g_clear_error(&failure);
        bson_destroy(out_reply);
        if (try_read(trial, db, command, out_reply, &failure))
            return true;
        if (!revive(trial))
            return throw_end(trial, error);
        if (!is_transient(failure))
            break;
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static void
remember(GwTrial *trial, const GwWrite *write, gconstpointer owner)
{
    Entry *entry = g_new0(Entry, 1);

    trial->log_bytes += write->command->len + write->batch_bytes;
    entry->kind = write->kind;
    entry->db = g_strdup(write->db);
    entry->owner = owner;
    /* Beyond the limit it is never sent again. */
    if (trial->log_bytes <= LOG_BYTES_MAX) {
        entry->command = bson_copy(write->command);
        entry->batch_name = write->batch_name;
        entry->batch = g_memdup2(write->batch, write->batch_bytes);
        entry->batch_bytes = write->batch_bytes;
        entry->batch_count = write->batch_count;
        g_ptr_array_add(trial->log, entry);
        return;
    }
    entry_free(entry);
}

bool
gw_trial_write(GwTrial *trial, const GwWrite *write, gconstpointer owner, bson_t *out_reply,
               GError **error)
{
    GwWrite ours = *write;
    g_autoptr(GError) failure = NULL;

    g_assert(trial->session != NULL);
    ours.session = trial->session;
    bson_init(out_reply);
    if (!enter(trial, error))
        return false;
    for (guint attempt = 0; attempt < ATTEMPTS; attempt++) {
        bool done = false;

        g_clear_error(&failure);
        bson_destroy(out_reply);
        done = apply_ours(trial, &ours, out_reply, &failure);
        if (done && !gw_bson_has(out_reply, "writeErrors")) {
            remember(trial, write, owner);
            return true;
        }
        if (!revive(trial))
            return throw_end(trial, error);
        if (done)
            return true;
        if (!is_transient(failure))
            break;
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

void
gw_trial_keep(GwTrial *trial, gconstpointer owner)
{
    for (guint next = 0; next < trial->log->len; next++) {
        Entry *entry = g_ptr_array_index(trial->log, next);

        if (entry->owner == owner)
            entry->owner = NULL;
    }
}

bool
gw_trial_drop(GwTrial *trial, gconstpointer owner, GError **error)
{
    guint before = trial->log->len;

    for (guint next = before; next > 0; next--) {
        const Entry *entry = g_ptr_array_index(trial->log, next - 1);

        if (entry->owner == owner)
            g_ptr_array_remove_index(trial->log, next - 1);
    }
    if (trial->log->len == before && trial->log_bytes <= LOG_BYTES_MAX)
        return true;
    return revive(trial) || throw_end(trial, error);
}
