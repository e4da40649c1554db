/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file for each text that was stripped, named by the hash of that text and of the program that
 * stripped it:
 *
 *   SHA-256 of all that follows \n shifts \n code
 *
 * so that a file that was cut short, or that another version wrote, is never taken for good.
 */
#include <string.h>

#include "base/fs.h"
#include "base/hash.h"
#include "script/builtin.h"
#include "script/typescript.h"

enum {
    HASH_DIGITS = 64,
    OWNER_ONLY = 0600,
};

/* Of everything that makes JavaScript from TypeScript. */
static const char *
program_hash(void)
{
    static const char *hash;
    static gsize is_made;

    if (g_once_init_enter(&is_made)) {
        g_autoptr(GByteArray) all = g_byte_array_new();

        for (size_t row = 0; row < gw_builtin_count; row++) {
            if (g_str_has_prefix(gw_builtins[row].name, "sucrase/") ||
                g_str_has_prefix(gw_builtins[row].name, "typescript/"))
                g_byte_array_append(all, gw_builtins[row].code, (guint)gw_builtins[row].bytes);
        }
        hash = gw_hash_sha256(all->data, all->len);
        g_once_init_leave(&is_made, 1);
    }
    return hash;
}

char *
gw_typescript_key(const GwTypescript *source)
{
    g_autofree char *text = gw_hash_sha256(source->text, source->bytes);
    g_autofree char *all =
        g_strconcat(program_hash(), source->is_commonjs ? " commonjs " : " module ", text, NULL);

    return gw_hash_sha256(all, strlen(all));
}

static char *
path_of(const char *folder, const char *key)
{
    return g_strdup_printf("%s/%s.js", folder, key);
}

GwStripped *
gw_typescript_cache_read(const char *folder, const char *key)
{
    g_autofree char *path = path_of(folder, key);
    gsize bytes = 0;
    g_autofree char *text = gw_fs_read(path, &bytes, NULL);
    g_autofree char *hash = NULL;
    const char *shifts = NULL;
    const char *code = NULL;
    GwStripped *stripped;

    if (text == NULL || bytes <= HASH_DIGITS || text[HASH_DIGITS] != '\n')
        return NULL;
    shifts = text + HASH_DIGITS + 1;
    hash = gw_hash_sha256(shifts, bytes - HASH_DIGITS - 1);
    code = strchr(shifts, '\n');
    if (code == NULL || strncmp(hash, text, HASH_DIGITS) != 0)
        return NULL;
    stripped = g_new0(GwStripped, 1);
    stripped->shifts = g_strndup(shifts, (gsize)(code - shifts));
    stripped->code = g_strdup(code + 1);
    return stripped;
}

/* git must not ask about it in a project that does not ignore .godwit/. */
static bool
make_folder(const char *folder)
{
    g_autofree char *ignore = g_build_filename(folder, ".gitignore", NULL);

    if (gw_fs_is_folder(folder))
        return true;
    return gw_fs_make_folder(folder, NULL) && gw_fs_write_atomic(ignore, "*\n", 2, 0, NULL);
}

void
gw_typescript_cache_write(const char *folder, const char *key, const GwStripped *stripped)
{
    g_autofree char *path = path_of(folder, key);
    g_autofree char *body = g_strconcat(stripped->shifts, "\n", stripped->code, NULL);
    g_autofree char *hash = gw_hash_sha256(body, strlen(body));
    g_autofree char *text = g_strconcat(hash, "\n", body, NULL);

    if (make_folder(folder))
        (void)gw_fs_write_atomic(path, text, strlen(text), OWNER_ONLY, NULL); /* only a cache */
}
