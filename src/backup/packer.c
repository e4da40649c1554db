/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/packer.h"

#include <zlib.h>
#include <zstd.h>

#define ROOM_BYTES (256 * 1024)
#define ZSTD_LEVEL 1
#define GZIP_LEVEL 4          /* a third of the time of 6, an eighth more bytes */
#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's frame */

struct GwPacker {
    GByteArray *out; /* owned: the piece so far, as it will stand in the file */
    ZSTD_CCtx *zstd; /* owned; NULL = not zstd */
    z_stream gzip;
    GwCompression compression;
    bool is_ended; /* `out` is the last piece, which the next byte makes room for */
};

const char *
gw_compression_name(GwCompression compression)
{
    static const char *const names[] = {"none", "gzip", "zstd"};

    return names[compression];
}

const char *
gw_compression_suffix(GwCompression compression)
{
    static const char *const suffixes[] = {"", ".gz", ".zst"};

    return suffixes[compression];
}

static void
begin_zstd(GwPacker *packer)
{
    packer->zstd = ZSTD_createCCtx();
    g_assert(packer->zstd != NULL);
    (void)ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    (void)ZSTD_CCtx_setParameter(packer->zstd, ZSTD_c_checksumFlag, 1);
}

GwPacker *
gw_packer_new(GwCompression compression)
{
    GwPacker *packer = g_new0(GwPacker, 1);

    packer->compression = compression;
    packer->out = g_byte_array_new();
    if (compression == GW_COMPRESS_ZSTD)
        begin_zstd(packer);
    else if (compression == GW_COMPRESS_GZIP)
        g_assert(deflateInit2(&packer->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
                              Z_DEFAULT_STRATEGY) == Z_OK); /* it fails for want of memory only */
    return packer;
}

void
gw_packer_free(GwPacker *packer)
{
    if (packer == NULL)
        return;
    if (packer->compression == GW_COMPRESS_GZIP)
        (void)deflateEnd(&packer->gzip); /* it complains of what is left, which is not wanted */
    ZSTD_freeCCtx(packer->zstd);
    g_byte_array_unref(packer->out);
    g_free(packer);
}

/* Make room behind what is there. What is not used of it is cut off by `used`. */
static guint8 *
make_room(GwPacker *packer, guint *out_start)
{
    *out_start = packer->out->len;
    g_byte_array_set_size(packer->out, packer->out->len + ROOM_BYTES);
    return packer->out->data + *out_start;
}

static void
pack_zstd(GwPacker *packer, ZSTD_inBuffer *in, ZSTD_EndDirective how)
{
    bool is_done = false;

    while (!is_done) {
        guint start = 0;
        ZSTD_outBuffer out = {.dst = make_room(packer, &start), .size = ROOM_BYTES};
        gsize left = ZSTD_compressStream2(packer->zstd, &out, in, how);

        g_assert(!ZSTD_isError(left)); /* our own state is damaged */
        g_byte_array_set_size(packer->out, start + (guint)out.pos);
        is_done = how == ZSTD_e_end ? left == 0 : in->pos == in->size;
    }
}

static void
pack_gzip(GwPacker *packer, int how)
{
    bool is_done = false;

    while (!is_done) {
        guint start = 0;
        int answer = Z_OK;

        packer->gzip.next_out = make_room(packer, &start);
        packer->gzip.avail_out = ROOM_BYTES;
        answer = deflate(&packer->gzip, how);
        g_assert(answer != Z_STREAM_ERROR); /* as above */
        g_byte_array_set_size(packer->out, start + ROOM_BYTES - packer->gzip.avail_out);
        is_done = how == Z_FINISH ? answer == Z_STREAM_END : packer->gzip.avail_out > 0;
    }
}

void
gw_packer_add(GwPacker *packer, const void *bytes, gsize size)
{
    ZSTD_inBuffer in = {.src = bytes, .size = size};

    g_assert(size <= G_MAXUINT32); /* a block is far smaller */
    if (packer->is_ended)
        g_byte_array_set_size(packer->out, 0);
    packer->is_ended = false;
    if (packer->compression == GW_COMPRESS_NONE) {
        g_byte_array_append(packer->out, bytes, (guint)size);
    } else if (packer->compression == GW_COMPRESS_ZSTD) {
        pack_zstd(packer, &in, ZSTD_e_continue);
    } else {
        packer->gzip.next_in = (guint8 *)bytes;
        packer->gzip.avail_in = (uInt)size;
        pack_gzip(packer, Z_NO_FLUSH);
    }
}

const GByteArray *
gw_packer_end(GwPacker *packer)
{
    ZSTD_inBuffer none = {0};

    if (packer->compression == GW_COMPRESS_ZSTD) {
        pack_zstd(packer, &none, ZSTD_e_end);
    } else if (packer->compression == GW_COMPRESS_GZIP) {
        pack_gzip(packer, Z_FINISH);
        (void)deflateReset(&packer->gzip); /* it fails on a damaged state only */
    }
    packer->is_ended = true;
    return packer->out;
}
