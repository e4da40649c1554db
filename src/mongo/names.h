/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server's commands do, told by their names and, where that is not enough, by their
 * fields.
 */
#pragma once

#include "base/bson.h"

/* The name of a command: its first key. "" where it is empty. Borrowed from `command`. */
const char *gw_command_name(const bson_t *command);

/* Whether the server counts it among its reads and writes (opLatencies of serverStatus). */
bool gw_command_is_counted(const bson_t *command);

/* Whether an `aggregate` has a stage that writes ($out, $merge). */
bool gw_command_has_output(const bson_t *aggregate);

/* Whether an `aggregate` or `mapReduce` writes a collection. */
bool gw_command_writes_output(const bson_t *command);
