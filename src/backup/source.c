/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/fs.h"
#include "base/text.h"

#define BUFFER_BYTES (256 * 1024)
#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's frame */

struct GwSource {
    char *shown;     /* owned: the path, for people */
    guint8 *in;      /* owned: BUFFER_BYTES as they stand in the file */
    gsize in_size;   /* bytes in `in` */
    gsize in_next;   /* of those, how many are used up */
    gint64 read;     /* bytes of the file that were ever in `in` */
    ZSTD_DCtx *zstd; /* owned; NULL = not zstd */
    z_stream gzip;
    GwCompression compression;
    int fd;
    bool is_file_end;
    bool is_frame_open; /* of the compression: it may not end here */
};

void
gw_source_free(GwSource *source)
{
    if (source == NULL)
        return;
    if (source->fd >= 0)
        (void)close(source->fd); /* nothing was written */
    if (source->compression == GW_COMPRESS_GZIP)
        (void)inflateEnd(&source->gzip);
    ZSTD_freeDCtx(source->zstd);
    g_free(source->in);
    g_free(source->shown);
    g_free(source);
}

/* Have unused bytes in `in`, unless the file is at its end. */
static bool
fill(GwSource *source, GError **error)
{
    gssize count = 0;

    if (source->in_next < source->in_size || source->is_file_end)
        return true;
    do
        count = read(source->fd, source->in, BUFFER_BYTES);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return gw_throw(error, GW_ERROR_IO, "reading '%s': %s", source->shown, g_strerror(errno));
    source->in_next = 0;
    source->in_size = (gsize)count;
    source->read += count;
    source->is_file_end = count == 0;
    return true;
}

static bool
begin_gzip(GwSource *source, GError **error)
{
    source->compression = GW_COMPRESS_GZIP;
    if (inflateInit2(&source->gzip, GZIP_WINDOW) == Z_OK)
        return true;
    return gw_throw(error, GW_ERROR_IO, "no memory to decompress '%s'", source->shown);
}

static bool
look_at_start(GwSource *source, GError **error)
{
    static const guint8 gzip_magic[] = {0x1F, 0x8B};
    static const guint8 zstd_magic[] = {0x28, 0xB5, 0x2F, 0xFD};

    if (!fill(source, error))
        return false;
    if (source->in_size >= 2 && memcmp(source->in, gzip_magic, 2) == 0)
        return begin_gzip(source, error);
    if (source->in_size >= 4 && memcmp(source->in, zstd_magic, 4) == 0) {
        source->compression = GW_COMPRESS_ZSTD;
        source->zstd = ZSTD_createDCtx();
        g_assert(source->zstd != NULL);
    }
    return true;
}

GwSource *
gw_source_open(const char *path, GError **error)
{
    g_autoptr(GwSource) source = g_new0(GwSource, 1);

    source->shown = gw_text_shown(path);
    source->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0) {
        gw_throw(error, GW_ERROR_IO, "reading '%s': %s", source->shown, g_strerror(errno));
        return NULL;
    }
    source->in = g_malloc(BUFFER_BYTES);
    return look_at_start(source, error) ? g_steal_pointer(&source) : NULL;
}

static bool
throw_damaged(const GwSource *source, const char *reason, GError **error)
{
    return gw_throw(error, GW_ERROR_IO,
                    "'%s' is damaged near byte %" G_GINT64_FORMAT " of the file: %s", source->shown,
                    gw_source_file_offset(source), reason);
}

static bool
read_plain(GwSource *source, guint8 *out, gsize size, gsize *out_count, GError **error)
{
    *out_count = MIN(size, source->in_size - source->in_next);
    memcpy(out, source->in + source->in_next, *out_count);
    source->in_next += *out_count;
    return true;
}

static bool
read_zstd(GwSource *source, guint8 *out, gsize size, gsize *out_count, GError **error)
{
    ZSTD_inBuffer from = {.src = source->in, .size = source->in_size, .pos = source->in_next};
    ZSTD_outBuffer to = {.dst = out, .size = size};
    gsize left = ZSTD_decompressStream(source->zstd, &to, &from);

    if (ZSTD_isError(left))
        return throw_damaged(source, ZSTD_getErrorName(left), error);
    source->in_next = from.pos;
    source->is_frame_open = left != 0;
    *out_count = to.pos;
    return true;
}

/* Several gzip members behind one another count as one stream, as everywhere. */
static bool
read_gzip(GwSource *source, guint8 *out, gsize size, gsize *out_count, GError **error)
{
    int answer = Z_OK;

    source->gzip.next_in = source->in + source->in_next;
    source->gzip.avail_in = (uInt)(source->in_size - source->in_next);
    source->gzip.next_out = out;
    source->gzip.avail_out = (uInt)size;
    answer = inflate(&source->gzip, Z_NO_FLUSH);
    source->in_next = source->in_size - source->gzip.avail_in;
    if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
        return throw_damaged(
            source, source->gzip.msg != NULL ? source->gzip.msg : "the gzip data is wrong", error);
    source->is_frame_open = answer != Z_STREAM_END;
    if (answer == Z_STREAM_END)
        (void)inflateReset(&source->gzip);
    *out_count = size - source->gzip.avail_out;
    return true;
}

static bool
read_some(GwSource *source, guint8 *out, gsize size, gsize *out_count, GError **error)
{
    if (source->compression == GW_COMPRESS_ZSTD)
        return read_zstd(source, out, size, out_count, error);
    if (source->compression == GW_COMPRESS_GZIP)
        return read_gzip(source, out, size, out_count, error);
    return read_plain(source, out, size, out_count, error);
}

bool
gw_source_read(GwSource *source, void *out_bytes, gsize size, gsize *out_count, GError **error)
{
    guint8 *out = out_bytes;
    bool is_end = false;

    *out_count = 0;
    while (*out_count < size && !is_end) {
        gsize count = 0;
        bool was_file_end = false;

        if (!fill(source, error))
            return false;
        was_file_end = source->is_file_end;
        if (was_file_end && !source->is_frame_open)
            return true;
        if (!read_some(source, out + *out_count, size - *out_count, &count, error))
            return false;
        *out_count += count;
        is_end = was_file_end && count == 0;
    }
    return !is_end || throw_damaged(source, "the compressed data ends too early", error);
}

GwCompression
gw_source_compression(const GwSource *source)
{
    return source->compression;
}

gint64
gw_source_file_offset(const GwSource *source)
{
    return source->read - (gint64)(source->in_size - source->in_next);
}
