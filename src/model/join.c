/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "model/naming.h"
#include "model/plan.h"

GwPlanRules
gw_plan_rules(const GwConfig *config)
{
    return (GwPlanRules){
        .flavour = gw_config_flavour(config),
        .use_file_hash = gw_config_bool(config, GW_CONFIG_USE_FILE_HASH),
    };
}

/* The name by which a record and its file find each other. */
static const char *
record_name(const GwRecord *record, const GwPlanRules *rules)
{
    if (rules->flavour == GW_FLAVOUR_MIGRATE_MONGO && record->file != NULL)
        return record->file;
    return record->id;
}

static const char *
file_name(const GwMigrationFile *file, const GwPlanRules *rules)
{
    return rules->flavour == GW_FLAVOUR_MIGRATE_MONGO ? file->name : file->id;
}

static char *
match_key(const char *name, const char *checksum, const GwPlanRules *rules)
{
    if (!rules->use_file_hash)
        return g_strdup(name);
    return g_strconcat(name, "\n", checksum != NULL ? checksum : "", NULL);
}

static bool
is_newer(const GwRecord *left, const GwRecord *right)
{
    if (left->sequence != right->sequence)
        return left->sequence > right->sequence;
    return left->applied_at_ms > right->applied_at_ms;
}

/* Records by match key. A lock race of the past may have left two for one migration. */
static GHashTable *
index_records(const GPtrArray *records, const GwPlanRules *rules)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint row = 0; row < records->len; row++) {
        GwRecord *record = records->pdata[row];
        g_autofree char *key = match_key(record_name(record, rules), record->checksum, rules);
        const GwRecord *other = g_hash_table_lookup(index, key);

        if (other == NULL || is_newer(record, other))
            g_hash_table_replace(index, g_steal_pointer(&key), record);
    }
    return index;
}

static GwMigration
join_one(const GwMigrationFile *file, const GwRecord *record, const GwPlanRules *rules)
{
    GwMigration migration = {.id = file->id, .file = file, .record = record};

    if (record == NULL)
        return migration;
    migration.status = record->status;
    migration.is_changed = rules->flavour == GW_FLAVOUR_GODWIT &&
                           record->status == GW_STATUS_COMPLETED && record->checksum != NULL &&
                           strcmp(record->checksum, file->checksum) != 0;
    return migration;
}

static void
add_records_without_file(GArray *migrations, GHashTable *unmatched, GHashTable *names,
                         const GwPlanRules *rules)
{
    GHashTableIter iter;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, unmatched);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const GwRecord *record = value;
        GwMigration migration = {.id = record->id, .record = record, .status = record->status};

        /* The file is there with another hash: migrate-mongo has forgotten this record. */
        if (!g_hash_table_contains(names, record_name(record, rules)))
            g_array_append_val(migrations, migration);
    }
}

static gint
compare_migrations(gconstpointer left, gconstpointer right, gpointer data)
{
    const GwMigration *a = left;
    const GwMigration *b = right;
    const GwPlanRules *rules = data;

    return gw_naming_compare(
        rules->flavour, a->file != NULL ? file_name(a->file, rules) : record_name(a->record, rules),
        b->file != NULL ? file_name(b->file, rules) : record_name(b->record, rules));
}

static void
mark_out_of_order(GArray *migrations)
{
    bool seen_completed = false;

    for (guint index = migrations->len; index-- > 0;) {
        GwMigration *migration = &g_array_index(migrations, GwMigration, index);

        if (migration->status == GW_STATUS_COMPLETED)
            seen_completed = true;
        else
            migration->is_out_of_order = seen_completed && migration->file != NULL;
    }
}

GArray *
gw_plan_join(const GPtrArray *files, const GPtrArray *records, const GwPlanRules *rules)
{
    GArray *migrations = g_array_new(FALSE, TRUE, sizeof(GwMigration));
    g_autoptr(GHashTable) unmatched = index_records(records, rules);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint index = 0; index < files->len; index++) {
        const GwMigrationFile *file = files->pdata[index];
        g_autofree char *key = match_key(file_name(file, rules), file->checksum, rules);
        GwMigration migration = join_one(file, g_hash_table_lookup(unmatched, key), rules);

        g_array_append_val(migrations, migration);
        g_hash_table_remove(unmatched, key);
        g_hash_table_add(names, (gpointer)file_name(file, rules));
    }
    add_records_without_file(migrations, unmatched, names, rules);
    g_array_sort_with_data(migrations, compare_migrations, (gpointer)rules);
    if (rules->flavour == GW_FLAVOUR_GODWIT)
        mark_out_of_order(migrations);
    return migrations;
}

static bool
throw_duplicate(GError **error, const char *what, const GwMigrationFile *first,
                const GwMigrationFile *second)
{
    g_autofree char *left = gw_text_shown(first->name);
    g_autofree char *right = gw_text_shown(second->name);

    gw_throw(error, GW_ERROR_INTEGRITY, "two migrations have the same %s: '%s' and '%s'", what,
             left, right);
    return gw_hint(error, "Rename the one that is not applied anywhere yet.");
}

/* Put `file` at `take_key`, unless another is there: that one is answered, borrowed. */
static const GwMigrationFile *
claim(GHashTable *claims, char *take_key, const GwMigrationFile *file)
{
    g_autofree char *key = take_key;
    const GwMigrationFile *other = g_hash_table_lookup(claims, key);

    if (other == NULL)
        g_hash_table_insert(claims, g_steal_pointer(&key), (gpointer)file);
    return other;
}

bool
gw_plan_check_unique(const GPtrArray *files, const GwPlanRules *rules, GError **error)
{
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (rules->flavour == GW_FLAVOUR_MIGRATE_MONGO)
        return true;
    for (guint index = 0; index < files->len; index++) {
        const GwMigrationFile *file = files->pdata[index];
        const GwMigrationFile *other = claim(ids, g_strdup(file->id), file);

        if (other != NULL)
            return throw_duplicate(error, "id", other, file);
        if (gw_naming_has_sequence(file->id))
            other = claim(numbers, gw_naming_number(file->id), file);
        if (other != NULL)
            return throw_duplicate(error, "number", other, file);
    }
    return true;
}
