/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to one document, kept so that it can be taken back. Pure: it knows no server.
 *
 *   {i: id, h: hash}                             inserted; h is of the whole document afterwards
 *   {d: document}                                deleted; all of it
 *   {u: id, w: document, h: hash}                updated; all of it, where fields can't be told
 * apart {u: id, p: {..}, n: [..], o: [..], h: hash}  updated: p has the touched fields as they
 * were, n the names of those that were not there, o the order of all names where setting those
 * fields would not bring it back; h is of the touched fields afterwards
 *
 * Only fields at the top level are told apart. h is missing where it is not known what the change
 * left behind: then the record is taken back whatever is there now.
 */
#pragma once

#include "base/bson.h"

typedef enum {
    GW_RECORD_INSERTED,
    GW_RECORD_DELETED,
    GW_RECORD_UPDATED,
} GwRecordKind;

/* A view of one record, borrowed from its document. */
typedef struct {
    GwRecordKind kind;
    const bson_t *doc; /* the record itself */
    bson_iter_t id;    /* at the document's _id */
    bson_t pre;        /* deleted: the document; updated: p, or w */
    gint64 hash;       /* valid where has_hash */
    bson_iter_t added; /* at n, where has_added */
    bson_iter_t order; /* at o, where has_order */
    bool has_hash;
    bool has_added;
    bool has_order;
    bool is_whole; /* `pre` has all of a document that was updated */
} GwDocRecord;

/* Begin with the names of the fields that an update added. False where there are none. */
bool gw_record_begin_added(const GwDocRecord *record, bson_iter_t *out_names);

/* Describe the change from `pre` to `post`, both whole documents with an _id, one of them NULL
 * where there was none. False where nothing changed; then `out_record` is left alone. Else
 * `out_record`, which is initialised, is appended to. */
bool gw_record_diff(const bson_t *pre, const bson_t *post, bson_t *out_record);

/* The same where both are known in the fields `touched` (an array of names, NULL-terminated) only,
 * and none of them can have moved. */
bool gw_record_diff_fields(const bson_t *pre, const bson_t *post, const char *const *touched,
                           bson_t *out_record);

/* The same where the fields `set` of a document `pre` got those values. */
bool gw_record_diff_set(const bson_t *pre, const bson_t *set, bson_t *out_record);

/* The same where a document `pre`, all of it, lost the fields `gone` (an array of names,
 * NULL-terminated). With a `moved` it lost one, whose value came behind all others under that name.
 * Not for documents with twins. */
bool gw_record_diff_gone(const bson_t *pre, const char *const *gone, const char *moved,
                         bson_t *out_record);

/* Begin the record of an update of `pre`: its _id, which comes first. */
void gw_record_begin_updated(const bson_t *pre, bson_t *out_record);

/* Whether two fields of `doc` have one name: legal BSON that no server's driver makes. */
bool gw_record_has_twins(const bson_t *doc);

/* Describe what is about to happen to `pre`, whatever it will be: all of it is kept. */
void gw_record_announce(const bson_t *pre, bool is_delete, bson_t *out_record);

/* Look at a record. False where it is none: the journal is damaged. `doc` outlives the view. */
bool gw_record_view(const bson_t *doc, GwDocRecord *out_record);

/* Whether `current` (NULL: there is no such document) is what the change left behind. */
bool gw_record_is_as_left(const GwDocRecord *record, const bson_t *current);

/* Whether `current` is what it was before the change, in all that the record knows. */
bool gw_record_is_as_before(const GwDocRecord *record, const bson_t *current);

/* What to put back of an updated or deleted document: `current` (NULL where there is none) with
 * what the record knows. Owned. */
bson_t *gw_record_restored(const GwDocRecord *record, const bson_t *current);
