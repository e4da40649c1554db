/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of bytes in memory. */
#pragma once

#include <glib.h>

/* 64 hex digits, lower case. Owned. */
char *gw_hash_sha256(const void *bytes, gsize size);
