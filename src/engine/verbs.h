/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs: what a user can ask for, one function each, for every skin alike. They print nothing:
 * progress goes to the project's observer, results into plain values.
 */
#pragma once

#include "engine/project.h"
#include "model/conflict.h"
#include "model/plan.h"

/* What became of one migration. Strings are owned. */
typedef struct {
    char *id;
    char *file; /* its name; NULL = missing on disk */
    GwStatus status;
    gint64 execution_ms;
    gint64 documents_affected;
} GwOutcome;

/* What a run did. Filled also where it failed: with what ran before. */
typedef struct {
    GPtrArray *outcomes; /* owned: GwOutcome */
    GPtrArray *warnings; /* owned: char *, from the policies */
    char *run;           /* owned: id of the run, 24 hex digits; NULL = nothing ran */
    gint64 elapsed_ms;
} GwRunResult;
void gw_run_result_clear(GwRunResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwRunResult, gw_run_result_clear)

/* How a run is to go about its work. Negative = what the configuration says. */
typedef struct {
    GwSelection selection;
    gint64 wait_s;          /* for the lease */
    int changed;            /* GwPolicy */
    int missing;            /* GwPolicy */
    int out_of_order;       /* GwPolicy */
    GwConflict on_conflict; /* what undo does with what others changed since */
    const char *skip_bad;   /* the file for documents that a sweep is to leave; NULL = it fails */
    bool resume;            /* up: go on with what a process left half done */
    bool from_journal;      /* down: undo from data, also where there is a down() */
    bool no_plan;           /* go on without a dry run, where the environment wants one */
    bool no_backup;         /* the same for backups */
    bool allow_irreversible;
} GwRunParams;
#define GW_RUN_PARAMS_INIT                                                                         \
    {                                                                                              \
        .wait_s = -1, .changed = -1, .missing = -1, .out_of_order = -1                             \
    }

/* Apply pending migrations, each with its validate. Fails with GW_ERROR_MIGRATION_FAILED,
 * GW_ERROR_LOCKED, GW_ERROR_LEASE_LOST, GW_ERROR_INTEGRITY, GW_ERROR_INTERRUPTED,
 * GW_ERROR_NOT_FOUND and those of gw_project_connect. `out_result` is always valid. */
bool gw_engine_up(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
                  GError **error);

/* One line of a plan. Strings are owned. */
typedef struct {
    char *id;
    char *file;
    char *checksum;
    GwStatus status; /* so far: anything but completed */
    bool is_out_of_order;
} GwPlanRow;

typedef struct {
    GPtrArray *rows;     /* owned: GwPlanRow, in the order in which they would run */
    GPtrArray *warnings; /* owned: char *, from the policies */
    char *database;      /* owned */
    char *environment;   /* owned */
    GwPolicies policies; /* those that would hold */
} GwPlanReport;
void gw_plan_report_clear(GwPlanReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwPlanReport, gw_plan_report_clear)

/* What gw_engine_up would apply; nothing is run or written. Fails as that does; where it fails
 * because of the policies, `out_report` is filled all the same. `out_report->rows` is NULL where it
 * came to nothing. */
bool gw_engine_plan(GwProject *project, const GwRunParams *params, GwPlanReport *out_report,
                    GError **error);

/* Revert applied migrations by their down(), or from the journal where they have none. */
bool gw_engine_down(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
                    GError **error);

/* down, then up again, of the last migration or of those selected by `only` or `steps`. The result
 * holds the applied ones. */
bool gw_engine_redo(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
                    GError **error);

/* Run validate() of every applied migration that has one; goes on after a failure and fails at the
 * end. Outcomes are in the order run; status failed where validate failed. */
bool gw_engine_validate(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
                        GError **error);

/* Drop every collection of the database but godwit_meta and godwit_history, in development only and
 * only where the database was never marked otherwise: GW_ERROR_REFUSED. Then nothing is applied. */
