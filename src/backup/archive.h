/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers and names of mongodump's archive format; docs/design/backup.md describes it. */
#pragma once

#define GW_ARCHIVE_MAGIC 0x8199E26Du
#define GW_ARCHIVE_TERMINATOR 0xFFFFFFFFu
#define GW_ARCHIVE_VERSION "0.1"

/* What begins the name of the tool in godwit's own archives. */
#define GW_ARCHIVE_TOOL "godwit "

/* godwit's own fields, which mongorestore passes over. In the header, as its last: CRC-64 of the
 * header, with zero in this place, and of the documents that list the collections; when the backup
 * began, and the one time that all of it is of. In the document of a collection: its options and
 * indexes, which JSON can't hold exactly. */
#define GW_ARCHIVE_CRC "crc"
#define GW_ARCHIVE_CREATED "created_at"
#define GW_ARCHIVE_CLUSTER_TIME "cluster_time"
#define GW_ARCHIVE_EXACT "godwit"

/* The largest document: what the server stores, and what it adds to that for its own use. */
#define GW_ARCHIVE_DOC_BYTES_MAX (16 * 1024 * 1024 + 16 * 1024)

/* How mongodump calls the documents of a time-series, where they are not read as measurements. */
#define GW_ARCHIVE_BUCKETS "system.buckets."
