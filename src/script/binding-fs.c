/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files for scripts. A script that may not leave its project reaches what lies under the project's
 * folder, with symbolic links followed; the check and the call are two steps, which is enough for a
 * team's own files and no fence against an enemy.
 *
 * A failure is thrown as [errno, its name, its text]; js/fs.js makes Node's error of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "script/binding.h"

/* What stands for "outside of the project" among the numbers of errors. */
#define OUTSIDE (-1)

static JSValue
throw_errno(JSContext *js, int number)
{
    JSValue facts = JS_NewArray(js);
    const char *text =
        number == OUTSIDE ? "the path lies outside of the project" : g_strerror(number);

    JS_SetPropertyUint32(js, facts, 0, JS_NewInt32(js, number));
    JS_SetPropertyUint32(js, facts, 1, JS_NewString(js, text));
    return JS_Throw(js, facts);
}

/* The path without links, as far as it is there: a new file has a folder that is. Owned by
 * GLib. */
static char *
resolve(const char *path)
{
    char *real = realpath(path, NULL);
    g_autofree char *folder = NULL;
    g_autofree char *name = NULL;
    g_autofree char *above = NULL;
    char *copy = NULL;

    if (real != NULL) {
        copy = g_strdup(real);
        (free)(real); /* of the C library, not GLib's */
        return copy;
    }
    folder = g_path_get_dirname(path);
    if (g_str_equal(folder, path))
        return g_strdup(path);
    above = resolve(folder);
    name = g_path_get_basename(path);
    return g_build_filename(above, name, NULL);
}

static bool
may_touch(JSContext *js, const char *path)
{
    const GwScriptParams *params = gw_engine_of(js)->params;
    g_autofree char *absolute = NULL;
    g_autofree char *real = NULL;
    g_autofree char *root = NULL;

    if (params->may_leave_root)
        return true;
    absolute = gw_fs_absolute(params->root, path);
    real = resolve(absolute);
    root = resolve(params->root);
    return gw_fs_is_under(root, real);
}

/* The path to use, absolute, or NULL with an exception. Owned. */
static char *
take_path(JSContext *js, JSValueConst value)
{
    const GwScriptParams *params = gw_engine_of(js)->params;
    const char *text = JS_ToCString(js, value);
    char *path = text != NULL ? gw_fs_absolute(params->root, text) : NULL;

    JS_FreeCString(js, text);
    gw_engine_reach_out(js);
    if (path == NULL || may_touch(js, path))
        return path;
    throw_errno(js, OUTSIDE);
    g_clear_pointer(&path, g_free);
    return NULL;
}

/* read(path): its bytes */
static JSValue
binding_read(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    g_autoptr(GString) bytes = g_string_new(NULL);
    char part[65536];
    ssize_t count = 0;
    int fd = -1;
    int failure = 0;

    if (path == NULL)
        return JS_EXCEPTION;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return throw_errno(js, errno);
    while ((count = read(fd, part, sizeof part)) > 0)
        g_string_append_len(bytes, part, count);
    failure = count < 0 ? errno : 0;
    (void)close(fd); /* nothing was written to it */
    if (failure != 0)
        return throw_errno(js, failure);
    return JS_NewUint8ArrayCopy(js, (const uint8_t *)bytes->str, bytes->len);
}

static int
write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);

        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

/* write(path, bytes, 'w' | 'a' | 'wx' | 'ax', mode) */
static JSValue
binding_write(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    size_t size = 0;
    const uint8_t *bytes = path != NULL ? JS_GetUint8Array(js, &size, argv[1]) : NULL;
    const char *how = bytes != NULL || size == 0 ? JS_ToCString(js, argv[2]) : NULL;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
    int32_t mode = 0666;
    int failure = 0;
    int fd = -1;

    if (path == NULL || how == NULL || JS_ToInt32(js, &mode, argv[3]) < 0) {
        JS_FreeCString(js, how);
        return JS_EXCEPTION;
    }
    flags |= how[0] == 'a' ? O_APPEND : O_TRUNC;
    flags |= strchr(how, 'x') != NULL ? O_EXCL : 0;
    JS_FreeCString(js, how);
    fd = open(path, flags, (mode_t)mode);
    if (fd < 0)
        return throw_errno(js, errno);
    failure = write_all(fd, bytes, size);
    if (close(fd) != 0 && failure == 0)
        failure = errno;
    return failure == 0 ? JS_UNDEFINED : throw_errno(js, failure);
}

static void
put_ms(JSContext *js, JSValue array, uint32_t at, const struct timespec *time)
{
    JS_SetPropertyUint32(
        js, array, at,
        JS_NewFloat64(js, (double)time->tv_sec * 1000.0 + (double)time->tv_nsec / 1000000.0));
}

