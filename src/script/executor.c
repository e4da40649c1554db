/* SPDX-License-Identifier: Apache-2.0 */
#include "script/executor.h"

#include "base/error.h"

enum {
    WRITERS = 4,
    READERS = 4
};

struct GwLane {
    GwExecutor *executor; /* borrowed: outlives the lane */
    GThreadPool *thread;  /* owned: of one thread, so that tasks run in order */
    bson_t *options;      /* owned or NULL */
    GwSession *session;   /* owned: begun by the first task, touched by the lane's thread only */
    GError *error;        /* owned: why there is no session */
    gint pending;         /* atomic: tasks that are not done */
    gint references;      /* atomic: the executor's, and those of open cursors */
};

struct GwExecutor {
    GwClients *clients;       /* borrowed */
    GwLoop *loop;             /* borrowed */
    GThreadPool *writers;     /* owned */
    GwLane *readers[READERS]; /* owned: NULL until used */
    GPtrArray *lanes;         /* owned: of scripts' sessions */
    GPtrArray *ended;         /* owned: the threads of lanes that end or have ended */
    GMutex mutex;             /* for those who wait in gw_executor_run */
    GCond done;
};

static void
give_back(GwExecutor *executor, GwTask *task)
{
    if (!task->is_waited_for) {
        gw_loop_post(executor->loop, &task->completion);
        return;
    }
    g_mutex_lock(&executor->mutex);
    task->is_waited_for = false;
    g_cond_broadcast(&executor->done);
    g_mutex_unlock(&executor->mutex);
}

static void
run_on_any_connection(gpointer data, gpointer user)
{
    GwTask *task = data;
    GwExecutor *executor = user;
    g_autoptr(GwConn) conn = gw_conn_take(executor->clients);

    task->work(task, conn, NULL);
    g_clear_pointer(&conn, gw_conn_release);
    give_back(executor, task);
}

/* What a task answers to is the lane or, unseen, nobody. */
typedef struct {
    GwTask *task; /* NULL: end the lane */
    bool is_unseen;
} Ticket;

static void
begin_session(GwLane *lane)
{
    if (lane->session || lane->error)
        return;

    lane->session = gw_session_begin(lane->executor->clients, lane->options, &lane->error);
}

static void
run_task(GwLane *lane, GwTask *task)
{
    begin_session(lane);
    if (lane->session)
        task->work(task, gw_session_conn(lane->session), lane->session);
    else
        task->error = g_error_copy(lane->error);
}

/* On the lane's thread, behind all tasks that came before. Later ones find the error. */
static void
end_session(GwLane *lane)
{
    g_clear_pointer(&lane->session, gw_session_free);
    if (!lane->error)
        gw_throw(&lane->error, GW_ERROR_SCRIPT, "Cannot use a session that has ended");
    gw_lane_unref(lane);
}

static void
run_on_lane(gpointer data, gpointer user)
{
    g_autofree Ticket *ticket = data;
    GwLane *lane = user;
    GwTask *task = ticket->task;

    if (!task) {
        end_session(lane);
        return;
    }
    run_task(lane, task);
    g_atomic_int_add(&lane->pending, -1);
    if (ticket->is_unseen)
        task->completion.discard(&task->completion, NULL);
    else
        give_back(lane->executor, task);
}

static void
queue(GwLane *lane, GwTask *task, bool is_unseen)
{
    Ticket *ticket = g_new0(Ticket, 1);

    ticket->task = task;
    ticket->is_unseen = is_unseen;
    if (task) {
        task->lane = lane;
        g_atomic_int_inc(&lane->pending);
    }
    g_thread_pool_push(lane->thread, ticket, NULL);
}

static GwLane *
make_lane(GwExecutor *executor, bson_t *take_options)
{
    GwLane *lane = g_new0(GwLane, 1);

    lane->executor = executor;
    lane->options = take_options;
    lane->references = 1;
    lane->thread = g_thread_pool_new(run_on_lane, lane, 1, FALSE, NULL);
    return lane;
}

