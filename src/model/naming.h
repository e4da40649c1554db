/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of migrations: their order, their numbers, and the name of the next one. Pure text; what is
 * on disk is project/'s business.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/flavour.h"

/* The order of two migrations. godwit: leading numbers as numbers (001 < 2 < 010), then names
 * without one, ties by code units; compare ids. migrate-mongo: plain code units, as JavaScript's
 * sort does; compare whole names of files. */
int gw_naming_compare(GwFlavour flavour, const char *left, const char *right);

/* How many digits `name` begins with, where they are its number: followed by nothing, '_', '-', '.'
 * or a blank. 0 = it has none. */
gsize gw_naming_number_length(const char *name);

/* Whether the number is a point in time as in 20260101120000-name: 14 digits. */
bool gw_naming_has_stamp(const char *name);

/* Whether the number counts migrations: fewer than 8 digits, and not the year of a date such as
 * 2026-01-31. Such numbers must not repeat. */
bool gw_naming_has_sequence(const char *name);

/* The number without leading zeros: "1" for "001_a"; "" for zero or none. Owned. */
char *gw_naming_number(const char *name);

/* Whether both begin with the same number: "1" is "001". */
bool gw_naming_same_number(const char *left, const char *right);

/* A description as part of a file's name: letters and digits of any script in lower case, '-' and
 * '_' kept, everything else one '_'; at most 100 bytes. Never empty, never leads out of a folder.
 * Owned. */
char *gw_naming_slug(const char *description);

/* The id of the next migration: `ids` are those that are there. `sequential`: 1 = number, 0 = the
 * time `now_ms`, -1 = what most of `ids` have, a number where there are none. Numbers keep their
 * width. Owned. */
char *gw_naming_next(const GPtrArray *ids, int sequential, gint64 now_ms, const char *description);

/* The name without ".up.json" or ".down.json", one of which it ends with. Owned. */
char *gw_naming_id_of_list(const char *name);

/* The name without its last extension: "001_a" for "001_a.js". Owned. */
char *gw_naming_id_of_file(const char *name);