/* stat(path, followLinks): [mode, size, dev, ino, nlink, uid, gid, atimeMs, mtimeMs, ctimeMs] */
static JSValue
binding_stat(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    bool follows = JS_ToBool(js, argv[1]) > 0;
    struct stat facts;
    JSValue answer;

    if (path == NULL)
        return JS_EXCEPTION;
    if ((follows ? stat(path, &facts) : lstat(path, &facts)) != 0)
        return throw_errno(js, errno);
    answer = JS_NewArray(js);
    JS_SetPropertyUint32(js, answer, 0, JS_NewInt64(js, facts.st_mode));
    JS_SetPropertyUint32(js, answer, 1, JS_NewInt64(js, facts.st_size));
    JS_SetPropertyUint32(js, answer, 2, JS_NewInt64(js, (int64_t)facts.st_dev));
    JS_SetPropertyUint32(js, answer, 3, JS_NewInt64(js, (int64_t)facts.st_ino));
    JS_SetPropertyUint32(js, answer, 4, JS_NewInt64(js, (int64_t)facts.st_nlink));
    JS_SetPropertyUint32(js, answer, 5, JS_NewInt64(js, facts.st_uid));
    JS_SetPropertyUint32(js, answer, 6, JS_NewInt64(js, facts.st_gid));
    put_ms(js, answer, 7, &facts.st_atim);
    put_ms(js, answer, 8, &facts.st_mtim);
    put_ms(js, answer, 9, &facts.st_ctim);
    return answer;
}

/* list(path): names, in the order of their bytes */
static JSValue
binding_list(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    g_autoptr(GPtrArray) names = NULL;
    DIR *folder = NULL;
    JSValue answer;

    if (path == NULL)
        return JS_EXCEPTION;
    folder = opendir(path); /* for its errno alone */
    if (folder == NULL)
        return throw_errno(js, errno);
    (void)closedir(folder); /* nothing was written to it */
    names = gw_fs_list(path, NULL);
    if (names == NULL)
        return throw_errno(js, EIO);
    answer = JS_NewArray(js);
    for (guint i = 0; i < names->len; i++)
        JS_SetPropertyUint32(js, answer, i, JS_NewString(js, g_ptr_array_index(names, i)));
    return answer;
}

/* access(path, mode) */
static JSValue
binding_access(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    int32_t mode = F_OK;

    if (path == NULL || JS_ToInt32(js, &mode, argv[1]) < 0)
        return JS_EXCEPTION;
    return access(path, mode) == 0 ? JS_UNDEFINED : throw_errno(js, errno);
}

/* mkdir(path, mode) */
static JSValue
binding_mkdir(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    int32_t mode = 0777;

    if (path == NULL || JS_ToInt32(js, &mode, argv[1]) < 0)
        return JS_EXCEPTION;
    return mkdir(path, (mode_t)mode) == 0 ? JS_UNDEFINED : throw_errno(js, errno);
}

/* remove(path): a file, a link, or an empty folder */
static JSValue
binding_remove(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);

    if (path == NULL)
        return JS_EXCEPTION;
    return remove(path) == 0 ? JS_UNDEFINED : throw_errno(js, errno);
}

/* rename(from, to) */
static JSValue
binding_rename(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *from = take_path(js, argv[0]);
    g_autofree char *to = from != NULL ? take_path(js, argv[1]) : NULL;

    if (from == NULL || to == NULL)
        return JS_EXCEPTION;
    return rename(from, to) == 0 ? JS_UNDEFINED : throw_errno(js, errno);
}

/* realpath(path) */
static JSValue
binding_realpath(JSContext *js, JSValueConst this_value, int argc, JSValueConst *argv)
{
    g_autofree char *path = take_path(js, argv[0]);
    char *real = path != NULL ? realpath(path, NULL) : NULL;
    JSValue answer;

    if (path == NULL)
        return JS_EXCEPTION;
    if (real == NULL)
        return throw_errno(js, errno);
    answer = JS_NewString(js, real);
    (free)(real); /* of the C library, not GLib's */
    return answer;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("read", 1, binding_read),         JS_CFUNC_DEF("write", 4, binding_write),
    JS_CFUNC_DEF("stat", 2, binding_stat),         JS_CFUNC_DEF("list", 1, binding_list),
    JS_CFUNC_DEF("access", 2, binding_access),     JS_CFUNC_DEF("mkdir", 2, binding_mkdir),
    JS_CFUNC_DEF("remove", 1, binding_remove),     JS_CFUNC_DEF("rename", 2, binding_rename),
    JS_CFUNC_DEF("realpath", 1, binding_realpath),
};

JSValue
gw_binding_fs_init(JSContext *js)
{
    JSValue object = JS_NewObject(js);

    JS_SetPropertyFunctionList(js, object, functions, G_N_ELEMENTS(functions));
    return object;
}
