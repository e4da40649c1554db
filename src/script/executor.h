/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on connections, away from the JavaScript thread. Changes go to a few threads that take any
 * connection; reads go to a few lanes, since a cursor stays with its session and connection; a
 * script's own session is a lane of its own, so nothing else can hold up its transaction.
 */
#pragma once

#include "base/bson.h"
#include "mongo/session.h"
#include "script/loop.h"

typedef struct GwExecutor GwExecutor;
typedef struct GwLane GwLane; /* one session with its connection: one task at a time, in order */

/* A piece of work. Embed it as the first field; `completion` is filled by the owner. */
typedef struct GwTask GwTask;
struct GwTask {
    GwCompletion completion;
    /* On another thread. `session` is the lane's, NULL where there is none. */
    void (*work)(GwTask *task, GwConn *conn, GwSession *session);
    GError *error; /* owned by the task: set where there is no connection, and by `work` */
    GwLane *lane;  /* borrowed: set by the executor */
    bool is_waited_for;
};

/* `clients` and `loop` outlive it. No thread is started before there is work. */
GwExecutor *gw_executor_new(GwClients *clients, GwLoop *loop);

/* Waits for all work, then ends the lanes. */
void gw_executor_free(GwExecutor *executor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwExecutor, gw_executor_free)

/* Start a task and go on; its completion goes to the loop. `lane` NULL: any connection. */
void gw_executor_start(GwExecutor *executor, GwLane *lane, GwTask *task);

/* Start a task whose end nobody waits for; `discard` is called on the worker's thread, with no
 * context. */
void gw_executor_start_unseen(GwLane *lane, GwTask *task);

/* Run a task and wait for it. It stays the caller's. */
void gw_executor_run(GwExecutor *executor, GwLane *lane, GwTask *task);

/* The reading lane with the least to do. Borrowed from the executor. */
GwLane *gw_executor_reader(GwExecutor *executor);

/* A lane for a session of the script; `take_options` as in gw_session_begin, may be NULL. Nothing
 * is sent before its first task. Borrowed from the executor. */
GwLane *gw_lane_new(GwExecutor *executor, bson_t *take_options);

/* End the session behind the tasks that are queued. Returns at once and gives up the reference that
 * gw_lane_new made; tasks that come later fail. */
void gw_lane_end(GwLane *take_lane);

/* Keep the lane, if not its session, for somebody who may still send it tasks. Threads: any. */
GwLane *gw_lane_ref(GwLane *lane);
void gw_lane_unref(GwLane *lane);
