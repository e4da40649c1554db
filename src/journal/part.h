/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a write that is done at once: the operations, what was there before and after, and
 * the entry that comes of it.
 */
#pragma once

#include "base/turns.h"
#include "journal/docs.h"
#include "journal/docset.h"
#include "journal/touched.h"

/* How the documents that a part changes are found beforehand. */
typedef enum {
    GW_PART_INSERT, /* they come with it */
    GW_PART_BY_ID,  /* each operation names one _id */
    GW_PART_ONE,    /* one operation that changes one document at most */
    GW_PART_MANY,   /* one operation that may change any number */
    GW_PART_FIND_AND_MODIFY,
} GwPartKind;

/* Which of the documents that a GW_PART_MANY matches are looked at. All borrowed. */
typedef struct {
    const GwDocSet *ids; /* these */
    const bson_t *after; /* {_id: ..}: those behind it in the order of _id; NULL = from the first */
    const bson_t *upto;  /* {_id: ..}: those before it, and itself; NULL = not by range */
    guint count_max;     /* so many at once, halved each time that others were in the way */
} GwScope;

typedef struct {
    const GwDocsWrite *docs; /* borrowed */
    GwPartKind kind;
    GPtrArray *operations; /* borrowed: bson_t, all of the write */
    guint first;           /* the operations of this part */
    guint count;
    GwScope scope;  /* empty = all */
    guint attempts; /* begun so far */
    GwTouched touched;
    GwDocSet *seen;      /* owned: of a sweep, all that were looked at; NULL = those in `pre` */
    GPtrArray *changes;  /* owned: of a sweep, what becomes of those in `pre`: see GwTransform */
    GPtrArray *bad;      /* owned: GwSkippedDoc, those of them that are left; or NULL */
    GwDocSet *pre;       /* owned: the documents as they were, in the fields that count */
    GwDocSet *post;      /* owned: as they are afterwards */
    GHashTable *changed; /* owned: documents of `pre` that became others; NULL = nobody asks */
    GArray *named;       /* owned: guint, where the document of each operation by _id is in `pre`,
                            where is_told; or NULL */
    bson_t reply;        /* the server's answer */
    GwTurns *turns;      /* borrowed: writes are sent in their order; NULL = whenever */
    guint turn;          /* of this one */
    bool is_cut;         /* only the documents in `pre` were looked at: all are too many */
    bool is_joined;      /* done by findAndModify */
    bool is_split;       /* not to be */
    bool is_quick;       /* no majority is waited for */
    bool is_told;        /* what it did is known from what was sent: `post` is empty */
    bool is_applied;     /* the same, by applying its one operation to `pre` */
    bool is_recorded;    /* there is an entry */
    bool is_shared;      /* which is kept until the transaction is committed: see shared.h */
    gint64 trace_mark;   /* what that tells of, see trace.h */
    bool is_sent;    /* the server has had the write, so what failed is not the looking before */
    bool is_refused; /* the answer is an error of one operation: nothing was done */
} GwPart;

void gw_part_init(GwPart *part, const GwDocsWrite *docs, GPtrArray *operations);
void gw_part_clear(GwPart *part);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwPart, gw_part_clear)

/* Do it with all its reads and the entry in `session`, which is in a transaction: that of the
 * script or one of ours. Fails with GW_ERROR_SERVER and `is_refused` where the server refused an
 * operation. */
bool gw_part_run(GwPart *part, GwSession *session, guint row, GError **error);

/* The same, all but that the entry is not written: it is owned, NULL where nothing changed. */
bool gw_part_change(GwPart *part, GwSession *session, GwEntry **out_entry, GError **error);

/* Only ask the server what it says of the operations, in a transaction that is not to be committed:
 * where their filter is not valid, the answer is that of a write and not of a find. Always fails;
 * `is_refused` where there is such an answer. */
bool gw_part_probe(GwPart *part, GwSession *session, GError **error);

/* Do it where there are no transactions: the entry comes first. */
bool gw_part_run_plain(GwPart *part, GError **error);

/* Say in `outcomes` what became of each operation of a part by _id that is done. */
void gw_part_tell(const GwPart *part, guint8 *outcomes);

/* Do it in the script's transaction, else in one of ours, else plainly. */
bool gw_docs_run_part(GwPart *part, GError **error);
