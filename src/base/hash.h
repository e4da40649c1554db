/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of bytes in memory. */
#pragma once

#include <glib.h>

/* 64 hex digits, lower case. Owned. */
char *gw_hash_sha256(const void *bytes, gsize size);

/* Go on with a hash of 64 bits; 0 to begin. It tells apart what differs by chance, fast, the same
 * on every machine, and withstands nobody. */
guint64 gw_hash_go_on(guint64 hash, const void *bytes, gsize size);
