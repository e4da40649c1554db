/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents that a reading command answers with, one after the other, whatever the number of
 * batches. Always from the primary: what godwit decides by must not be older than what it wrote.
 */
#pragma once

#include "mongo/session.h"

typedef struct GwReader GwReader;

/* Read what `command` (find, aggregate, listCollections, listIndexes) finds in `db`. Nothing is
 * sent before the first gw_reader_next. `session` may be NULL; where there is one, `conn` is its
 * connection. `command` is copied, the others are borrowed and outlive the reader. Owned; freeing
 * it closes the cursor. */
GwReader *gw_reader_new(GwConn *conn, const char *db, const bson_t *command, GwSession *session);
void gw_reader_free(GwReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwReader, gw_reader_free)

/* The next document: `out_doc` is borrowed until the next call, NULL = that was all. Fails as
 * gw_command_read does. */
bool gw_reader_next(GwReader *reader, const bson_t **out_doc, GError **error);

/* The rest of the documents: an owned array of bson_t. */
GPtrArray *gw_reader_all(GwReader *reader, GError **error);
