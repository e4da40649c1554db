/* SPDX-License-Identifier: Apache-2.0 */
#include "project/template.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "project/template-texts.h"

#define COMMONJS_EXPORT "module.exports ="
#define ESM_EXPORT "export default"

static char *
native_builtin(bool is_esm)
{
    const char *text = GW_TEMPLATE_MIGRATION;

    g_assert(g_str_has_prefix(text, COMMONJS_EXPORT));
    return is_esm ? g_strconcat(ESM_EXPORT, text + strlen(COMMONJS_EXPORT), NULL) : g_strdup(text);
}

char *
gw_template_builtin(GwFlavour flavour, bool is_esm)
{
    if (flavour == GW_FLAVOUR_GODWIT)
        return native_builtin(is_esm);
    return g_strdup(is_esm ? GW_TEMPLATE_MIGRATE_MONGO_ESM : GW_TEMPLATE_MIGRATE_MONGO_COMMONJS);
}

/* Borrowed from `names`, or NULL. */
static const char *
choose_template(const GPtrArray *names)
{
    const char *const extensions[] = {".js", ".cjs", ".mjs", NULL};
    const char *first = NULL;

    for (guint index = 0; index < names->len; index++) {
        const char *name = names->pdata[index];
        const char *dot = strrchr(name, '.');

        if (dot == NULL || *name == '.' || !g_strv_contains(extensions, dot))
            continue;
        if (g_str_has_prefix(name, "migration-template."))
            return name;
        first = first != NULL ? first : name;
    }
    return first;
}

char *
gw_template_of_project(const char *folder, char **out_extension, GError **error)
{
    g_autofree char *templates = g_build_filename(folder, ".template", NULL);
    g_autoptr(GPtrArray) names = NULL;
    g_autofree char *path = NULL;
    const char *name = NULL;
    char *text = NULL;

    if (!gw_fs_is_folder(templates))
        return NULL;
    names = gw_fs_list(templates, error);
    name = names != NULL ? choose_template(names) : NULL;
    if (name == NULL)
        return NULL;
    path = g_build_filename(templates, name, NULL);
    text = gw_fs_read(path, NULL, error);
    if (text != NULL)
        *out_extension = g_strdup(strrchr(name, '.'));
    return text;
}

/* Double quotes and JSON's escapes are JavaScript's as well; a template that prefers single quotes
 * keeps them. */
static char *
literal_of(const char *value, char quote)
{
    g_autoptr(GString) text = g_string_new(NULL);

    gw_json_quote(text, value);
    if (quote == '\'') {
        g_string_replace(text, "\\\"", "\"", 0);
        g_string_replace(text, "'", "\\'", 0);
        text->str[0] = '\'';
        text->str[text->len - 1] = '\'';
    }
    return g_strdup(text->str);
}

typedef struct {
    const char *value;
    bool is_done;
} FillState;

static gboolean
replace_literal(const GMatchInfo *match, GString *out, gpointer data)
{
    FillState *state = data;
    g_autofree char *whole = g_match_info_fetch(match, 0);
    g_autofree char *head = g_match_info_fetch(match, 1);
    g_autofree char *quote = g_match_info_fetch(match, 2);
    g_autofree char *literal = literal_of(state->value, *quote);

    if (state->is_done)
        g_string_append(out, whole);
    else
        g_string_append_printf(out, "%s%s", head, literal);
    state->is_done = true;
    return FALSE;
}

/* Replaces `*text` by one in which the first `name: "..."` holds `value`. */
static void
fill_one(char **text, const char *name, const char *value)
{
    g_autofree char *pattern =
        g_strdup_printf("^([ \\t]*(?:export const |exports\\.|const )?%s[ \\t]*[:=][ \\t]*)"
                        "([\"'])(?:\\\\.|(?!\\2)[^\\\\\\r\\n])*\\2",
                        name);
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *old = *text;
    FillState state = {.value = value};

    g_assert(regex != NULL);
    *text = g_regex_replace_eval(regex, old, -1, 0, 0, replace_literal, &state, NULL);
    if (*text == NULL)
        *text = g_steal_pointer(&old); /* no UTF-8: as it is */
}

char *
gw_template_fill(const char *text, const GwTemplateFacts *facts)
{
    char *filled = g_strdup(text);

    fill_one(&filled, "id", facts->id);
    fill_one(&filled, "description", facts->description);
    fill_one(&filled, "author", facts->author);
    fill_one(&filled, "createdAt", facts->created_at);
    return filled;
}

static char *
ask_git(const char *folder)
{
    const char *const command[] = {"git", "-C", folder, "config", "user.name", NULL};
    g_autofree char *answer = NULL;
    int status = 1;

    if (!g_spawn_sync(NULL, (char **)command, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &answer, NULL,
                      &status, NULL) ||
        status != 0 || answer == NULL)
        return NULL;
    g_strstrip(answer);
    return *answer != '\0' ? g_steal_pointer(&answer) : NULL;
}

char *
gw_template_author(const char *folder)
{
    g_autofree char *name = ask_git(folder);
    const char *user = g_getenv("USER");

    if (name != NULL)
        return g_steal_pointer(&name);
    return g_strdup(user != NULL && *user != '\0' ? user : "unknown");
}
