/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that looks after a job: once a second, on a connection of its own, so that nobody who
 * changes documents ever waits for it. What it can't do it leaves: that nobody sees how far a job
 * is does not make the job fail.
 */
#include "journal/pace-internal.h"

#include <string.h>

#define TICK_US G_TIME_SPAN_SECOND

/* Who else uses the server is known after that, and what counts as use: so many reads and writes
 * since the last look, and so many a second. */
#define GLANCE_US (50 * 1000)
#define OTHERS_MIN 5
#define OTHERS_RATE 5

/* So often the server hears of a session before it would end it. */
#define KEEPS_A_SESSION 6

/* Counting stops after that. */
#define COUNT_MS 1000

/* More than that, and the server's own writes wait for it: at 20 % of dirty pages it lets every
 * operation write some to disk first. A gentle run stays away from that. */
#define DIRTY_MAX 19
#define DIRTY_MAX_GENTLE 8
#define USED_MAX 97
#define QUEUE_MAX 16
#define QUEUE_MAX_GENTLE 2

/* So many changes in a second that met somebody else's. */
#define RETRIES_MAX 8

#define PAUSE_MIN_US (20 * 1000)
#define PAUSE_MAX_US (2 * G_TIME_SPAN_SECOND)

/* What the thread has at hand. */
typedef struct {
    GwPace *pace;         /* borrowed */
    GwColl *jobs;         /* owned; NULL before it is needed */
    GwConn *conn;         /* owned; the same */
    gint64 last_us;       /* when it looked last */
    gint64 kept_us;       /* when it told last that cursors are in use */
    gint64 last_count;    /* documents then */
    const char *last_why; /* why somebody waited then */
    bool has_begun;       /* something was written */
    guint processors;     /* of the server; 0 = not known */
} Look;

static void
look_clear(Look *look)
{
    g_clear_pointer(&look->jobs, gw_coll_free);
    g_clear_pointer(&look->conn, gw_conn_release);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static void
emit(const GwPace *pace, const GwEvent *event)
{
    const GwObserver *observer = &pace->params.observer;

    if (observer->func != NULL)
        observer->func(event, observer->data);
}

static void
tell(const GwPace *pace, const char *text)
{
    emit(pace, &(GwEvent){.kind = GW_EVENT_NOTE,
                          .migration = pace->migration,
                          .text = text,
                          .text_bytes = strlen(text)});
}

/* Where nobody knows how many documents there are, ask. */
static void
count_total(Look *look)
{
    GwPace *pace = look->pace;
    g_autoptr(bson_t) count = NULL;
    g_autofree char *db = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    gint64 total = 0;

    g_mutex_lock(&pace->lock);
    count = g_steal_pointer(&pace->count);
    db = g_strdup(pace->count_db);
    g_mutex_unlock(&pace->lock);
    if (count == NULL)
        return;
    BSON_APPEND_INT32(count, "maxTimeMS", COUNT_MS);
    if (!gw_command_read(look->conn, db, count, NULL, &reply, NULL))
        return;
    total = gw_bson_get_int(&reply, "n", gw_bson_get_int(&reply, "cursor.firstBatch.0.n", 0));
    g_mutex_lock(&pace->lock);
    pace->total = MAX(pace->total, total);
    g_mutex_unlock(&pace->lock);
}

/* The server's own thread builds them; it is known by what it builds. */
static void
ask_for_build(Look *look, const GwPaceBuild *build)
{
    GwPace *pace = look->pace;
    g_autoptr(bson_t) command = BCON_NEW(
        "currentOp", BCON_INT32(1), "command.createIndexes", BCON_UTF8(build->coll), "command.$db",
        BCON_UTF8(build->db), "progress.total", "{", "$gt", BCON_INT32(0), "}");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_command_read(look->conn, "admin", command, NULL, &reply, NULL) ||
        !gw_bson_has(&reply, "inprog.0.progress"))
        return;
    g_mutex_lock(&pace->lock);
    pace->total = gw_bson_get_int(&reply, "inprog.0.progress.total", 0);
    pace->passed = gw_bson_get_int(&reply, "inprog.0.progress.done", 0);
    g_mutex_unlock(&pace->lock);
}

