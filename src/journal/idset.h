/* SPDX-License-Identifier: Apache-2.0 */
/*
 * _ids that were met. Integers and doubles are one by their value, as they are for the server;
 * a decimal is another than an integer here, and documents are compared by their bytes.
 */
#pragma once

#include "base/bson.h"

typedef GHashTable GwIdSet;

GwIdSet *gw_id_set_new(void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwIdSet, g_hash_table_unref)

/* Add the value at `path` of `doc`. False where it was there before, or there is none. */
bool gw_id_set_add_path(GwIdSet *set, const bson_t *doc, const char *path);
