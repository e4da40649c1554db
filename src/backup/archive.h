/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of mongodump's archive format; docs/design/backup.md describes it. */
#pragma once

#define GW_ARCHIVE_MAGIC 0x8199E26Du
#define GW_ARCHIVE_TERMINATOR 0xFFFFFFFFu
#define GW_ARCHIVE_VERSION "0.1"

/* godwit's own field of the header: CRC-64 of the documents that list the collections. */
#define GW_ARCHIVE_ENTRIES_CRC "entries_crc"

/* The largest document: what the server stores, and what it adds to that for its own use. */
#define GW_ARCHIVE_DOC_BYTES_MAX (16 * 1024 * 1024 + 16 * 1024)