/* Whoever waits for it looks at nothing meanwhile. */
static void
look_at_build(Look *look)
{
    GwPace *pace = look->pace;

    g_mutex_lock(&pace->build_lock);
    if (pace->build != NULL && gw_pace_is_stopped(pace)) {
        pace->build->give_up(look->conn, pace->build->data);
        pace->build = NULL;
    } else if (pace->build != NULL) {
        ask_for_build(look, pace->build);
    }
    g_mutex_unlock(&pace->build_lock);
}

static void
slow_down(GwPace *pace, const GwLoad *load)
{
    const bool is_gentle = pace->limits.is_gentle;
    const bool is_busy =
        load->dirty > (is_gentle ? DIRTY_MAX_GENTLE : DIRTY_MAX) || load->used > USED_MAX ||
        load->queue > (is_gentle ? QUEUE_MAX_GENTLE : QUEUE_MAX) || pace->retries > RETRIES_MAX;

    pace->retries = 0;
    if (is_busy)
        pace->pause_us = CLAMP(pace->pause_us * 2, PAUSE_MIN_US, PAUSE_MAX_US);
    else
        pace->pause_us = pace->pause_us > PAUSE_MIN_US ? pace->pause_us / 2 : 0;
}

/* Whether anybody else had something served between two looks. What is on its way may be ours. */
static bool
are_others(const GwSeen *seen, const GwSeen *now)
{
    const gint64 own = now->load.own_max - seen->load.own_min;
    const gint64 others = now->load.served - seen->load.served - own;
    const gint64 elapsed_us = MAX(1, now->at_us - seen->at_us);

    return others >= OTHERS_MIN && others * G_TIME_SPAN_SECOND / elapsed_us >= OTHERS_RATE;
}

/* Who waits for an answer of a busy server waits for a processor above all: one of them is left to
 * others. */
static void
look_for_others(Look *look, const GwLoad *load)
{
    GwPace *pace = look->pace;
    const GwSeen now = {.at_us = g_get_monotonic_time(), .load = *load};
    const bool can_know = load->served >= 0 && look->processors > 0;

    pace->knows_others = !can_know || (pace->seen.at_us > 0 && pace->seen.load.served >= 0);
    if (!can_know)
        pace->width = 0;
    else if (pace->knows_others)
        pace->width = are_others(&pace->seen, &now) ? MAX(1, look->processors - 1) : 0;
    pace->seen = now;
    pace->wants_look = false;
}

/* Somebody asked for a bound that can't be kept as they meant it. */
static void
tell_lag(GwPace *pace, const GwLoad *load)
{
    if (pace->limits.max_lag_ms == 0 || pace->has_told || (load->lag_ms >= 0 && !load->is_denied))
        return;
    pace->has_told = true;
    tell(pace, load->lag_ms < 0
                   ? "nobody here tells how far members of a replica set are behind: max-lag "
                     "bounds nothing"
                   : "this user may not ask how far each member is behind (replSetGetStatus; the "
                     "role clusterMonitor allows it): max-lag goes by the majority of them");
}

static void
connect_look(Look *look)
{
    const GwPaceParams *params = &look->pace->params;

    if (look->conn != NULL)
        return;
    look->conn = gw_conn_take(params->clients);
    look->jobs = gw_coll_new(params->clients, params->db, GW_JOB_COLLECTION);
    look->processors = gw_load_processors(look->conn);
}

static void
look_at_load(Look *look)
{
    GwPace *pace = look->pace;
    GwLoad load = {0};

    connect_look(look);
    gw_load_look(pace->params.clients, look->conn, &load);
    g_mutex_lock(&pace->lock);
    look_for_others(look, &load);
    pace->lag_ms = load.lag_ms;
    pace->has_looked = true;
    slow_down(pace, &load);
    g_cond_broadcast(&pace->changed);
    g_mutex_unlock(&pace->lock);
    tell_lag(pace, &load);
}

/* Documents of the change under way, else of the job. */
static gint64
documents_of(const GwPace *pace)
{
    const bool is_sweep = pace->ns != NULL || pace->is_undo;
    const gint64 documents = is_sweep ? pace->passed : pace->changed_sum;

    return is_sweep && pace->total > 0 ? MIN(documents, pace->total) : documents;
}

