/* SPDX-License-Identifier: Apache-2.0 */
/*
 * _ids that were met. Whole numbers are one by their value, as they are for the server, unless a
 * decimal writes it with a point or an exponent; documents are compared by their bytes.
 */
#pragma once

#include "base/bson.h"

typedef GHashTable GwIdSet;

GwIdSet *gw_id_set_new(void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwIdSet, g_hash_table_unref)

/* What two _ids have in common if they are the same one. Owned. */
GBytes *gw_id_key(const bson_iter_t *id);

/* Add the value at `path` of `doc`. False where it was there before, or there is none. */
bool gw_id_set_add_path(GwIdSet *set, const bson_t *doc, const char *path);
