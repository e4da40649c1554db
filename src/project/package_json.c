/* SPDX-License-Identifier: Apache-2.0 */
#include "project/package_json.h"

#include <string.h>

#include "base/json.h"
#include "base/json_scan.h"

const GwPackageScript gw_package_scripts[] = {
    {"migrate", "godwit up"},
    {"migrate:create", "godwit create"},
    {"migrate:up", "godwit up"},
    {"migrate:down", "godwit down"},
    {"migrate:status", "godwit status"},
    {"migrate:reset", "godwit reset --confirm"},
    {"migrate:validate", "godwit validate"},
    {NULL, NULL},
};

/* The text around an object's members, so that new ones look like those that are there. */
typedef struct {
    const char *before; /* before each key: a line's end and its indentation, or blanks */
    const char *colon;  /* between a key and its value */
    const char *after;  /* between the last member and the closing bracket */
} Looks;

/* Where something is put into the file, and what: text[start, end) is replaced. */
typedef struct {
    gsize start;
    gsize end;
    char *text; /* owned */
} Edit;

static void
edit_clear(Edit *edit)
{
    g_clear_pointer(&edit->text, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Edit, edit_clear)

/* The last direct member of the object at `index`, or NULL. */
static const GwJsonNode *
last_member(const GArray *nodes, guint index)
{
    const guint end = gw_json_node(nodes, index)->next;
    const GwJsonNode *last = NULL;

    for (guint child = index + 1; child < end; child = gw_json_node(nodes, child)->next)
        last = gw_json_node(nodes, child);
    return last;
}

/* The blanks before `offset`. Owned. */
static char *
blanks_before(const char *text, gsize offset)
{
    gsize start = offset;

    while (start > 0 && strchr(" \t\r\n", text[start - 1]) != NULL)
        start--;
    return g_strndup(text + start, offset - start);
}

static void
append_member(GString *out, const Looks *looks, const GwPackageScript *script)
{
    g_string_append(out, looks->before);
    gw_json_quote(out, script->name);
    g_string_append(out, looks->colon);
    gw_json_quote(out, script->command);
}

/* The members that are missing, separated by commas; `kept` gets the names of those that are there.
 */
static GString *
missing_members(const GArray *nodes, guint object, const GwPackageScript *scripts,
                const Looks *looks, GPtrArray *kept)
{
    GString *out = g_string_new(NULL);

    for (; scripts->name != NULL; scripts++) {
        if (object != 0 && gw_json_member(nodes, object, scripts->name) != 0) {
            g_ptr_array_add(kept, g_strdup(scripts->name));
            continue;
        }
        if (out->len > 0)
            g_string_append_c(out, ',');
        append_member(out, looks, scripts);
    }
    return out;
}

/* The indentation of one level deeper than `before`, which is that of the first level. */
static char *
deeper(const char *before)
{
    const char *newline = strrchr(before, '\n');

    return newline != NULL ? g_strconcat(before, newline + 1, NULL) : g_strdup(before);
}

/* {"scripts": {}}: between the brackets there is nothing to look at but the outer object. */
static void
fill_empty(const GArray *nodes, const char *text, const GwPackageScript *scripts, guint object,
           Edit *out_edit)
{
    const GwJsonNode *node = gw_json_node(nodes, object);
    g_autofree char *outer = blanks_before(text, node->key_start);
    g_autofree char *inner = deeper(outer);
    g_autofree char *colon = g_strndup(text + node->key_end, node->start - node->key_end);
    const Looks looks = {inner, colon, outer};
    g_autoptr(GString) members = missing_members(nodes, object, scripts, &looks, NULL);

    out_edit->start = node->start;
    out_edit->end = node->end;
    out_edit->text = g_strconcat("{", members->str, outer, "}", NULL);
}

/* Behind the last of the scripts that are there. */
static void
add_behind(const GArray *nodes, const char *text, const GwPackageScript *scripts, guint object,
           GPtrArray *kept, Edit *out_edit)
{
    const GwJsonNode *last = last_member(nodes, object);
    g_autofree char *before = blanks_before(text, last->key_start);
    g_autofree char *colon = g_strndup(text + last->key_end, last->start - last->key_end);
    const Looks looks = {before, colon, ""};
    g_autoptr(GString) members = missing_members(nodes, object, scripts, &looks, kept);

    out_edit->start = last->end;
    out_edit->end = last->end;
    out_edit->text = g_strconcat(members->len > 0 ? "," : "", members->str, NULL);
}

/* A new member "scripts" at the end of the file's object. */
static void
add_scripts(const GArray *nodes, const char *text, const GwPackageScript *scripts, Edit *out_edit)
{
    const GwJsonNode *top = gw_json_node(nodes, 0);
    const GwJsonNode *last = last_member(nodes, 0);
    const char *newline = strstr(text, "\r\n") != NULL ? "\r\n" : "\n";
    g_autofree char *usual = g_strconcat(newline, "  ", NULL);
    g_autofree char *outer = last != NULL ? blanks_before(text, last->key_start) : g_strdup(usual);
    g_autofree char *inner = deeper(outer);
    g_autofree char *colon = last != NULL
                                 ? g_strndup(text + last->key_end, last->start - last->key_end)
                                 : g_strdup(": ");
    const Looks looks = {inner, colon, outer};
    g_autoptr(GString) members = missing_members(nodes, 0, scripts, &looks, NULL);

    out_edit->start = last != NULL ? last->end : top->start + 1;
    out_edit->end = last != NULL ? last->end : top->end - 1;
    out_edit->text = g_strconcat(last != NULL ? "," : "", outer, "\"scripts\"", colon, "{",
                                 members->str, outer, "}", last != NULL ? "" : newline, NULL);
}

static bool
plan_edit(const GArray *nodes, const char *text, const GwPackageScript *scripts, GPtrArray *kept,
          Edit *out_edit)
{
    const guint object = gw_json_member(nodes, 0, "scripts");

    if (object == 0)
        add_scripts(nodes, text, scripts, out_edit);
    else if (gw_json_node(nodes, object)->kind != GW_JSON_OBJECT)
        return false;
    else if (last_member(nodes, object) == NULL)
        fill_empty(nodes, text, scripts, object, out_edit);
    else
        add_behind(nodes, text, scripts, object, kept, out_edit);
    return true;
}

char *
gw_package_add_scripts(const char *file, const char *text, const GwPackageScript *scripts,
                       GPtrArray *kept, GError **error)
{
    g_autoptr(GArray) nodes = gw_json_scan(file, text, strlen(text), error);
    g_auto(Edit) edit = {0};
    g_autofree char *head = NULL;

    if (nodes == NULL)
        return NULL;
    if (gw_json_node(nodes, 0)->kind != GW_JSON_OBJECT) {
        gw_throw(error, GW_ERROR_CONFIG, "'%s' does not hold an object", file);
        return NULL;
    }
    if (!plan_edit(nodes, text, scripts, kept, &edit)) {
        gw_throw(error, GW_ERROR_CONFIG, "\"scripts\" in '%s' is not an object", file);
        return NULL;
    }
    head = g_strndup(text, edit.start);
    return g_strconcat(head, edit.text, text + edit.end, NULL);
}
