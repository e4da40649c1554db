/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godwit_history: every action, by whom, from where, with what result. Only ever appended to.
 */
#pragma once

#include "mongo/coll.h"

typedef struct GwHistory GwHistory;

/* What happened. Strings are borrowed and may be NULL. */
typedef struct {
    const char *action;    /* "up", "down", "redo", "validate", "reset", "lock-release" */
    const char *result;    /* "completed", "failed", "rolled_back", "resumed" */
    const char *migration; /* NULL: not about one */
    const char *file;
    const char *checksum;
    const char *run;
    const char *environment;
    const char *host;
    const char *user;
    const char *git_commit;
    const char *detail; /* a sentence */
    const GError *error;
    gint64 pid;
    gint64 execution_ms;
    gint64 documents_affected;
} GwHistoryEntry;

GwHistory *gw_history_new(GwClients *clients, const char *db);
void gw_history_free(GwHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwHistory, gw_history_free)

/* Append one entry, stamped by the server's clock. */
bool gw_history_add(GwHistory *history, const GwHistoryEntry *entry, GError **error);

/* The entries, newest first: an owned array of bson_t. `migration` NULL = all, `limit` 0 = all. */
GPtrArray *gw_history_list(GwHistory *history, const char *migration, gint64 limit, GError **error);
