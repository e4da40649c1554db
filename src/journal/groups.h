/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates by _id, those that are the same for several documents as one statement: each by itself
 * takes the server 14 us, in a statement for many 9 to 10. Pure.
 */
#pragma once

#include "base/bson.h"

typedef struct {
    GHashTable *by_update; /* owned: the bytes of an update -> its group */
    GPtrArray *all;        /* owned: the groups, the first one first */
} GwGroups;

void gw_groups_init(GwGroups *groups);
void gw_groups_clear(GwGroups *groups);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwGroups, gw_groups_clear)

/* The document with the _id at `id` gets `update`. */
void gw_groups_add(GwGroups *groups, const bson_iter_t *id, const bson_t *update);

/* The update of the newest group; NULL = there is none. Borrowed. */
const bson_t *gw_groups_newest(const GwGroups *groups);

/* How many different updates there are. */
guint gw_groups_count(const GwGroups *groups);

/* Append a statement of an update command for each group to `updates` and count it in `count`. With
 * `is_guarded` it finds only documents that have none of the fields that it sets. */
void gw_groups_end(const GwGroups *groups, bool is_guarded, GByteArray *updates, gsize *count);
