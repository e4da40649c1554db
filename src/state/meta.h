/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godwit_meta: what a database remembers of itself: the version of godwit's formats in it, and the
 * environment that it belongs to.
 */
#pragma once

#include "mongo/coll.h"

/* The environment that this database was marked with: owned, NULL = never marked. Fails with
 * GW_ERROR_REFUSED where a newer godwit has written formats that we do not know. */
bool gw_meta_read(GwClients *clients, const char *db, char **out_environment, GError **error);

/* What a database is marked with. */
typedef struct {
    char *environment; /* owned; NULL = never marked */
    bool is_protected; /* the configuration said so when it was marked */
    bool is_assumed;   /* NODE_ENV alone said it, in a migrate-mongo project: not godwit's word */
    bool is_resetting; /* a reset was begun and has not ended: the tracker may say too much */
} GwMark;
void gw_mark_clear(GwMark *mark);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwMark, gw_mark_clear)

/* The whole mark. Fails as gw_meta_read does. */
bool gw_meta_read_mark(GwClients *clients, const char *db, GwMark *out_mark, GError **error);

/* Mark the database, unless it is marked already; an assumed mark gives way to one that is not. */
bool gw_meta_mark(GwClients *clients, const char *db, const GwMark *mark, GError **error);

/* Say that a reset begins, or that it has ended. The database has been marked. */
bool gw_meta_set_resetting(GwClients *clients, const char *db, bool is_resetting, GError **error);
