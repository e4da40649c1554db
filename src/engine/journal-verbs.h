/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs that deal with what godwit has recorded: taking back from it, forgetting it, mending
 * it.
 */
#pragma once

#include "engine/verbs.h"

/* Take the migration `selection.only`, or all that the run `selection.run` did, back from the
 * journal. Fails with GW_ERROR_CONFLICT, GW_ERROR_REFUSED (there is no journal). */
bool gw_engine_undo(GwProject *project, const GwRunParams *params, GwRunResult *out_result,
                    GError **error);

/* How much of the journal goes. Negative = what the configuration says, 0 = no bound for max_mb,
 * all for keep_days. */
typedef struct {
    gint64 keep_days;
    gint64 max_mb;
    gint64 wait_s; /* for the lease */
} GwPruneParams;

typedef struct {
    gint64 jobs;  /* migrations that can't be undone any more */
    gint64 bytes; /* of the journal, what was put aside not counted */
} GwPruneReport;

/* Forget the journal of what ended too long ago, and drop what was put aside for it. */
bool gw_engine_prune(GwProject *project, const GwPruneParams *params, GwPruneReport *out_report,
                     GError **error);

/* Take every migration up to `id`, and that one, as applied, without running them: an existing
 * database starts there. `out_ids` is an owned array of char *: those that were not applied
 * before. */
bool gw_engine_baseline(GwProject *project, const char *id, GPtrArray **out_ids, GError **error);

/* Set the status of a migration by hand; written to the history with the reason. `out_before` is
 * what it was. Fails with GW_ERROR_REFUSED where it can't be that. */
bool gw_engine_repair(GwProject *project, const char *id, GwStatus status, const char *reason,
                      GwStatus *out_before, GError **error);
