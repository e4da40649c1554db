/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose manners to keep before a project is open, or where it can't be opened: migrate-mongo's
 * users have scripts that look at its exit status.
 */
#pragma once

#include <stdbool.h>

/* Guess from names of files: whether the current folder, or the configuration file that was asked
 * for (NULL: none), is migrate-mongo's. */
bool gw_flavour_is_migrate_mongo(const char *config_file);
