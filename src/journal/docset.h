/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents by their _id, as they were read at one moment. Two _ids are the same as gw_id_key()
 * says, which does not find all that the server takes for equal.
 */
#pragma once

#include "mongo/reader.h"

typedef struct GwDocSet GwDocSet;

GwDocSet *gw_doc_set_new(void);
void gw_doc_set_free(GwDocSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwDocSet, gw_doc_set_free)

guint gw_doc_set_count(const GwDocSet *set);
gsize gw_doc_set_bytes(const GwDocSet *set);

/* In the order in which they were read. Borrowed from the set. */
const bson_t *gw_doc_set_at(const GwDocSet *set, guint index);

/* The document with the _id at `id`; NULL = none. Borrowed from the set. */
const bson_t *gw_doc_set_find(GwDocSet *set, const bson_iter_t *id);

/* The same, by its place. */
bool gw_doc_set_find_index(GwDocSet *set, const bson_iter_t *id, guint *out_index);

/* Copy a document into the set, which has none with its _id yet. */
void gw_doc_set_add(GwDocSet *set, const bson_t *doc);

/* Add what `command`, a find, finds; stop once the set holds more than `bytes_max` (0 = no bound).
 * `session` may be NULL. */
bool gw_doc_set_read(GwDocSet *set, GwConn *conn, const char *db, const bson_t *command,
                     GwSession *session, gsize bytes_max, GError **error);

/* Append the _ids of all documents of the set to `list`, an array that is empty. */
void gw_doc_set_list_ids(const GwDocSet *set, bson_t *list);

/* Append to `filter` {_id: {$in: [..]}} with the _ids of all documents of the set. */
void gw_doc_set_append_ids(const GwDocSet *set, bson_t *filter);
