/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server knows of a collection besides its documents: kind, options, indexes. It changes
 * nothing, and shows godwit's own collections like all others.
 */
#pragma once

#include "mongo/session.h"

typedef enum {
    GW_COLL_NONE, /* there is no such collection */
    GW_COLL_PLAIN,
    GW_COLL_VIEW,
    GW_COLL_TIME_SERIES,
} GwCollKind;

typedef struct {
    char *name; /* owned */
    GwCollKind kind;
    bson_t *options;    /* owned: as in listCollections, which `create` takes; NULL = none */
    bson_t *uuid;       /* owned: {uuid: ...}; NULL = none (views) */
    GPtrArray *indexes; /* owned: bson_t, as in listIndexes; NULL = not asked for, or a view */
    bool is_capped;
} GwCollInfo;

void gw_coll_info_free(GwCollInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwCollInfo, gw_coll_info_free)

/* The collections and views of a database, without the system.* ones: an owned array of GwCollInfo,
 * without indexes. */
GPtrArray *gw_catalog_list(GwConn *conn, const char *db, GError **error);

/* One collection with its indexes; kind GW_COLL_NONE where there is none. Owned. */
GwCollInfo *gw_catalog_get(GwConn *conn, const char *db, const char *coll, GError **error);

/* Its indexes: an owned array of bson_t, empty where there is no such collection. */
GPtrArray *gw_catalog_indexes(GwConn *conn, const char *db, const char *coll, GError **error);

/* An index as createIndexes takes it, of how listIndexes tells it. Owned. */
bson_t *gw_catalog_index_to_make(const bson_t *index);

/* Whether any of its indexes but that of _id, which does not say so of itself, is unique. */
bool gw_catalog_has_unique(const GwCollInfo *info);

/* Whether it has a collation, by which an _id finds others than itself. */
bool gw_catalog_has_collation(const GwCollInfo *info);
