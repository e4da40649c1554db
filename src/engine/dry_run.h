/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs up, down and redo as a dry run: everything is tried, nothing is written to the
 * database, not even the lease. That one was made is kept on disk, for those who ask for it later.
 */
#pragma once

#include "engine/verbs.h"
#include "preview/report.h"

typedef enum {
    GW_DRY_RUN_UP,
    GW_DRY_RUN_DOWN,
    GW_DRY_RUN_REDO,
} GwDryRunVerb;

/* What one migration would do. Strings are owned. */
typedef struct {
    char *id;
    char *file;
    const char *direction;   /* borrowed: static; "up", "down" */
    const char *status;      /* borrowed: static; "passed", "failed", "stopped" */
    GwPreviewReport *report; /* owned */
    gint64 elapsed_ms;       /* what the dry run of it took */
} GwDryRunMigration;

typedef struct {
    GPtrArray *migrations; /* owned: GwDryRunMigration; NULL where it came to nothing */
    GPtrArray *warnings;   /* owned: char * */
    char *database;        /* owned */
    char *environment;     /* owned */
} GwDryRunReport;
void gw_dry_run_report_clear(GwDryRunReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwDryRunReport, gw_dry_run_report_clear)

/* Fails as the verb itself would, without ever waiting for the lease: GW_ERROR_MIGRATION_FAILED
 * where a migration would fail, GW_ERROR_FAILED where the dry run could not be ended in its time.
 * `out_report` is always valid, and holds what was tried before. */
bool gw_engine_dry_run(GwProject *project, GwDryRunVerb verb, const GwRunParams *params,
                       GwDryRunReport *out_report, GError **error);

/* Whether a dry run of exactly these files (const GwMigration *, in order) on this database passed.
 * `out_when_ms` is this machine's clock. The project is connected. A record that can't be read is
 * none. */
bool gw_dry_run_was_made(GwProject *project, const GPtrArray *migrations, gint64 *out_when_ms);

/* Keep on disk that one was made now. */
bool gw_dry_run_record(GwProject *project, const GPtrArray *migrations, GError **error);
