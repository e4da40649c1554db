/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/blob.h"

#include <zstd.h>

#define LEVEL 1

/* What one chunk may come to when it is unpacked: far more than is ever packed, so that a damaged
 * length can't ask for all memory. */
#define RAW_BYTES_MAX (G_GUINT64_CONSTANT(1) << 30)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZSTD_CCtx, ZSTD_freeCCtx)

struct GwBlob {
    GByteArray *raw; /* owned */
    gsize count;
};

GwBlob *
gw_blob_new(void)
{
    GwBlob *blob = g_new0(GwBlob, 1);

    blob->raw = g_byte_array_new();
    return blob;
}

void
gw_blob_free(GwBlob *blob)
{
    if (blob == NULL)
        return;
    g_byte_array_unref(blob->raw);
    g_free(blob);
}

void
gw_blob_add(GwBlob *blob, const bson_t *record)
{
    g_byte_array_append(blob->raw, bson_get_data(record), record->len);
    blob->count++;
}

gsize
gw_blob_count(const GwBlob *blob)
{
    return blob->count;
}

gsize
gw_blob_bytes(const GwBlob *blob)
{
    return blob->raw->len;
}

GByteArray *
gw_blob_seal(const GwBlob *blob)
{
    g_autoptr(ZSTD_CCtx) context = ZSTD_createCCtx();
    GByteArray *sealed = g_byte_array_new();
    size_t length = 0;

    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    g_byte_array_set_size(sealed, (guint)ZSTD_compressBound(blob->raw->len));
    length = ZSTD_compress2(context, sealed->data, sealed->len, blob->raw->data, blob->raw->len);
    g_assert(!ZSTD_isError(length)); /* there is room for whatever comes of it */
    g_byte_array_set_size(sealed, (guint)length);
    return sealed;
}

static bool
throw_damaged(const char *why, GError **error)
{
    return gw_throw(error, GW_ERROR_FAILED, "the recorded documents are damaged: %s", why);
}

static GByteArray *
unpack(const guint8 *bytes, gsize length, GError **error)
{
    g_autoptr(GByteArray) raw = g_byte_array_new();
    unsigned long long size = ZSTD_getFrameContentSize(bytes, length);
    size_t done = 0;

    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
        size > RAW_BYTES_MAX) {
        throw_damaged("they don't begin as they should", error);
        return NULL;
    }
    g_byte_array_set_size(raw, (guint)size);
    done = ZSTD_decompress(raw->data, raw->len, bytes, length);
    if (ZSTD_isError(done) || done != size) {
        throw_damaged(ZSTD_isError(done) ? ZSTD_getErrorName(done) : "they end too early", error);
        return NULL;
    }
    return g_steal_pointer(&raw);
}

GPtrArray *
gw_blob_open(const guint8 *bytes, gsize length, GError **error)
{
    g_autoptr(GByteArray) raw = unpack(bytes, length, error);
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    guint32 size = 0;

    if (raw == NULL)
        return NULL;
    for (gsize offset = 0; offset < raw->len; offset += size) {
        bson_t *record = NULL;

        if (raw->len - offset < sizeof size) {
            throw_damaged("a record is cut off", error);
            return NULL;
        }
        memcpy(&size, raw->data + offset, sizeof size);
        size = GUINT32_FROM_LE(size);
        record = size <= raw->len - offset ? bson_new_from_data(raw->data + offset, size) : NULL;
        if (record == NULL) {
            throw_damaged("a record is no document", error);
            return NULL;
        }
        g_ptr_array_add(records, record);
    }
    return g_steal_pointer(&records);
}
