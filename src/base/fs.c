/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

typedef int Fd;

static void
close_fd(Fd fd)
{
    (void)close(fd); /* what matters was synced, and there is nobody to tell */
}
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(Fd, close_fd, -1)

static bool
throw_errno(GError **error, const char *doing, const char *path, int reason)
{
    g_autofree char *shown = gw_text_shown(path);

    return gw_throw(error, GW_ERROR_IO, "%s '%s': %s", doing, shown, g_strerror(reason));
}

char *
gw_fs_read(const char *path, gsize *out_size, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *shown = gw_text_shown(path);
    char *bytes = NULL;

    if (gw_fs_is_folder(path)) {
        throw_errno(error, "reading", path, EISDIR);
        return NULL;
    }
    errno = 0;
    if (g_file_get_contents(path, &bytes, out_size, &reason))
        return bytes;
    /* GLib's message repeats the path in a form of its own. */
    gw_throw(error, GW_ERROR_IO, "reading '%s': %s", shown,
             errno != 0 ? g_strerror(errno) : reason->message);
    return NULL;
}

static bool
write_all(int fd, const char *bytes, gsize size)
{
    while (size > 0) {
        gssize written = write(fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        size -= (gsize)written;
    }
    return true;
}

/* A rename is only safe from a power cut once the folder itself is on disk. */
static void
sync_folder_of(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_auto(Fd) fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        (void)fsync(fd); /* some file systems refuse it for folders */
}

static bool
fill_and_rename(int fd, const char *scratch, const char *path, const void *bytes, gsize size,
                mode_t mode)
{
    if (mode != 0 && fchmod(fd, mode) != 0)
        return false;
    return write_all(fd, bytes, size) && fsync(fd) == 0 && rename(scratch, path) == 0;
}

bool
gw_fs_write_atomic(const char *path, const void *bytes, gsize size, mode_t mode, GError **error)
{
    g_autofree char *linked = realpath(path, NULL);
    const char *target = linked != NULL ? linked : path;
    g_autofree char *scratch = g_strconcat(target, ".XXXXXX", NULL);
    g_auto(Fd) fd = -1;
    struct stat before;
    mode_t kept = 0;

    if (mode == 0 && stat(target, &before) == 0)
        kept = before.st_mode & 07777;
    fd = g_mkstemp_full(scratch, O_WRONLY | O_CLOEXEC, mode != 0 ? (int)mode : 0666);
    if (fd < 0)
        return throw_errno(error, "writing", path, errno);
    if (!fill_and_rename(fd, scratch, target, bytes, size, kept)) {
        int reason = errno;

        (void)unlink(scratch); /* the first failure is the one to tell */
        return throw_errno(error, "writing", path, reason);
    }
    sync_folder_of(target);
    return true;
}

/* Claiming the name by an empty file first needs nothing that some file systems lack (hard links,
 * RENAME_NOREPLACE). */
bool
gw_fs_write_new(const char *path, const void *bytes, gsize size, mode_t mode, GError **error)
{
    g_auto(Fd) claim =
        open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode != 0 ? mode : (mode_t)0666);

    if (claim < 0)
        return throw_errno(error, "making", path, errno);
    if (gw_fs_write_atomic(path, bytes, size, 0, error))
        return true;
    (void)unlink(path); /* ours, and empty */
    return false;
}

static gint
compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *
gw_fs_list(const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = NULL;
    const char *name = NULL;

    errno = 0;
    dir = g_dir_open(folder, 0, NULL);
    if (dir == NULL) {
        throw_errno(error, "reading the folder", folder, errno);
        return NULL;
    }
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

bool
gw_fs_make_folder(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0777) == 0)
        return true;
    return throw_errno(error, "making the folder", path, errno);
}

static int
delete_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    return remove(path);
}

bool
gw_fs_delete_tree(const char *folder, GError **error)
{
    g_autofree char *shown = gw_text_shown(folder);

    if (nftw(folder, delete_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return true;
    return gw_throw(error, GW_ERROR_IO, "deleting '%s': %s", shown, g_strerror(errno));
}

bool
gw_fs_exists(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}

bool
gw_fs_is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool
gw_fs_is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *
gw_fs_absolute(const char *root, const char *path)
{
    return g_canonicalize_filename(path, root);
}

bool
gw_fs_is_under(const char *root, const char *path)
{
    gsize length = strlen(root);

    while (length > 0 && root[length - 1] == '/')
        length--;
    return strncmp(root, path, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

char *
gw_fs_join_under(const char *root, const char *path, GError **error)
{
    g_autofree char *clean_root = g_canonicalize_filename(root, NULL);
    g_autofree char *joined = g_canonicalize_filename(path, clean_root);
    g_autofree char *shown = NULL;

    if (gw_fs_is_under(clean_root, joined))
        return g_steal_pointer(&joined);
    shown = gw_text_shown(path);
    gw_throw(error, GW_ERROR_REFUSED, "the path '%s' leads out of '%s'", shown, clean_root);
    return NULL;
}
