/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/told.h"

#include "journal/record.h"
#include "journal/statement.h"
#include "journal/transform.h"

/* Names that are looked for in each document. */
#define NAMES_MAX 8

/* What an update does. All borrowed from it. */
typedef struct {
    const char *gone[NAMES_MAX + 1]; /* NULL-terminated */
    guint count;
    const char *moved; /* what the only one of them is called now; NULL = it is gone */
} Deed;

static bool
is_plain(const char *name)
{
    return gw_bson_is_plain_name(name) && !g_str_equal(name, "_id");
}

static bool
add_gone(Deed *deed, const bson_iter_t *argument)
{
    if (deed->count == NAMES_MAX || !is_plain(bson_iter_key(argument)))
        return false;
    deed->gone[deed->count++] = bson_iter_key(argument);
    return true;
}

static bool
add_renamed(Deed *deed, const bson_iter_t *argument)
{
    if (deed->count > 0 || !BSON_ITER_HOLDS_UTF8(argument))
        return false;
    deed->moved = bson_iter_utf8(argument, NULL);
    return is_plain(deed->moved) && add_gone(deed, argument);
}

/* False where the update does anything else. */
static bool
read_deed(const bson_t *update, Deed *out_deed)
{
    bool is_rename = gw_bson_has_field(update, "$rename");
    bson_t arguments;
    bson_iter_t argument;

    *out_deed = (Deed){0};
    if (bson_count_keys(update) != 1 ||
        !gw_bson_get_doc(update, is_rename ? "$rename" : "$unset", &arguments) ||
        !bson_iter_init(&argument, &arguments))
        return false;
    while (bson_iter_next(&argument)) {
        if (is_rename ? !add_renamed(out_deed, &argument) : !add_gone(out_deed, &argument))
            return false;
    }
    return out_deed->count > 0;
}

static bool
deed_of(const GwPart *part, Deed *out_deed)
{
    bson_iter_t iter;
    bson_t update;

    return bson_iter_init_find(&iter, g_ptr_array_index(part->operations, part->first), "u") &&
           BSON_ITER_HOLDS_DOCUMENT(&iter) && gw_bson_view(&iter, &update) &&
           read_deed(&update, out_deed);
}

/* A field that takes the place of another one of its name may not come behind all. */
static bool
is_simple(const Deed *deed, const bson_t *doc)
{
    return !gw_record_has_twins(doc) &&
           (deed->moved == NULL || !gw_bson_has_field(doc, deed->moved));
}

static const bson_t *
operation_at(const GwPart *part, guint index)
{
    return g_ptr_array_index(part->operations, part->first + index);
}

/* Where the document of an operation is in `pre`; G_MAXUINT = there is none. */
static guint
find_named(const GwPart *part, guint index)
{
    bson_iter_t id;
    guint at = 0;

    return gw_statement_find_id(operation_at(part, index), &id) &&
                   gw_doc_set_find_index(part->pre, &id, &at)
               ? at
               : G_MAXUINT;
}

/* Whether each operation only sets fields of a document of its own. One that was found by other
 * bytes than its _id has, such as another type of number, is nobody's. */
static bool
find_all_named(GwPart *part)
{
    const guint count = gw_doc_set_count(part->pre);
    g_autofree bool *is_met = g_new0(bool, count + 1);
    guint met = 0;

    part->named = g_array_sized_new(FALSE, FALSE, sizeof(guint), part->count);
    for (guint index = 0; index < part->count; index++) {
        const guint at = find_named(part, index);
        bson_t fields;

        if (!gw_touched_only_sets(operation_at(part, index), &fields) || (at < count && is_met[at]))
            return false;
        if (at < count) {
            is_met[at] = true;
            met++;
        }
        g_array_append_val(part->named, at);
    }
    return met == count;
}

static bool
can_tell_all(const GwPart *part)
{
    Deed deed = {0};

    if (!deed_of(part, &deed))
        return false;
    for (guint index = 0; index < gw_doc_set_count(part->pre); index++) {
        if (!is_simple(&deed, gw_doc_set_at(part->pre, index)))
            return false;
    }
    return true;
}

bool
gw_told_can(GwPart *part)
{
    if (part->docs->write->kind == GW_WRITE_SWEEP)
        return gw_transform_only_sets(part);
    if (part->is_joined || part->docs->is_plain)
        return false;
    if (part->kind == GW_PART_INSERT)
        return !gw_statement_is_altered(part);
    if (part->docs->write->kind != GW_WRITE_UPDATE || gw_bson_has(&part->reply, "upserted"))
        return false;
    if (part->kind == GW_PART_BY_ID)
        return find_all_named(part);
    return (part->kind == GW_PART_ONE || part->kind == GW_PART_MANY) && can_tell_all(part);
}

static void
record_named(const GwPart *part, GwBlob *blob)
{
    for (guint index = 0; index < part->named->len; index++) {
        const guint at = g_array_index(part->named, guint, index);
        g_auto(bson_t) record = BSON_INITIALIZER;
        const bson_t *pre = NULL;
        bson_t fields;

        if (at == G_MAXUINT || !gw_touched_only_sets(operation_at(part, index), &fields))
            continue;
        pre = gw_doc_set_at(part->pre, at);
        if (!gw_record_diff_set(pre, &fields, &record))
            continue;
        gw_blob_add(blob, &record);
        if (part->changed != NULL)
            g_hash_table_add(part->changed, (gpointer)pre);
    }
}

static void
record_all(const GwPart *part, GwBlob *blob)
{
    Deed deed = {0};

    g_assert(deed_of(part, &deed));
    for (guint index = 0; index < gw_doc_set_count(part->pre); index++) {
        const bson_t *pre = gw_doc_set_at(part->pre, index);
        g_auto(bson_t) record = BSON_INITIALIZER;

        if (gw_record_diff_gone(pre, deed.gone, deed.moved, &record))
            gw_blob_add(blob, &record);
    }
}

static void
record_inserted(const GwPart *part, GwBlob *blob)
{
    for (guint index = 0; index < part->count; index++) {
        g_auto(bson_t) record = BSON_INITIALIZER;

        if (gw_record_diff(NULL, operation_at(part, index), &record))
            gw_blob_add(blob, &record);
    }
}

void
gw_told_record(const GwPart *part, GwBlob *blob)
{
    if (part->docs->write->kind == GW_WRITE_SWEEP)
        gw_transform_record(part, blob);
    else if (part->kind == GW_PART_INSERT)
        record_inserted(part, blob);
    else if (part->kind == GW_PART_BY_ID)
        record_named(part, blob);
    else
        record_all(part, blob);
}
