/* SPDX-License-Identifier: Apache-2.0 */
#include "model/mask.h"

#define HIDDEN "***"
#define HIDDEN_CHANGED "*** (changed)"

struct GwMask {
    GPtrArray *fields; /* owned: char **, the names on the way to each */
};

/* Where a walk through a document stands. */
typedef struct {
    const GwMask *mask;
    GPtrArray *names;     /* borrowed: const char *, the way here, without places in lists */
    const bson_t *before; /* what it was; NULL = nobody asks */
    const char *hidden;   /* static: for what is hidden */
} Walk;

GwMask *
gw_mask_new(const char *fields)
{
    GwMask *mask = g_new0(GwMask, 1);
    g_auto(GStrv) words = g_strsplit(fields != NULL ? fields : "", ",", -1);

    mask->fields = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (char **word = words; *word != NULL; word++) {
        if (g_strstrip(*word)[0] != '\0')
            g_ptr_array_add(mask->fields, g_strsplit(*word, ".", -1));
    }
    return mask;
}

void
gw_mask_free(GwMask *mask)
{
    if (mask == NULL)
        return;
    g_ptr_array_unref(mask->fields);
    g_free(mask);
}

static bool
is_way_to(char *const *field, char *const *names)
{
    for (; *field != NULL && *names != NULL; field++, names++) {
        if (!g_str_equal(*field, "*") && !g_str_equal(*field, *names))
            return false;
    }
    return *field == *names; /* both are at their end */
}

/* The keys of an index have dots in their names. */
static char **
way_here(const Walk *walk)
{
    g_autoptr(GString) path = g_string_new(NULL);

    for (guint index = 0; index < walk->names->len; index++)
        g_string_append_printf(path, "%s%s", index > 0 ? "." : "",
                               (const char *)g_ptr_array_index(walk->names, index));
    return g_strsplit(path->str, ".", -1);
}

static bool
is_hidden(const Walk *walk)
{
    g_auto(GStrv) names = way_here(walk);

    for (guint index = 0; index < walk->mask->fields->len; index++) {
        if (is_way_to(g_ptr_array_index(walk->mask->fields, index), names))
            return true;
    }
    return false;
}

static void copy(Walk *walk, bson_iter_t *iter, bool is_list, bson_t *out);

static void
copy_value(Walk *walk, const bson_iter_t *iter, bson_t *out)
{
    const bool is_list = BSON_ITER_HOLDS_ARRAY(iter);
    bson_t child = BSON_INITIALIZER;
    bson_iter_t inner;

    if ((!is_list && !BSON_ITER_HOLDS_DOCUMENT(iter)) || !bson_iter_recurse(iter, &inner)) {
        bson_append_iter(out, NULL, 0, iter);
        return;
    }
    if (is_list)
        bson_append_array_begin(out, bson_iter_key(iter), -1, &child);
    else
        bson_append_document_begin(out, bson_iter_key(iter), -1, &child);
    copy(walk, &inner, is_list, &child);
    if (is_list)
        bson_append_array_end(out, &child);
    else
        bson_append_document_end(out, &child);
}

static void
copy(Walk *walk, bson_iter_t *iter, bool is_list, bson_t *out)
{
    while (bson_iter_next(iter)) {
        if (walk->names->len == 0)
            walk->hidden = walk->before == NULL || gw_bson_has_same_field(walk->before, iter)
                               ? HIDDEN
                               : HIDDEN_CHANGED;
        if (!is_list)
            g_ptr_array_add(walk->names, (gpointer)bson_iter_key(iter));
        if (!is_list && is_hidden(walk))
            BSON_APPEND_UTF8(out, bson_iter_key(iter), walk->hidden);
        else
            copy_value(walk, iter, out);
        if (!is_list)
            g_ptr_array_set_size(walk->names, (int)walk->names->len - 1);
    }
}

bson_t *
gw_mask_apply(const GwMask *mask, const bson_t *doc)
{
    return gw_mask_apply_changed(mask, NULL, doc);
}

bson_t *
gw_mask_apply_changed(const GwMask *mask, const bson_t *before, const bson_t *doc)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    Walk walk = {.mask = mask, .names = names, .before = before};
    bson_t *out = NULL;
    bson_iter_t iter;

    if (mask == NULL || mask->fields->len == 0 || !bson_iter_init(&iter, doc))
        return bson_copy(doc);
    out = bson_sized_new(doc->len);
    copy(&walk, &iter, false, out);
    return out;
}
