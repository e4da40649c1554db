/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/text.h"

#define BUFFER_BYTES (256 * 1024)
#define ZSTD_LEVEL 1
#define GZIP_LEVEL 6
#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's frame */

struct GwSink {
    char *path;      /* owned */
    char *scratch;   /* owned: what is written to until the commit; NULL = it has its name */
    guint8 *out;     /* owned: BUFFER_BYTES */
    ZSTD_CCtx *zstd; /* owned; NULL = not zstd */
    z_stream gzip;
    GwCompression compression;
    gint64 size; /* on disk so far */
    int fd;
};

static bool
throw_errno(const GwSink *sink, GError **error)
{
    int reason = errno;
    g_autofree char *shown = gw_text_shown(sink->path);

    gw_throw(error, GW_ERROR_IO, "writing the backup '%s': %s", shown, g_strerror(reason));
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
        return gw_hint(error, "Nothing was left behind. Make room, or choose another place with "
                              "--out.");
    return false;
}

static bool
init_compression(GwSink *sink, GError **error)
{
    if (sink->compression == GW_COMPRESS_GZIP &&
        deflateInit2(&sink->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
            Z_OK)
        return gw_throw(error, GW_ERROR_IO, "no memory to compress with gzip");
    if (sink->compression != GW_COMPRESS_ZSTD)
        return true;
    sink->zstd = ZSTD_createCCtx();
    g_assert(sink->zstd != NULL);
    (void)ZSTD_CCtx_setParameter(sink->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    (void)ZSTD_CCtx_setParameter(sink->zstd, ZSTD_c_checksumFlag, 1);
    /* Off the thread that reads; a libzstd that has no threads refuses and compresses here. */
    (void)ZSTD_CCtx_setParameter(sink->zstd, ZSTD_c_nbWorkers, 1);
    return true;
}

GwSink *
gw_sink_new(const char *path, GwCompression compression, GError **error)
{
    g_autoptr(GwSink) sink = g_new0(GwSink, 1);

    sink->path = g_strdup(path);
    sink->compression = compression;
    sink->out = g_malloc(BUFFER_BYTES);
    sink->scratch = g_strconcat(path, ".XXXXXX", NULL);
    sink->fd = g_mkstemp_full(sink->scratch, O_WRONLY | O_CLOEXEC, 0600);
    if (sink->fd < 0) {
        throw_errno(sink, error);
        g_clear_pointer(&sink->scratch, g_free);
        return NULL;
    }
    return init_compression(sink, error) ? g_steal_pointer(&sink) : NULL;
}

void
gw_sink_free(GwSink *sink)
{
    if (sink == NULL)
        return;
    if (sink->fd >= 0)
        (void)close(sink->fd); /* what is kept was synced by the commit */
    if (sink->scratch != NULL)
        (void)unlink(sink->scratch); /* there is nobody to tell */
    if (sink->compression == GW_COMPRESS_GZIP)
        (void)deflateEnd(&sink->gzip); /* it complains of what is left, which is not wanted */
    ZSTD_freeCCtx(sink->zstd);
    g_free(sink->out);
    g_free(sink->scratch);
    g_free(sink->path);
    g_free(sink);
}

static bool
write_raw(GwSink *sink, const guint8 *bytes, gsize size, GError **error)
{
    while (size > 0) {
        gssize written = write(sink->fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return throw_errno(sink, error);
        bytes += written;
        size -= (gsize)written;
        sink->size += written;
    }
    return true;
}

static bool
write_zstd(GwSink *sink, ZSTD_inBuffer *in, ZSTD_EndDirective how, GError **error)
{
    bool is_done = false;

    while (!is_done) {
        ZSTD_outBuffer out = {.dst = sink->out, .size = BUFFER_BYTES};
        gsize left = ZSTD_compressStream2(sink->zstd, &out, in, how);

        if (ZSTD_isError(left))
            return gw_throw(error, GW_ERROR_IO, "compressing the backup: %s",
                            ZSTD_getErrorName(left));
        if (!write_raw(sink, sink->out, out.pos, error))
            return false;
        is_done = how == ZSTD_e_end ? left == 0 : in->pos == in->size;
    }
    return true;
}

static bool
write_gzip(GwSink *sink, int how, GError **error)
{
    bool is_done = false;

    while (!is_done) {
        int answer = Z_OK;

        sink->gzip.next_out = sink->out;
        sink->gzip.avail_out = BUFFER_BYTES;
        answer = deflate(&sink->gzip, how);
        g_assert(answer != Z_STREAM_ERROR); /* our own state is damaged */
        if (!write_raw(sink, sink->out, BUFFER_BYTES - sink->gzip.avail_out, error))
            return false;
        is_done = how == Z_FINISH ? answer == Z_STREAM_END : sink->gzip.avail_out > 0;
    }
    return true;
}

bool
gw_sink_write(GwSink *sink, const void *bytes, gsize size, GError **error)
{
    ZSTD_inBuffer in = {.src = bytes, .size = size};

    if (sink->compression == GW_COMPRESS_NONE)
        return write_raw(sink, bytes, size, error);
    if (sink->compression == GW_COMPRESS_ZSTD)
        return write_zstd(sink, &in, ZSTD_e_continue, error);
    g_assert(size <= G_MAXUINT32); /* a block is far smaller */
    sink->gzip.next_in = (guint8 *)bytes;
    sink->gzip.avail_in = (uInt)size;
    return write_gzip(sink, Z_NO_FLUSH, error);
}

static bool
end_compression(GwSink *sink, GError **error)
{
    ZSTD_inBuffer none = {0};

    if (sink->compression == GW_COMPRESS_ZSTD)
        return write_zstd(sink, &none, ZSTD_e_end, error);
    return sink->compression == GW_COMPRESS_NONE || write_gzip(sink, Z_FINISH, error);
}

/* A rename is only safe from a power cut once the folder itself is on disk. */
static void
sync_folder(const GwSink *sink)
{
    g_autofree char *folder = g_path_get_dirname(sink->path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)fsync(fd); /* some file systems refuse it for folders */
    (void)close(fd);
}

bool
gw_sink_commit(GwSink *sink, gint64 *out_size, GError **error)
{
    if (!end_compression(sink, error))
        return false;
    if (fsync(sink->fd) != 0 || rename(sink->scratch, sink->path) != 0)
        return throw_errno(sink, error);
    g_clear_pointer(&sink->scratch, g_free);
    sync_folder(sink);
    *out_size = sink->size;
    return true;
}
