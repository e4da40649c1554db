/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders: whole files in, whole files out, never half of one. Every failure is
 * GW_ERROR_IO and names the path. Names of files are bytes, not necessarily UTF-8.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/* The whole file, with a NUL behind it that does not count. Owned. `out_size` may be NULL. */
char *gw_fs_read(const char *path, gsize *out_size, GError **error);

/* Replace or make a file: it holds either what it held before or all of `bytes`, also after a power
 * cut. A symbolic link is followed. `mode` 0 = that of the file that is there, else 0666; the umask
 * applies to new files. */
bool gw_fs_write_atomic(const char *path, const void *bytes, gsize size, mode_t mode,
                        GError **error);

/* Make a file that is not there yet; whoever comes second fails, however close. */
bool gw_fs_write_new(const char *path, const void *bytes, gsize size, mode_t mode, GError **error);

/* The names in a folder, without "." and "..", in the order of their bytes. An owned array of owned
 * char *. */
GPtrArray *gw_fs_list(const char *folder, GError **error);

/* Make a folder and those above it, unless they are there. */
bool gw_fs_make_folder(const char *path, GError **error);

/* Delete a folder with all that is in it; links are not followed. That it is not there is no
 * failure. */
bool gw_fs_delete_tree(const char *folder, GError **error);

bool gw_fs_exists(const char *path); /* a dangling symbolic link counts */
bool gw_fs_is_file(const char *path);
bool gw_fs_is_folder(const char *path);

/* `path` seen from `root`: absolute, without "." and "..". Owned. */
char *gw_fs_absolute(const char *root, const char *path);

/* The same for a path that has to stay under `root`: fails with GW_ERROR_REFUSED where it leads out
 * of it by ".." or by being absolute elsewhere. Links are not followed. Owned. */
char *gw_fs_join_under(const char *root, const char *path, GError **error);

/* Whether `path` is `root` or lies under it; both absolute, compared by their text. */
bool gw_fs_is_under(const char *root, const char *path);
