/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a collection is made: its options and indexes, to and from what an archive says of it.
 */
#pragma once

#include "backup/archive_reader.h"
#include "mongo/catalog.h"

typedef struct {
    bson_t *options;    /* owned: as `create` takes them */
    GPtrArray *indexes; /* owned: bson_t, as in listIndexes */
} GwCollSpec;
void gw_coll_spec_clear(GwCollSpec *spec);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwCollSpec, gw_coll_spec_clear)

/* What mongorestore reads: Extended JSON. Owned. */
char *gw_coll_spec_json(const GwCollInfo *info);

/* The same exactly, for godwit: JSON has no keys twice. Owned. */
bson_t *gw_coll_spec_exact(const GwCollInfo *info);

/* "collection", "view", "timeseries". */
const char *gw_coll_spec_type(GwCollKind kind);

/* Read what the archive says of `coll`. Fails with GW_ERROR_IO where that can't be read. */
bool gw_coll_spec_read(const GwArchiveColl *coll, GwCollSpec *out_spec, GError **error);

/* The indexes as `createIndexes` takes them for a new collection: without those that come with it.
 * Owned: bson_t. */
GPtrArray *gw_coll_spec_new_indexes(const GwCollSpec *spec);