/* The last ticket ends the session on its own thread, which gw_executor_free waits for. */
static void
end_lane(GwLane *lane)
{
    g_ptr_array_add(lane->executor->ended, lane->thread);
    queue(lane, NULL, true);
}

static void
wait_for(gpointer thread)
{
    g_thread_pool_free(thread, FALSE, TRUE);
}

GwExecutor *
gw_executor_new(GwClients *clients, GwLoop *loop)
{
    GwExecutor *executor = g_new0(GwExecutor, 1);

    executor->clients = clients;
    executor->loop = loop;
    executor->writers = g_thread_pool_new(run_on_any_connection, executor, WRITERS, FALSE, NULL);
    executor->lanes = g_ptr_array_new();
    executor->ended = g_ptr_array_new_with_free_func(wait_for);
    g_mutex_init(&executor->mutex);
    g_cond_init(&executor->done);
    return executor;
}

void
gw_executor_free(GwExecutor *executor)
{
    if (!executor)
        return;

    g_thread_pool_free(executor->writers, FALSE, TRUE);
    for (guint i = 0; i < executor->lanes->len; i++)
        end_lane(executor->lanes->pdata[i]);
    for (guint i = 0; i < READERS; i++)
        if (executor->readers[i])
            end_lane(executor->readers[i]);
    g_ptr_array_unref(executor->ended);
    g_ptr_array_unref(executor->lanes);
    g_mutex_clear(&executor->mutex);
    g_cond_clear(&executor->done);
    g_free(executor);
}

static void
start(GwExecutor *executor, GwLane *lane, GwTask *task)
{
    if (lane)
        queue(lane, task, false);
    else
        g_thread_pool_push(executor->writers, task, NULL);
}

void
gw_executor_start(GwExecutor *executor, GwLane *lane, GwTask *task)
{
    gw_loop_begin(executor->loop);
    start(executor, lane, task);
}

void
gw_executor_start_unseen(GwLane *lane, GwTask *task)
{
    queue(lane, task, true);
}

void
gw_executor_run(GwExecutor *executor, GwLane *lane, GwTask *task)
{
    task->is_waited_for = true;
    start(executor, lane, task);
    g_mutex_lock(&executor->mutex);
    while (task->is_waited_for)
        g_cond_wait(&executor->done, &executor->mutex);
    g_mutex_unlock(&executor->mutex);
}

/* Reads see what the script wrote because the primary is asked, not because of the session. */
static bson_t *
reader_options(void)
{
    return BCON_NEW("causalConsistency", BCON_BOOL(false));
}

GwLane *
gw_executor_reader(GwExecutor *executor)
{
    GwLane *best = NULL;
    gint fewest = G_MAXINT;

    for (guint i = 0; i < READERS && fewest > 0; i++) {
        gint pending = 0;

        if (!executor->readers[i])
            executor->readers[i] = make_lane(executor, reader_options());
        pending = g_atomic_int_get(&executor->readers[i]->pending);
        if (pending >= fewest)
            continue;
        fewest = pending;
        best = executor->readers[i];
    }
    return best;
}

GwLane *
gw_lane_new(GwExecutor *executor, bson_t *take_options)
{
    GwLane *lane = make_lane(executor, take_options);

    g_ptr_array_add(executor->lanes, lane);
    return lane;
}

void
gw_lane_end(GwLane *take_lane)
{
    g_ptr_array_remove_fast(take_lane->executor->lanes, take_lane);
    end_lane(take_lane);
}

GwLane *
gw_lane_ref(GwLane *lane)
{
    g_atomic_int_inc(&lane->references);
    return lane;
}

void
gw_lane_unref(GwLane *lane)
{
    if (!lane || !g_atomic_int_dec_and_test(&lane->references))
        return;

    g_clear_pointer(&lane->options, bson_destroy);
    g_clear_error(&lane->error);
    g_free(lane);
}