bool gw_engine_reset(GwProject *project, bool confirmed, gint64 *out_dropped, GError **error);

/* One line of the status. Strings are owned; NULL = unknown. */
typedef struct {
    char *id;
    char *file;
    char *description;
    char *author;
    char *environment;
    char *checksum; /* of the file; of the record where the file is missing */
    char *run;
    char *error_message;
    const char *undo; /* borrowed, static: "yes", "partly", "no": can it be undone from data? */
    const char *unfinished; /* the same: "up", "down", "undo": a process is at it, or died in it */
    GwStatus status;
    gint64 applied_at_ms; /* UTC since 1970; G_MININT64 = not applied */
    gint64 execution_ms;
    gint64 documents_affected;
    double block; /* migrate-mongo; 0 = none */
    bool is_changed;
    bool is_missing;
    bool is_out_of_order;
} GwStatusRow;

typedef struct {
    GPtrArray *rows;   /* owned: GwStatusRow, in order */
    char *database;    /* owned */
    char *environment; /* owned */
    char *mark;        /* owned: the environment that the database belongs to; NULL = none yet */
    char *holder;      /* owned: who holds the lease; NULL = nobody */
    char *duplicate;   /* owned: names two files of one id or number; NULL = none */
    guint pending;
    guint applied;
    guint failed;
    guint changed;
    guint missing;
    guint out_of_order;
} GwStatusReport;
void gw_status_report_clear(GwStatusReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwStatusReport, gw_status_report_clear)

bool gw_engine_status(GwProject *project, GwStatusReport *out_report, GError **error);

/* The audit, newest first: an owned array of bson_t as stored in godwit_history. `migration` NULL =
 * all; `limit` 0 = all. */
GPtrArray *gw_engine_history(GwProject *project, const char *migration, gint64 limit,
                             GError **error);

/* Who holds the lease. */
typedef struct {
    char *owner; /* owned; NULL = free */
    char *host;  /* owned */
    char *user;  /* owned */
    gint64 pid;
    gint64 token;
    gint64 taken_at_ms;
    gint64 renewed_at_ms;
    gint64 expires_at_ms;
    bool is_expired; /* by the server's clock */
} GwLeaseReport;
void gw_lease_report_clear(GwLeaseReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwLeaseReport, gw_lease_report_clear)

bool gw_engine_lock_show(GwProject *project, GwLeaseReport *out_report, GError **error);

/* Break the lease, whoever holds it; written to the history. `out_report` is who held it. */
bool gw_engine_lock_release(GwProject *project, GwLeaseReport *out_report, GError **error);

/* Make a new migration file. `sequential`: 1 = number, 0 = timestamp, -1 = what the folder uses.
 * `out_path` is owned: as the configuration writes the folder, plus the name. */
bool gw_engine_create(GwProject *project, const char *description, int sequential, char **out_path,
                      GError **error);

/* Lay a new project in `folder` (NULL: the current one). `out_done` is an owned array of char *:
 * one sentence for each thing made or left alone. */
typedef struct {
    const char *folder;
    const char *module_system; /* "commonjs", "esm"; NULL = commonjs */
    const char *uri;           /* to write into the configuration; NULL = a local one */
    const char *database;      /* the same; NULL = the folder's name */
    bool migrate_mongo;        /* a migrate-mongo-config.js instead of a godwit.json */
} GwInitParams;
bool gw_engine_init(const GwInitParams *params, GPtrArray **out_done, GError **error);

/* One finding of doctor. */
typedef struct {
    char *what;  /* owned: "server", "replica set", "migrations folder", ... */
    char *found; /* owned: a sentence */
    char *hint;  /* owned: what to do, or NULL */
    bool is_ok;
    bool is_fatal; /* nothing can run while it is so */
} GwFinding;

/* Look at everything that `up` needs. An owned array of GwFinding; never fails because something is
 * wrong with the project, that is what findings are for. */
GPtrArray *gw_engine_doctor(const GwProjectParams *params, GError **error);
