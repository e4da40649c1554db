/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is written from front to end, and is there under its name only when all of it is on
 * disk. It knows nothing of what is in it.
 */
#pragma once

#include "base/error.h"

typedef struct GwSink GwSink;

/* Begin to write beside `path`, readable by the owner alone. Fails with GW_ERROR_IO. Freeing it
 * without a commit leaves nothing behind. Threads: one at a time. */
GwSink *gw_sink_new(const char *path, GError **error);
void gw_sink_free(GwSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwSink, gw_sink_free)

bool gw_sink_write(GwSink *sink, const void *bytes, gsize size, GError **error);

/* All is written: bring it to disk. Where it stands until it has its name: borrowed from the sink;
 * NULL = failed. */
const char *gw_sink_sync(GwSink *sink, GError **error);

/* Give the file its name, replacing one that is there; after gw_sink_sync. */
bool gw_sink_commit(GwSink *sink, GError **error);

gint64 gw_sink_size(const GwSink *sink); /* bytes so far */
