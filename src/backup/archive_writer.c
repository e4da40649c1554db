/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive_writer.h"

#include "backup/archive.h"
#include "backup/crc64.h"

/* How many collections mongorestore may meet interleaved; it only sizes a buffer by it. */
#define CONCURRENT_COLLECTIONS 4

struct GwArchiveWriter {
    GwSink *sink; /* borrowed: outlives the writer */
    GMutex mutex; /* held while a block is written */
};

GwArchiveWriter *
gw_archive_writer_new(GwSink *sink)
{
    GwArchiveWriter *writer = g_new0(GwArchiveWriter, 1);

    writer->sink = sink;
    g_mutex_init(&writer->mutex);
    return writer;
}

void
gw_archive_writer_free(GwArchiveWriter *writer)
{
    if (writer == NULL)
        return;
    g_mutex_clear(&writer->mutex);
    g_free(writer);
}

static bool
write_number(GwSink *sink, guint32 number, GError **error)
{
    guint32 bytes = GUINT32_TO_LE(number);

    return gw_sink_write(sink, &bytes, sizeof bytes, error);
}

static bool
write_doc(GwSink *sink, const bson_t *doc, GError **error)
{
    return gw_sink_write(sink, bson_get_data(doc), doc->len, error);
}

static void
append_entry(GByteArray *out, const GwArchiveEntry *entry)
{
    g_autoptr(bson_t) doc =
        BCON_NEW("db", BCON_UTF8(entry->db), "collection", BCON_UTF8(entry->coll), "metadata",
                 BCON_UTF8(entry->metadata), "size", BCON_INT64(entry->size), "type",
                 BCON_UTF8(entry->type));

    g_byte_array_append(out, bson_get_data(doc), doc->len);
}

/* The format has a checksum for documents alone. What says how a collection is made must not change
 * unseen either; mongorestore looks at no field that it does not know. */
static bson_t *
new_head(const char *server_version, const GByteArray *entries)
{
    guint64 crc = gw_crc64_update(0, entries->data, entries->len);

    return BCON_NEW("concurrent_collections", BCON_INT32(CONCURRENT_COLLECTIONS), "version",
                    BCON_UTF8(GW_ARCHIVE_VERSION), "server_version", BCON_UTF8(server_version),
                    "tool_version", BCON_UTF8("godwit " GW_VERSION), GW_ARCHIVE_ENTRIES_CRC,
                    BCON_INT64((gint64)crc));
}

bool
gw_archive_writer_begin(GwArchiveWriter *writer, const char *server_version,
                        const GwArchiveEntry *entries, gsize count, GError **error)
{
    g_autoptr(GByteArray) listed = g_byte_array_new();
    g_autoptr(bson_t) head = NULL;

    for (gsize next = 0; next < count; next++)
        append_entry(listed, &entries[next]);
    head = new_head(server_version, listed);
    return write_number(writer->sink, GW_ARCHIVE_MAGIC, error) &&
           write_doc(writer->sink, head, error) &&
           gw_sink_write(writer->sink, listed->data, listed->len, error) &&
           write_number(writer->sink, GW_ARCHIVE_TERMINATOR, error);
}

static bool
write_block(GwSink *sink, const bson_t *head, const void *docs, gsize size, GError **error)
{
    return write_doc(sink, head, error) && (size == 0 || gw_sink_write(sink, docs, size, error)) &&
           write_number(sink, GW_ARCHIVE_TERMINATOR, error);
}

static bool
write_locked(GwArchiveWriter *writer, const bson_t *head, const void *docs, gsize size,
             GError **error)
{
    bool done = false;

    g_mutex_lock(&writer->mutex);
    done = write_block(writer->sink, head, docs, size, error);
    g_mutex_unlock(&writer->mutex);
    return done;
}

static bson_t *
block_head(const GwArchiveEntry *entry, bool is_end, guint64 crc)
{
    return BCON_NEW("db", BCON_UTF8(entry->db), "collection", BCON_UTF8(entry->coll), "EOF",
                    BCON_BOOL(is_end), "CRC", BCON_INT64((gint64)crc));
}

bool
gw_archive_writer_block(GwArchiveWriter *writer, const GwArchiveEntry *entry, const void *docs,
                        gsize size, GError **error)
{
    g_autoptr(bson_t) head = block_head(entry, false, 0);

    return write_locked(writer, head, docs, size, error);
}

bool
gw_archive_writer_end(GwArchiveWriter *writer, const GwArchiveEntry *entry, guint64 crc,
                      GError **error)
{
    g_autoptr(bson_t) head = block_head(entry, true, crc);

    return write_locked(writer, head, NULL, 0, error);
}
