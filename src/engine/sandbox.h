/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of the throw-away server: it belongs to the project's folder, not to its database.
 */
#pragma once

#include "engine/project.h"

/* A throw-away server of the project's. */
typedef struct {
    char *uri; /* owned: of the project's database on it; NULL = none is running */
    gint64 pid;
    bool was_running; /* start, stop: before */
} GwSandboxReport;
void gw_sandbox_report_clear(GwSandboxReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwSandboxReport, gw_sandbox_report_clear)

/* Start it, unless it runs; stop it, and delete its data; look. They fail as those of
 * sandbox/sandbox.h do. */
bool gw_engine_sandbox_start(GwProject *project, GwSandboxReport *out_report, GError **error);
bool gw_engine_sandbox_stop(GwProject *project, GwSandboxReport *out_report, GError **error);
bool gw_engine_sandbox_status(GwProject *project, GwSandboxReport *out_report, GError **error);

/* Run a command beside a server of its own, which is gone afterwards. MONGODB_URI and GODWIT_URI
 * point to it, whatever they were. `argv` ends with NULL. `out_status` is the command's own. */
bool gw_engine_sandbox_run(GwProject *project, const char *const *argv, int *out_status,
                           GError **error);
