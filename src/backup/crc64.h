/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-64/ECMA, reflected, as Go's crc64.ECMA: mongodump's checksum of a collection's documents. */
#pragma once

#include <glib.h>

/* The checksum of what `crc` is the checksum of, followed by `bytes`. Begin with 0. Threads: any.
 */
guint64 gw_crc64_update(guint64 crc, const void *bytes, gsize size);
