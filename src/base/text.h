/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for messages: the nearest right word, plurals, names made safe to show, and the order in
 * which JavaScript sorts strings. No terminal, no translation.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* How many letters have to be changed, added, left out or swapped to get from one to the other. */
guint gw_text_distance(const char *left, const char *right);

/* The candidate that was most likely meant by `word`, or NULL where none is near. Borrowed from
 * `candidates`, which ends with NULL. */
const char *gw_text_nearest(const char *word, const char *const *candidates);

/* "1 migration", "2 migrations". Owned. */
char *gw_text_plural(gint64 count, const char *noun);

/* `bytes` as a line of valid UTF-8 for people's eyes: line breaks and other control characters,
 * backslashes, single quotes and bytes that are no UTF-8 are escaped. Owned. */
char *gw_text_shown(const char *bytes);

/* "'a', 'b' and 'c'", each made safe to show. `names` holds char *. Owned. */
char *gw_text_list(const GPtrArray *names);

/* A MongoDB URI with its secrets replaced by "***"; what is not a URI is replaced as far as it
 * might hold one. Owned. */
char *gw_text_masked_uri(const char *uri);

/* Order by UTF-16 code units, as JavaScript's sort() does; bytes that are no UTF-8 count as U+FFFD.
 */
int gw_text_compare_utf16(const char *left, const char *right);
