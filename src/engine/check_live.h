/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `godwit check --live` asks the database about the pending files: which indexes are there,
 * how large a collection is. It reads, and changes nothing.
 */
#pragma once

#include "base/bson.h"
#include "engine/project.h"
#include "model/migration.h"

typedef struct GwCheckLive GwCheckLive;

/* Connect, and read which files are applied. `project` is borrowed. Owned. */
GwCheckLive *gw_check_live_new(GwProject *project, GError **error);
void gw_check_live_free(GwCheckLive *live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwCheckLive, gw_check_live_free)

/* What there is to say to a question of script/js/typescript/check.js: an owned sentence; NULL =
 * nothing, or the file is applied. False where the database can't be asked. */
bool gw_check_live_answer(GwCheckLive *live, const GwMigrationFile *file, const bson_t *question,
                          char **out_message, GError **error);
