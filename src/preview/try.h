/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a dry run share: the state, and one function for each kind of write. Only for
 * preview/.
 */
#pragma once

#include "mongo/write_facts.h"
#include "preview/overlay.h"
#include "preview/preview.h"
#include "preview/trial.h"

struct GwPreview {
    GwDetour detour; /* first */
    GMutex lock;     /* one call at a time: there is one transaction */
    GwClients *clients;
    GwTrial *trial;          /* owned */
    GwOverlay *overlay;      /* owned */
    GwPreviewReport *report; /* owned */
    GHashTable *outside;     /* owned: ids of cursors that live outside of the transaction */
    GHashTable *open;        /* the script's sessions that are in a transaction */
    GPtrArray *notes;        /* owned: char *, what the user should know of all this */
    gint64 sweep_us;         /* spent on sweeps so far */
    bool is_partial;
};

/* One write that is tried. All pointers are borrowed for the time of the call. */
typedef struct {
    GwPreview *preview;
    const GwWrite *write;
    const GwWriteFacts *facts;
    GwPlace *place;      /* NULL where the command names no collection */
    gconstpointer owner; /* the script's transaction; NULL = none */
} GwTry;

/* Each answers as the server would: `out_reply` is initialised and empty. */
bool gw_try_insert(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_change(const GwTry *try, bson_t *out_reply, GError **error); /* update, delete */
bool gw_try_find_and_modify(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_output(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_create(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_drop(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_drop_database(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_rename(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_coll_mod(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_create_indexes(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_drop_indexes(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_beyond(const GwTry *try, bson_t *out_reply, GError **error);
bool gw_try_other(const GwTry *try, bson_t *out_reply, GError **error);

/* The entry of the report for this write, counted as `operations` more. Borrowed. */
GwPreviewOp *gw_try_entry(const GwTry *try, const char *what, const char *shape, gint64 operations);

/* The entry, for a write that is simulated: its shape is what follows the command's name. */
GwPreviewOp *gw_try_simulated(const GwTry *try, const char *what);

/* Send `command`, whose first value is the collection's name, in place of the write's own, into the
 * transaction. */
bool gw_try_send(const GwTry *try, const bson_t *command, bson_t *out_reply, GError **error);

/* Whether a transaction can hold changes of this collection's documents. */
bool gw_try_is_possible(const GwTry *try);

/* How many documents match; at most `limit`, 0 = all. -1 where the server can't say. */
gint64 gw_try_count(const GwTry *try, const bson_t *filter, const bson_t *collation, gint64 limit);

/* Matching documents, at most `limit`: an owned array of bson_t; empty where the server can't say.
 * `projection` may be NULL. */
GPtrArray *gw_try_find(const GwTry *try, const bson_t *filter, const bson_t *collation,
                       const bson_t *projection, gint64 limit);

/* How the server would look for them: "index a_1", "collection scan". Owned; NULL = not known. */
char *gw_try_explain(const GwTry *try, const bson_t *filter, const bson_t *collation);

/* Fail as the server would. Always false. */
bool gw_try_throw(const GwTry *try, GError **error, int code, const char *name, const char *format,
                  ...) G_GNUC_PRINTF(5, 6);

/* Say it once. */
void gw_preview_note(GwPreview *preview, const char *text);

/* Check what a collMod would do to an index: whether it is there, and whether one that is to become
 * unique has duplicates. What it finds is added to `op`. */
bool gw_try_index_mod(const GwTry *try, GwPreviewOp *op, GError **error);

/* Whether what a $merge of this pipeline's `results` (an array of documents) would do could be
 * done; then it was. `stage` is the $merge. */
bool gw_try_merge(const GwTry *try, const bson_t *stage, const bson_t *results);

/* `command`, or the aggregation that it stands for where it reads a view of the dry run's. Owned.
 */
bson_t *gw_views_unfold(GwOverlay *overlay, const char *db, const bson_t *command);

/* The read that a script's call is; for reads.c's caller. */
bool gw_preview_read(GwPreview *preview, const char *db, const bson_t *command, bson_t *out_reply,
                     GError **error);
