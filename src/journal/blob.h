/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many records as one compressed piece of bytes, with a checksum inside: what is read back is what
 * was written, or an error.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"

typedef struct GwBlob GwBlob;

GwBlob *gw_blob_new(void);
void gw_blob_free(GwBlob *blob);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwBlob, gw_blob_free)

void gw_blob_add(GwBlob *blob, const bson_t *record);
gsize gw_blob_count(const GwBlob *blob);
gsize gw_blob_bytes(const GwBlob *blob); /* uncompressed, so far */

/* zstd level 1 of all records, one behind the other. Owned. */
GByteArray *gw_blob_seal(const GwBlob *blob);

/* The records of a sealed blob: an owned array of bson_t. Fails with GW_ERROR_FAILED where the
 * bytes are damaged. */
GPtrArray *gw_blob_open(const guint8 *bytes, gsize length, GError **error);