/* Of late, not of all the time: what waited for an hour is as fast as ever afterwards. */
static void
measure_rate(Look *look)
{
    GwPace *pace = look->pace;
    const gint64 now_us = g_get_monotonic_time();
    const gint64 documents = documents_of(pace);
    const gint64 elapsed_us = MAX(1, now_us - look->last_us);
    const gint64 rate = MAX(0, documents - look->last_count) * G_TIME_SPAN_SECOND / elapsed_us;

    pace->rate = pace->rate < 0 ? rate : (pace->rate * 2 + rate) / 3;
    look->last_us = now_us;
    look->last_count = documents;
}

static void
read_facts(const GwPace *pace, GwProgressFacts *facts)
{
    facts->documents = documents_of(pace);
    facts->total = pace->ns != NULL || pace->is_undo ? pace->total : 0;
    facts->changed = pace->changed_sum;
    facts->rate = MAX(0, pace->rate);
    facts->left_ms = -1;
    facts->lag_ms = pace->lag_ms;
    facts->is_undo = pace->is_undo;
    facts->waiting = pace->waiting != NULL && pace->waiting[0] != '\0' ? pace->waiting : NULL;
    if (facts->total > 0 && facts->rate > 0)
        facts->left_ms = (facts->total - facts->documents) * 1000 / facts->rate;
}

static void
append_or_null(bson_t *doc, const char *key, const char *text)
{
    if (text != NULL)
        BSON_APPEND_UTF8(doc, key, text);
    else
        BSON_APPEND_NULL(doc, key);
}

static bson_t *
update_of(const GwProgressFacts *facts, bool is_first)
{
    bson_t *update = bson_new();
    bson_t set = BSON_INITIALIZER;

    bson_append_document_begin(update, "$set", -1, &set);
    append_or_null(&set, "progress.namespace", facts->ns);
    append_or_null(&set, "progress.waiting", facts->waiting);
    BSON_APPEND_INT64(&set, "progress.documents", facts->documents);
    BSON_APPEND_INT64(&set, "progress.total", facts->total);
    BSON_APPEND_INT64(&set, "progress.changed", facts->changed);
    BSON_APPEND_INT64(&set, "progress.rate", facts->rate);
    BSON_APPEND_INT64(&set, "progress.left", facts->left_ms);
    BSON_APPEND_INT64(&set, "progress.lag", facts->lag_ms);
    BSON_APPEND_BOOL(&set, "progress.undo", facts->is_undo);
    bson_append_document_end(update, &set);
    BCON_APPEND(update, "$currentDate", "{", "progress.at", BCON_BOOL(true), "}");
    /* What was wanted of it earlier, when it did something else. */
    if (is_first)
        BCON_APPEND(update, "$unset", "{", "control", BCON_INT32(1), "}");
    return update;
}

/* What somebody wrote with godwit job. */
static void
hear(GwPace *pace, const bson_t *doc)
{
    pace->is_paused = gw_bson_get_bool(doc, "control.pause", false);
    if (!pace->is_undo && gw_bson_get_bool(doc, "control.cancel", false))
        pace->cancelled = 1;
    pace->limits.max_rate = gw_bson_get_int(doc, "control.maxRate", pace->limits.max_rate);
    pace->limits.max_lag_ms = gw_bson_get_int(doc, "control.maxLag", pace->limits.max_lag_ms);
    g_cond_broadcast(&pace->changed);
}

/* The job, unless somebody has ended it: who was stopped past the lease finds nothing to change. */
static bson_t *
filter_of(const GwPace *pace)
{
    if (!pace->is_undo)
        return BCON_NEW("_id", BCON_OID(&pace->job), "status",
                        BCON_UTF8(gw_job_status_name(GW_JOB_OPEN)));
    return BCON_NEW("_id", BCON_OID(&pace->job), "status", "{", "$in", "[",
                    BCON_UTF8(gw_job_status_name(GW_JOB_OPEN)),
                    BCON_UTF8(gw_job_status_name(GW_JOB_DONE)),
                    BCON_UTF8(gw_job_status_name(GW_JOB_UNDOING)), "]", "}");
}

