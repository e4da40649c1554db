/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is read from front to end, plain or decompressed (gzip, zstd, by its first bytes). It
 * knows nothing of what is in it.
 */
#pragma once

#include "backup/packer.h"

typedef struct GwSource GwSource;

GwSource *gw_source_open(const char *path, GError **error);
void gw_source_free(GwSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwSource, gw_source_free)

/* Read up to `size` bytes; fewer only at the end. Fails with GW_ERROR_IO where the file cannot be
 * read, or its compression is damaged or ends too early. */
bool gw_source_read(GwSource *source, void *out_bytes, gsize size, gsize *out_count,
                    GError **error);

/* The bytes that come next, at least one but at the end, without reading them; borrowed until
 * something is read or skipped. Fails as gw_source_read does. */
bool gw_source_peek(GwSource *source, const guint8 **out_bytes, gsize *out_count, GError **error);

/* Count `size` bytes of those as read. */
void gw_source_skip(GwSource *source, gsize size);

GwCompression gw_source_compression(const GwSource *source);

/* How far the file itself has been read, and how long it was when it was opened. */
gint64 gw_source_file_offset(const GwSource *source);
gint64 gw_source_file_size(const GwSource *source);
