/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of collections as a script sees them in a dry run, and where each really is: what was
 * renamed is read under its old name, what was dropped is read where nothing is. It changes nothing
 * on the server.
 */
#pragma once

#include "mongo/catalog.h"

/* One collection by the name that the script calls it. Strings and arrays are owned. */
typedef struct {
    char *db;
    char *name;
    char *real_db; /* where it is */
    char *real;
    GwCollKind kind;     /* GW_COLL_NONE = there is none */
    bson_t *options;     /* as in listCollections; NULL = none */
    GPtrArray *indexes;  /* bson_t, as in listIndexes; NULL = none known */
    gconstpointer owner; /* the script's transaction that made it; NULL = none */
    bool is_capped;
    bool is_new;     /* made in the dry run: the database has none */
    bool is_touched; /* its documents were changed in the dry run */
    bool is_changed; /* its options or indexes were */
} GwPlace;

typedef struct GwOverlay GwOverlay;

/* `conn` outlives it: the catalogue is read there, outside of any transaction. */
GwOverlay *gw_overlay_new(GwConn *conn);
void gw_overlay_free(GwOverlay *overlay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwOverlay, gw_overlay_free)

/* The collection of that name; kind GW_COLL_NONE where there is none. Borrowed. */
GwPlace *gw_overlay_place(GwOverlay *overlay, const char *db, const char *name, GError **error);

/* The same where it was looked at before, else NULL. */
const GwPlace *gw_overlay_known(GwOverlay *overlay, const char *db, const char *name);

/* It is made by the dry run, empty. `options` may be NULL. */
void gw_overlay_make(GwOverlay *overlay, GwPlace *place, GwCollKind kind, const bson_t *options);

/* It is dropped. */
void gw_overlay_drop(GwOverlay *overlay, GwPlace *place);

/* `from` is called `to` from now on. */
void gw_overlay_rename(GwOverlay *overlay, GwPlace *from, GwPlace *to);

/* What the script's transaction `owner` made is not there any more. */
void gw_overlay_forget(GwOverlay *overlay, gconstpointer owner);

/* The names of a database as the script sees them: an owned array of owned char *. */
GPtrArray *gw_overlay_list(GwOverlay *overlay, const char *db, GError **error);

/* A name that no collection has. Owned. */
char *gw_overlay_scratch(GwOverlay *overlay);

/* `command` with the names of collections as they really are, without concerns and read preference,
 * which no transaction takes. `out_db` is owned. The result is owned, too. */
bson_t *gw_overlay_rewrite(GwOverlay *overlay, const char *db, const bson_t *command, char **out_db,
                           GError **error);
