/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godwit's own collections (tracker, history, lease, ...) and a migrate-mongo project's changelog.
 * Never a user's data: that is writer.h's.
 */
#pragma once

#include "mongo/session.h"

typedef struct GwColl GwColl; /* a collection of ours; safe to share between threads */

/* Nothing is sent. `clients` outlives the collection. */
GwColl *gw_coll_new(GwClients *clients, const char *db, const char *name);

/* The same with a connection of its own from now on, so that it gets through where all others are
 * lent; for one thread at a time. */
GwColl *gw_coll_new_reserved(GwClients *clients, const char *db, const char *name);

void gw_coll_free(GwColl *coll);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwColl, gw_coll_free)

const char *gw_coll_name(const GwColl *coll); /* borrowed */

/* All writes are acknowledged by a majority. Each fails with GW_ERROR_SERVER (server_code 11000 =
 * duplicate key), GW_ERROR_CONNECTION or GW_ERROR_AUTH (no rights), naming the collection. */
bool gw_coll_insert(GwColl *coll, const bson_t *doc, GError **error);
bool gw_coll_update_one(GwColl *coll, const bson_t *filter, const bson_t *update,
                        gint64 *out_matched, GError **error);
bool gw_coll_upsert(GwColl *coll, const bson_t *filter, const bson_t *update, GError **error);
bool gw_coll_delete_one(GwColl *coll, const bson_t *filter, gint64 *out_deleted, GError **error);
bool gw_coll_delete_many(GwColl *coll, const bson_t *filter, gint64 *out_deleted, GError **error);

/* Several updates ({"0": {q, u, upsert, multi}, ..}) in the transaction of `session`: its commit
 * says with which write concern. `out_reply` is always initialised. */
bool gw_coll_update_in(GwColl *coll, GwSession *session, const bson_t *updates, bson_t *out_reply,
                       GError **error);

/* The same without a transaction, in order. */
bool gw_coll_update_many(GwColl *coll, const bson_t *updates, bson_t *out_reply, GError **error);

/* findAndModify: change the first match. `out_doc` is owned: the document afterwards, NULL = no
 * match. With `upsert` a missing one is made. */
bool gw_coll_find_and_modify(GwColl *coll, const bson_t *filter, const bson_t *update, bool upsert,
                             bson_t **out_doc, GError **error);

/* Create an index like {createdAt: 1}; `options` as in createIndexes (name, unique,
 * expireAfterSeconds), NULL = none. */
bool gw_coll_create_index(GwColl *coll, const bson_t *keys, const bson_t *options, GError **error);

/* The first match: `out_doc` is owned, NULL = none. `options` as in the find command (sort,
 * projection), NULL = none. */
bool gw_coll_find_one(GwColl *coll, const bson_t *filter, const bson_t *options, bson_t **out_doc,
                      GError **error);

/* Find, read all at once into memory (these collections are small). `options` as above. Owned: an
 * array of bson_t. */
GPtrArray *gw_coll_find(GwColl *coll, const bson_t *filter, const bson_t *options, GError **error);
