/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that a walk over the entries of a job has met. Of one that several calls changed, the
 * walk judges by one change alone. A collection that one call alone changed needs no memory: it met
 * each of its documents once. Pure: it knows no server.
 */
#pragma once

#include "journal/entry.h"

typedef struct GwMet GwMet;

/* For these entries (of GwEntry), all that will be walked. Owned. */
GwMet *gw_met_new(const GPtrArray *entries);
void gw_met_free(GwMet *met);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwMet, gw_met_free)

/* Whether documents of `entry` can be met again: else nothing need be noted of them. */
bool gw_met_can_meet_again(const GwMet *met, const GwEntry *entry);

/* What was noted of the document with the _id at `id` in the collection "db.coll" `where`; 0 =
 * nothing. */
guint gw_met_find(const GwMet *met, const char *where, const bson_iter_t *id);
void gw_met_note(GwMet *met, const char *where, const bson_iter_t *id, guint what);
