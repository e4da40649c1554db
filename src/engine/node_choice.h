/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which migrations the project's own Node runs, and how it is started.
 */
#pragma once

#include "engine/project.h"
#include "model/migration.h"

/* Whether Node runs the file: a comment in it (godwit-engine: node) decides, else `node.files`,
 * else `engine`. Lists of commands in JSON are always godwit's. */
bool gw_node_runs(const GwProject *project, const GwMigrationFile *file);

/* Node's command line without a script, as it is configured; ends with NULL. Owned. */
char **gw_node_command(const GwProject *project);
