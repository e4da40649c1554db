/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/text.h"

struct GwSink {
    char *path;    /* owned */
    char *scratch; /* owned: what is written to until the commit; NULL = it has its name */
    gint64 size;   /* on disk so far */
    int fd;
};

static bool
throw_errno(const GwSink *sink, GError **error)
{
    int reason = errno;
    g_autofree char *shown = gw_text_shown(sink->path);

    gw_throw(error, GW_ERROR_IO, "writing the backup '%s': %s", shown, g_strerror(reason));
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
        return gw_hint(error, "Nothing was left behind. Make room, or choose another place: --out "
                              "FILE, or backup.dir in the configuration.");
    return false;
}

GwSink *
gw_sink_new(const char *path, GError **error)
{
    g_autoptr(GwSink) sink = g_new0(GwSink, 1);

    sink->path = g_strdup(path);
    sink->scratch = g_strconcat(path, ".XXXXXX", NULL);
    sink->fd = g_mkstemp_full(sink->scratch, O_WRONLY | O_CLOEXEC, 0600);
    if (sink->fd >= 0)
        return g_steal_pointer(&sink);
    throw_errno(sink, error);
    g_clear_pointer(&sink->scratch, g_free);
    return NULL;
}

void
gw_sink_free(GwSink *sink)
{
    if (sink == NULL)
        return;
    if (sink->fd >= 0)
        (void)close(sink->fd); /* what is kept was synced before */
    if (sink->scratch != NULL)
        (void)unlink(sink->scratch); /* there is nobody to tell */
    g_free(sink->scratch);
    g_free(sink->path);
    g_free(sink);
}

bool
gw_sink_write(GwSink *sink, const void *bytes, gsize size, GError **error)
{
    const guint8 *next = bytes;

    while (size > 0) {
        gssize written = write(sink->fd, next, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return throw_errno(sink, error);
        next += written;
        size -= (gsize)written;
        sink->size += written;
    }
    return true;
}

const char *
gw_sink_sync(GwSink *sink, GError **error)
{
    if (fsync(sink->fd) == 0)
        return sink->scratch;
    throw_errno(sink, error);
    return NULL;
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
gw_sink_commit(GwSink *sink, GError **error)
{
    if (rename(sink->scratch, sink->path) != 0)
        return throw_errno(sink, error);
    g_clear_pointer(&sink->scratch, g_free);
    sync_folder(sink);
    return true;
}

gint64
gw_sink_size(const GwSink *sink)
{
    return sink->size;
}
