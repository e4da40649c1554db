/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that a sweep leaves as they are because nothing good becomes of them: written aside,
 * one in a line, each with the reason.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"

typedef struct GwSkipped GwSkipped;

/* One of them. */
typedef struct {
    bson_t *doc;  /* owned: as it is */
    char *reason; /* owned */
} GwSkippedDoc;
GwSkippedDoc *gw_skipped_doc_new(const bson_t *doc, const char *reason);
void gw_skipped_doc_free(gpointer doc);

/* Lines go behind what is in the file; nothing is made before the first. Owned. */
GwSkipped *gw_skipped_new(const char *path);
void gw_skipped_free(GwSkipped *skipped);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwSkipped, gw_skipped_free)

/* Write `docs` (GwSkippedDoc) of the namespace. Fails with GW_ERROR_IO. Threads: any. */
bool gw_skipped_write(GwSkipped *skipped, const char *ns, const GPtrArray *docs, GError **error);
gint64 gw_skipped_count(GwSkipped *skipped); /* so far */
const char *gw_skipped_path(const GwSkipped *skipped);

/* In the operation `op`, the server does not take what the document is to become: remember why, for
 * when it is done again without. Threads: any. */
void gw_skipped_refuse(GwSkipped *skipped, gint64 op, const bson_iter_t *id, const char *reason);

/* Borrowed; NULL = it did not refuse it. */
const char *gw_skipped_refusal(GwSkipped *skipped, gint64 op, const bson_iter_t *id);
