/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dry run saw: one entry for all operations of one kind on one collection that look alike,
 * so that a loop of a million takes no more room than one. Plain values; nothing here asks a
 * server.
 */
#pragma once

#include "base/bson.h"

/* A document before and after; either may be NULL. Both are owned. */
typedef struct {
    bson_t *before;
    bson_t *after;
} GwPreviewSample;

typedef struct {
    char *db;             /* owned */
    char *coll;           /* owned; NULL = a whole database, or none */
    char *what;           /* owned: "updateMany", "insertOne", "createIndexes" ... */
    char *shape;          /* owned: the call with its values left out */
    char *access;         /* owned: "index a_1", "collection scan"; NULL = not known */
    const char *undo;     /* borrowed: static, a sentence */
    GPtrArray *samples;   /* owned: GwPreviewSample */
    GPtrArray *findings;  /* owned: char *, what was found out or cannot be known */
    char *failure;        /* owned: the first error; NULL = none */
    gint64 operations;    /* single operations that look like this */
    gint64 matched;       /* documents */
    gint64 changed;       /* documents that are modified, inserted, deleted or lost with a drop */
    gint64 tried;         /* documents of them that were changed in the transaction */
    gint64 tried_us;      /* what that took */
    gint64 elapsed_us;    /* spent on what was tried */
    gint64 estimate_us;   /* what all of it would take; -1 = not known */
    bool is_destructive;  /* takes data away */
    bool is_irreversible; /* can't be undone from data */
    bool is_simulated;    /* nothing was tried: checked, and answered as the server would */
    bool is_sampled;      /* counted in full, tried on some of the documents */
} GwPreviewOp;

typedef struct GwPreviewReport GwPreviewReport;

GwPreviewReport *gw_preview_report_new(void);
void gw_preview_report_free(GwPreviewReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwPreviewReport, gw_preview_report_free)

/* The entry for such operations, made where it is the first of them. Beyond a thousand shapes the
 * rest of a kind shares one. `coll` may be NULL. Borrowed. */
GwPreviewOp *gw_preview_report_entry(GwPreviewReport *report, const char *db, const char *coll,
                                     const char *what, const char *shape);

/* The entries in the order in which they first came: borrowed GwPreviewOp. */
const GPtrArray *gw_preview_report_ops(const GwPreviewReport *report);

/* Whether an entry still wants samples. */
bool gw_preview_op_wants_samples(const GwPreviewOp *op);
/* Both documents are copied and may be NULL. */
void gw_preview_op_add_sample(GwPreviewOp *op, const bson_t *before, const bson_t *after);
/* Say it once. */
void gw_preview_op_find(GwPreviewOp *op, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Remember the first failure. */
void gw_preview_op_fail(GwPreviewOp *op, const char *message);
