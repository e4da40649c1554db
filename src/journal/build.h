/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A build of indexes, which is one long command: how far the server is with it, and how it is given
 * up from another thread.
 */
#pragma once

#include "journal/schema.h"

/* Hand a createIndexes on to the server, seen by the pace meanwhile. `before` are the indexes that
 * are there. As gw_writer_apply; where it was given up, nothing of it is left. */
bool gw_build_indexes(const GwSchemaWrite *schema, const GPtrArray *before, bson_t *out_reply,
                      GError **error);
