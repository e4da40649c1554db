/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/told.h"

#include "journal/record.h"

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
    const bson_t *operation = g_ptr_array_index(part->operations, part->first);
    bson_iter_t iter;
    bson_t update;

    return bson_iter_init_find(&iter, operation, "u") && BSON_ITER_HOLDS_DOCUMENT(&iter) &&
           gw_bson_view(&iter, &update) && read_deed(&update, out_deed);
}

/* A field that takes the place of another one of its name may not come behind all. */
static bool
is_simple(const Deed *deed, const bson_t *doc)
{
    return !gw_record_has_twins(doc) &&
           (deed->moved == NULL || !gw_bson_has_field(doc, deed->moved));
}

bool
gw_told_can(const GwPart *part)
{
    Deed deed = {0};

    if ((part->kind != GW_PART_ONE && part->kind != GW_PART_MANY) || part->is_joined ||
        part->docs->is_plain || part->docs->write->kind != GW_WRITE_UPDATE ||
        gw_bson_has(&part->reply, "upserted") || !deed_of(part, &deed))
        return false;
    for (guint index = 0; index < gw_doc_set_count(part->pre); index++) {
        if (!is_simple(&deed, gw_doc_set_at(part->pre, index)))
            return false;
    }
    return true;
}

void
gw_told_record(const GwPart *part, GwBlob *blob)
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
