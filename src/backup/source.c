/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/fs.h"
#include "base/text.h"

#define BUFFER_BYTES (256 * 1024)
#define PLAIN_BYTES (1024 * 1024)
#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's frame */

struct GwSource {
    char *shown;   /* owned: the path, for people */
    guint8 *in;    /* owned: BUFFER_BYTES as they stand in the file */
    gsize in_size; /* bytes in `in` */
    gsize in_next; /* of those, how many are used up */
    gint64 read;   /* bytes of the file that were ever in `in` */
    gint64 size;   /* of the file; 0 = it can't be told */
    gint64 piece;  /* where in the file the piece begins that is decompressed now */
    guint8 *plain; /* owned: PLAIN_BYTES, decompressed */
    gsize plain_size;
    gsize plain_next; /* of those, how many are used up */
    ZSTD_DCtx *zstd;  /* owned; NULL = not zstd */
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
    g_free(source->plain);
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
    struct stat info = {0};

    source->shown = gw_text_shown(path);
    source->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0) {
        gw_throw(error, GW_ERROR_IO, "reading '%s': %s", source->shown, g_strerror(errno));
        return NULL;
    }
    if (fstat(source->fd, &info) == 0 && S_ISREG(info.st_mode))
        source->size = info.st_size;
    source->in = g_malloc(BUFFER_BYTES);
    source->plain = g_malloc(PLAIN_BYTES);
    return look_at_start(source, error) ? g_steal_pointer(&source) : NULL;
}

/* A piece is checked at its end: the damage is somewhere in what was read of it. */
static bool
throw_damaged(const GwSource *source, const char *reason, GError **error)
{
    gw_throw(error, GW_ERROR_IO,
             "'%s' is damaged between byte %" G_GINT64_FORMAT " and byte %" G_GINT64_FORMAT
             " of the file: %s",
             source->shown, source->piece, gw_source_file_offset(source), reason);
    return gw_hint(error, "Nothing was changed. Use another backup.");
}

static bool
read_plain(GwSource *source, GError **error)
{
    gsize count = MIN(PLAIN_BYTES, source->in_size - source->in_next);

    memcpy(source->plain, source->in + source->in_next, count);
    source->in_next += count;
    source->plain_size = count;
    return true;
}

static void
note_piece(GwSource *source, bool is_end)
{
    source->is_frame_open = !is_end;
    if (is_end)
        source->piece = gw_source_file_offset(source);
}

static bool
read_zstd(GwSource *source, GError **error)
{
    ZSTD_inBuffer from = {.src = source->in, .size = source->in_size, .pos = source->in_next};
    ZSTD_outBuffer to = {.dst = source->plain, .size = PLAIN_BYTES};
    gsize left = ZSTD_decompressStream(source->zstd, &to, &from);

    source->in_next = from.pos;
    if (ZSTD_isError(left))
        return throw_damaged(source, ZSTD_getErrorName(left), error);
    source->plain_size = to.pos;
    note_piece(source, left == 0);
    return true;
}

/* Several gzip members behind one another count as one stream, as everywhere. */
static bool
read_gzip(GwSource *source, GError **error)
{
    int answer = Z_OK;

    source->gzip.next_in = source->in + source->in_next;
    source->gzip.avail_in = (uInt)(source->in_size - source->in_next);
    source->gzip.next_out = source->plain;
    source->gzip.avail_out = PLAIN_BYTES;
    answer = inflate(&source->gzip, Z_NO_FLUSH);
    source->in_next = source->in_size - source->gzip.avail_in;
    if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
        return throw_damaged(
            source, source->gzip.msg != NULL ? source->gzip.msg : "the gzip data is wrong", error);
    source->plain_size = PLAIN_BYTES - source->gzip.avail_out;
    note_piece(source, answer == Z_STREAM_END);
    if (answer == Z_STREAM_END)
        (void)inflateReset(&source->gzip);
    return true;
}

/* Have bytes in `plain` that are not used up, or be at the end. */
static bool
refill(GwSource *source, GError **error)
{
    source->plain_next = 0;
    source->plain_size = 0;
    while (source->plain_size == 0) {
        if (!fill(source, error))
            return false;
        if (source->is_file_end && !source->is_frame_open)
            return true;
        if (!(source->compression == GW_COMPRESS_ZSTD   ? read_zstd
              : source->compression == GW_COMPRESS_GZIP ? read_gzip
                                                        : read_plain)(source, error))
            return false;
        if (source->is_file_end && source->plain_size == 0 && source->is_frame_open)
            return throw_damaged(source, "the compressed data ends too early", error);
    }
    return true;
}

bool
gw_source_read(GwSource *source, void *out_bytes, gsize size, gsize *out_count, GError **error)
{
    guint8 *out = out_bytes;

    *out_count = 0;
    while (*out_count < size) {
        gsize count = 0;

        if (source->plain_next == source->plain_size && !refill(source, error))
            return false;
        count = MIN(size - *out_count, source->plain_size - source->plain_next);
        if (count == 0)
            return true;
        memcpy(out + *out_count, source->plain + source->plain_next, count);
        source->plain_next += count;
        *out_count += count;
    }
    return true;
}

bool
gw_source_peek(GwSource *source, const guint8 **out_bytes, gsize *out_count, GError **error)
{
    if (source->plain_next == source->plain_size && !refill(source, error))
        return false;
    *out_bytes = source->plain + source->plain_next;
    *out_count = source->plain_size - source->plain_next;
    return true;
}

void
gw_source_skip(GwSource *source, gsize size)
{
    g_assert(size <= source->plain_size - source->plain_next);
    source->plain_next += size;
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

gint64
gw_source_file_size(const GwSource *source)
{
    return source->size;
}