static void
exchange(Look *look, const GwProgressFacts *facts)
{
    GwPace *pace = look->pace;
    g_autoptr(bson_t) filter = filter_of(pace);
    /* What is taken back has the document of what is taken back. */
    g_autoptr(bson_t) update = update_of(facts, pace->is_undo && !look->has_begun);
    g_autoptr(bson_t) doc = NULL;

    if (!gw_coll_find_and_modify(look->jobs, filter, update, false, &doc, NULL) || doc == NULL)
        return;
    look->has_begun = true;
    g_mutex_lock(&pace->lock);
    hear(pace, doc);
    g_mutex_unlock(&pace->lock);
}

/* A word in a log, when it begins and when it is over. */
static void
tell_waiting(Look *look, const GwProgressFacts *facts)
{
    g_autofree char *text = NULL;

    if (g_strcmp0(look->last_why, facts->waiting) == 0)
        return;
    text = facts->waiting != NULL
               ? g_strdup_printf("'%s' waits: %s", look->pace->migration, facts->waiting)
               : g_strdup_printf("'%s' goes on", look->pace->migration);
    look->last_why = facts->waiting;
    tell(look->pace, text);
}

/* Who waits, for an hour or for the evening, reads on afterwards. Where it fails it is tried again.
 */
static void
keep_cursors(Look *look)
{
    const gint64 session_ms = gw_clients_server(look->pace->params.clients)->session_ms;
    const gint64 now_us = g_get_monotonic_time();

    if (now_us - look->kept_us >= session_ms * G_TIME_SPAN_MILLISECOND / KEEPS_A_SESSION &&
        gw_command_keep_cursors(look->conn, NULL))
        look->kept_us = now_us;
}

static void
tick(Look *look)
{
    GwPace *pace = look->pace;
    g_autofree char *ns = NULL;
    GwProgressFacts facts = {0};

    connect_look(look);
    keep_cursors(look);
    count_total(look);
    look_at_build(look);
    look_at_load(look);
    g_mutex_lock(&pace->lock);
    measure_rate(look);
    read_facts(pace, &facts);
    ns = g_strdup(pace->ns);
    g_mutex_unlock(&pace->lock);
    facts.ns = ns;
    exchange(look, &facts);
    tell_waiting(look, &facts);
    emit(pace, &(GwEvent){.kind = GW_EVENT_PROGRESS,
                          .migration = pace->migration,
                          .count = facts.documents,
                          .total = facts.total,
                          .progress = &facts});
}

/* Until then, or until somebody wants it sooner. False once the job is over. */
static bool
wait_for(GwPace *pace, gint64 until_us)
{
    bool is_ended = false;

    g_mutex_lock(&pace->lock);
    while (!pace->is_ended && !pace->wants_look && g_get_monotonic_time() < until_us)
        (void)g_cond_wait_until(&pace->changed, &pace->lock, until_us);
    is_ended = pace->is_ended;
    g_mutex_unlock(&pace->lock);
    return !is_ended;
}

static bool
knows_others(GwPace *pace)
{
    bool knows = false;

    g_mutex_lock(&pace->lock);
    knows = pace->knows_others;
    g_mutex_unlock(&pace->lock);
    return knows;
}

/* Most jobs are over before there is anything to look at. One that may have to wait from the start
 * is looked after from the start. */
static bool
begins_at_once(const GwPace *pace)
{
    return pace->params.limits.max_lag_ms > 0 ||
           pace->params.limits.window_from != pace->params.limits.window_to;
}

gpointer
gw_pace_look_after(gpointer data)
{
    GwPace *pace = data;
    g_auto(Look) look = {.pace = pace, .last_us = g_get_monotonic_time()};
    gint64 tick_us = look.last_us + (begins_at_once(pace) ? 0 : TICK_US);
    gint64 glance_us = tick_us;

    look.kept_us = look.last_us;
    while (wait_for(pace, MIN(tick_us, glance_us))) {
        const gint64 now_us = g_get_monotonic_time();

        if (now_us >= tick_us) {
            tick_us = now_us + TICK_US;
            tick(&look);
        } else {
            look_at_load(&look);
        }
        glance_us = knows_others(pace) ? tick_us : g_get_monotonic_time() + GLANCE_US;
    }
    return NULL;
}
