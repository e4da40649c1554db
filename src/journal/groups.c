/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/groups.h"

#include "base/hash.h"

typedef struct {
    bson_t *update;
    bson_t *ids; /* an array */
    guint32 size;
} Group;

static void
group_free(gpointer data)
{
    Group *group = data;

    bson_destroy(group->update);
    bson_destroy(group->ids);
    g_free(group);
}

static guint
hash_update(gconstpointer key)
{
    const bson_t *update = key;

    return (guint)gw_hash_go_on(0, bson_get_data(update), update->len);
}

static gboolean
is_same_update(gconstpointer one, gconstpointer other)
{
    return bson_equal(one, other);
}

void
gw_groups_init(GwGroups *groups)
{
    groups->by_update = g_hash_table_new(hash_update, is_same_update);
    groups->all = g_ptr_array_new_with_free_func(group_free);
}

void
gw_groups_clear(GwGroups *groups)
{
    g_clear_pointer(&groups->by_update, g_hash_table_unref);
    g_clear_pointer(&groups->all, g_ptr_array_unref);
}

static Group *
begin(GwGroups *groups, const bson_t *update)
{
    Group *group = g_new0(Group, 1);

    group->update = bson_copy(update);
    group->ids = bson_new();
    g_ptr_array_add(groups->all, group);
    g_hash_table_insert(groups->by_update, group->update, group);
    return group;
}

void
gw_groups_add(GwGroups *groups, const bson_iter_t *id, const bson_t *update)
{
    Group *group = g_hash_table_lookup(groups->by_update, update);

    if (group == NULL)
        group = begin(groups, update);
    gw_bson_append_at(group->ids, group->size++, id);
}

const bson_t *
gw_groups_newest(const GwGroups *groups)
{
    const Group *group = NULL;

    if (groups->all->len == 0)
        return NULL;
    group = g_ptr_array_index(groups->all, groups->all->len - 1);
    return group->update;
}

guint
gw_groups_count(const GwGroups *groups)
{
    return groups->all->len;
}

static void
append_guard(const bson_t *update, bson_t *filter)
{
    bson_t set = BSON_INITIALIZER;
    bson_iter_t field;

    if (!gw_bson_get_doc(update, "$set", &set) || !bson_iter_init(&field, &set))
        return;
    while (bson_iter_next(&field))
        BCON_APPEND(filter, bson_iter_key(&field), "{", "$exists", BCON_BOOL(false), "}");
}

static void
append_statement(const Group *group, bool is_guarded, bson_t *statement)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;
    bson_iter_t id;

    if (group->size == 1 && bson_iter_init_find(&id, group->ids, "0"))
        BCON_APPEND(&filter, "_id", BCON_ITER(&id));
    else
        BCON_APPEND(&filter, "_id", "{", "$in", BCON_ARRAY(group->ids), "}");
    if (is_guarded)
        append_guard(group->update, &filter);
    BCON_APPEND(statement, "q", BCON_DOCUMENT(&filter), "u", BCON_DOCUMENT(group->update), "multi",
                BCON_BOOL(group->size > 1));
}

void
gw_groups_end(const GwGroups *groups, bool is_guarded, GByteArray *updates, gsize *count)
{
    for (guint index = 0; index < groups->all->len; index++) {
        g_auto(bson_t) statement = BSON_INITIALIZER;

        append_statement(g_ptr_array_index(groups->all, index), is_guarded, &statement);
        g_byte_array_append(updates, bson_get_data(&statement), statement.len);
    }
    *count += groups->all->len;
}
