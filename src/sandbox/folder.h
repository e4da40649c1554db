/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sandbox's folder on disk: sandbox.json beside data/ and mongod.log. Whether a server runs on it
 * is asked of the server's own lock on its data, not of a number that may have been given to
 * another process since.
 */
#pragma once

#include "sandbox/sandbox.h"

/* Make the folder, its data/, and around it a .gitignore that ignores everything. */
bool gw_sandbox_folder_make(const char *folder, GError **error);
bool gw_sandbox_folder_delete(const char *folder, GError **error);

bool gw_sandbox_folder_write(const GwSandbox *sandbox, GError **error);

/* What sandbox.json says; all empty where there is none. */
bool gw_sandbox_folder_read(const char *folder, GwSandbox *out_sandbox, GError **error);

/* The process that has the folder's data locked; 0 = none. */
gint64 gw_sandbox_folder_holder(const char *folder);

/* The last lines of the server's log as people can read them, or NULL. Owned. */
char *gw_sandbox_folder_log_end(const char *folder);
