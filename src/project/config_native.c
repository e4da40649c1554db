/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "project/config_apply.h"

#define SECTIONS "environments."

static bool throw_at(GError **error, const GwConfigText *text, const GwConfigLine *line,
                     const char *format, ...) G_GNUC_PRINTF(4, 5);

static bool
throw_at(GError **error, const GwConfigText *text, const GwConfigLine *line, const char *format,
         ...)
{
    g_autofree char *problem = NULL;
    va_list arguments;

    va_start(arguments, format);
    problem = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (line->line > 0)
        gw_throw(error, GW_ERROR_CONFIG, "%s, line %d: %s", text->name, line->line, problem);
    else
        gw_throw(error, GW_ERROR_CONFIG, "%s: %s", text->name, problem);
    if (error != NULL)
        gw_error_place(*error, text->path, line->line, line->column);
    return false;
}

/* Whether `path` names a group such as "policies". */
static bool
is_group(const char *path)
{
    const gsize length = strlen(path);

    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++) {
        const char *name = gw_config_key_name(key);

        if (gw_config_key_info(key)->is_native && strncmp(name, path, length) == 0 &&
            name[length] == '.')
            return true;
    }
    return false;
}

/* All that may stand in the file: keys and their groups. Owned. */
static GPtrArray *
known_words(void)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

    for (guint key = 0; key < GW_CONFIG_KEY_COUNT; key++) {
        const char *name = gw_config_key_name(key);

        if (!gw_config_key_info(key)->is_native)
            continue;
        g_ptr_array_add(words, g_strdup(name));
        if (strchr(name, '.') != NULL)
            g_ptr_array_add(words, g_strndup(name, strcspn(name, ".")));
    }
    g_ptr_array_add(words, g_strdup("environments"));
    g_ptr_array_add(words, NULL);
    return words;
}

static bool
throw_unknown(GError **error, const GwConfigText *text, const GwConfigLine *line, const char *path)
{
    g_autoptr(GPtrArray) words = known_words();
    const char *nearest = gw_text_nearest(path, (const char *const *)words->pdata);
    g_autofree char *shown = gw_text_shown(line->path);

    throw_at(error, text, line, "there is no key '%s'", shown);
    if (nearest != NULL)
        return gw_hint(error, "Did you mean '%s'?", nearest);
    return gw_hint(error, "See the keys that there are with godwit config.");
}

/* `path` is the line's path, or what is left of it in a section. */
static bool
check_line(const GwConfigText *text, const GwConfigLine *line, const char *path, GError **error)
{
    GwConfigKey key = GW_CONFIG_URI;

    if (line->kind == GW_LINE_OBJECT && is_group(path))
        return true;
    if (!gw_config_key_of_name(path, &key))
        return throw_unknown(error, text, line, path);
    if (line->kind == GW_LINE_OBJECT || line->kind == GW_LINE_OTHER)
        return throw_at(error, text, line, "'%s' cannot be an object or a list", line->path);
    if (line->kind != GW_LINE_NULL && line->kind != GW_LINE_STRING &&
        gw_config_key_info(key)->type != GW_CONFIG_TYPE_INT &&
        gw_config_key_info(key)->type != GW_CONFIG_TYPE_BOOL)
        return throw_at(error, text, line, "'%s' has to be a string", line->path);
    return true;
}

/* What a line says of `environments`: its path behind "environments.NAME.", "" for a section
 * itself, NULL where it is about something else. */
static const char *
path_in_section(const GwConfigLine *line)
{
    const char *rest = NULL;

    if (!g_str_has_prefix(line->path, SECTIONS))
        return NULL;
    rest = strchr(line->path + strlen(SECTIONS), '.');
    return rest != NULL ? rest + 1 : "";
}

static bool
check_section_line(const GwConfigText *text, const GwConfigLine *line, const char *path,
                   GError **error)
{
    if (*path == '\0')
        return line->kind == GW_LINE_OBJECT
                   ? true
                   : throw_at(error, text, line, "'%s' has to be an object", line->path);
    if (strcmp(path, "environment") == 0)
        return throw_at(error, text, line, "a section cannot choose the environment");
    return check_line(text, line, path, error);
}

static bool
set_line(GwConfig *config, const GwConfigText *text, const GwConfigLine *line, const char *path,
         GError **error)
{
    g_autofree char *origin = NULL;
    GwConfigKey key = GW_CONFIG_URI;

    if (line->text == NULL || line->kind == GW_LINE_NULL || !gw_config_key_of_name(path, &key))
        return true;
    origin = line->line > 0 ? g_strdup_printf("%s, line %d", text->name, line->line)
                            : g_strdup(text->name);
    if (gw_config_set(config, key, line->text, origin, error))
        return true;
    if (error != NULL)
        gw_error_place(*error, text->path, line->line, line->column);
    return false;
}

/* An editor's hint, of no meaning to us. */
static bool
is_ignored(const GwConfigLine *line)
{
    return strcmp(line->path, "$schema") == 0;
}

static bool
apply_line(GwConfig *config, const GwConfigText *text, const GwConfigLine *line, GError **error)
{
    const char *in_section = path_in_section(line);

    if (is_ignored(line))
        return true;
    if (in_section != NULL)
        return check_section_line(text, line, in_section, error);
    if (strcmp(line->path, "environments") == 0)
        return line->kind == GW_LINE_OBJECT
                   ? true
                   : throw_at(error, text, line, "'environments' has to be an object");
    return check_line(text, line, line->path, error) &&
           set_line(config, text, line, line->path, error);
}

bool
gw_config_apply_native(GwConfig *config, const GwConfigText *text, GError **error)
{
    for (guint index = 0; index < text->lines->len; index++) {
        if (!apply_line(config, text, text->lines->pdata[index], error))
            return false;
    }
    return true;
}

bool
gw_config_apply_environment(GwConfig *config, const GwConfigText *text, const char *environment,
                            GError **error)
{
    g_autofree char *prefix = g_strconcat(SECTIONS, environment, ".", NULL);

    for (guint index = 0; index < text->lines->len; index++) {
        const GwConfigLine *line = text->lines->pdata[index];

        if (g_str_has_prefix(line->path, prefix) &&
            !set_line(config, text, line, line->path + strlen(prefix), error))
            return false;
    }
    return true;
}

bool
gw_config_has_environment(const GwConfigText *text, const char *environment, char **out_nearest)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint index = 0; index < text->lines->len; index++) {
        const GwConfigLine *line = text->lines->pdata[index];
        const char *rest = path_in_section(line);

        if (rest != NULL && *rest == '\0')
            g_ptr_array_add(names, line->path + strlen(SECTIONS));
    }
    g_ptr_array_add(names, NULL);
    *out_nearest = g_strdup(gw_text_nearest(environment, (const char *const *)names->pdata));
    return names->len == 1 || g_strv_contains((const char *const *)names->pdata, environment);
}
