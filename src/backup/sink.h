/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is written from front to end, compressed as a whole, and is there under its name only
 * when all of it is on disk. It knows nothing of what is in it.
 */
#pragma once

#include "base/error.h"

typedef enum {
    GW_COMPRESS_NONE,
    GW_COMPRESS_GZIP, /* as mongodump --gzip */
    GW_COMPRESS_ZSTD,
} GwCompression;

typedef struct GwSink GwSink;

/* Begin to write beside `path`, readable by the owner alone. Fails with GW_ERROR_IO. Freeing it
 * without a commit leaves nothing behind. Threads: one at a time. */
GwSink *gw_sink_new(const char *path, GwCompression compression, GError **error);
void gw_sink_free(GwSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwSink, gw_sink_free)

bool gw_sink_write(GwSink *sink, const void *bytes, gsize size, GError **error);

/* End the file and give it its name, replacing one that is there. `out_size` is its size on disk.
 */
bool gw_sink_commit(GwSink *sink, gint64 *out_size, GError **error);
