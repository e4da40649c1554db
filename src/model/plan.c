/* SPDX-License-Identifier: Apache-2.0 */
#include "model/plan.h"

#include <string.h>

#include "base/text.h"
#include "model/naming.h"

static const GwMigration *
migration_at(const GArray *migrations, guint index)
{
    return &g_array_index(migrations, GwMigration, index);
}

typedef bool (*MatchFunc)(const GwMigration *migration, const char *text);

static bool
is_name(const GwMigration *migration, const char *text)
{
    if (strcmp(migration->id, text) == 0)
        return true;
    if (migration->file != NULL)
        return strcmp(migration->file->name, text) == 0;
    return migration->record->file != NULL && strcmp(migration->record->file, text) == 0;
}

static bool
is_number(const GwMigration *migration, const char *text)
{
    return text[strspn(text, "0123456789")] == '\0' && gw_naming_same_number(migration->id, text);
}

static bool
is_beginning(const GwMigration *migration, const char *text)
{
    return *text != '\0' && g_str_has_prefix(migration->id, text);
}

static GPtrArray *
match(const GArray *migrations, MatchFunc is_match, const char *text)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint index = 0; index < migrations->len; index++) {
        const GwMigration *migration = migration_at(migrations, index);

        if (is_match(migration, text))
            g_ptr_array_add(found, (gpointer)migration);
    }
    return found;
}

/* "003_users" is near "003_user", and near "users" as well. */
static const char *
nearest_id(const GArray *migrations, const char *text)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const char *nearest = NULL;

    for (guint index = 0; index < migrations->len; index++)
        g_ptr_array_add(words, (gpointer)migration_at(migrations, index)->id);
    for (guint index = 0; index < migrations->len; index++) {
        const char *id = migration_at(migrations, index)->id;
        const gsize digits = gw_naming_number_length(id);

        g_ptr_array_add(words, (gpointer)(digits > 0 && id[digits] != '\0' ? id + digits + 1 : id));
    }
    g_ptr_array_add(words, NULL);
    nearest = gw_text_nearest(text, (const char *const *)words->pdata);
    for (guint index = 0; nearest != NULL && index < words->len - 1; index++) {
        if (words->pdata[index] == nearest)
            return words->pdata[index % migrations->len];
    }
    return NULL;
}

static const GwMigration *
throw_not_found(const GArray *migrations, const char *text, GError **error)
{
    g_autofree char *shown = gw_text_shown(text);
    const char *nearest = nearest_id(migrations, text);
    g_autofree char *shown_nearest = nearest != NULL ? gw_text_shown(nearest) : NULL;

    gw_throw(error, GW_ERROR_NOT_FOUND, "there is no migration '%s'", shown);
    if (nearest != NULL)
        gw_hint(error, "Did you mean '%s'?", shown_nearest);
    else
        gw_hint(error, "See all of them with godwit status.");
    return NULL;
}

static const GwMigration *
throw_ambiguous(const GPtrArray *found, const char *text, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    g_autofree char *shown = gw_text_shown(text);
    g_autofree char *list = NULL;

    for (guint index = 0; index < found->len; index++) {
        const GwMigration *migration = found->pdata[index];

        g_ptr_array_add(ids, (gpointer)migration->id);
    }
    list = gw_text_list(ids);
    gw_throw(error, GW_ERROR_USAGE, "'%s' could be any of %s", shown, list);
    gw_hint(error, "Write more of its name.");
    return NULL;
}

const GwMigration *
gw_plan_find(const GArray *migrations, const char *text, GError **error)
{
    static const MatchFunc ways[] = {is_name, is_number, is_beginning};

    for (guint way = 0; way < G_N_ELEMENTS(ways); way++) {
        g_autoptr(GPtrArray) found = match(migrations, ways[way], text);

        if (found->len == 1)
            return found->pdata[0];
        if (found->len > 1)
            return throw_ambiguous(found, text, error);
    }
    return throw_not_found(migrations, text, error);
}

/* Each of only, run, all and block says everything; to and steps may go together. */
static bool
check_selection(const GwSelection *selection, GError **error)
{
    const struct {
        const char *flag;
        bool is_given;
    } whole[] = {{"--only", selection->only != NULL},
                 {"--run", selection->run != NULL},
                 {"--all", selection->all},
                 {"--block", selection->block},
                 {selection->to != NULL ? "--to" : "--steps",
                  selection->to != NULL || selection->steps != 0}};
    const char *first = NULL;

    if (selection->steps < 0)
        return gw_throw(error, GW_ERROR_USAGE, "the number of steps has to be 1 or more");
    for (guint index = 0; index < G_N_ELEMENTS(whole); index++) {
        if (!whole[index].is_given)
            continue;
        if (first != NULL)
            return gw_throw(error, GW_ERROR_USAGE, "%s and %s cannot go together", first,
                            whole[index].flag);
        first = whole[index].flag;
    }
    return true;
}

static bool
is_runnable(const GwMigration *migration)
{
    return migration->file != NULL && migration->status != GW_STATUS_COMPLETED;
}

static const GwMigration *
find_runnable(const GArray *migrations, const char *text, GError **error)
{
    const GwMigration *migration = gw_plan_find(migrations, text, error);
    g_autofree char *shown = migration != NULL ? gw_text_shown(migration->id) : NULL;

    if (migration == NULL || is_runnable(migration))
        return migration;
    if (migration->status == GW_STATUS_COMPLETED) {
        gw_throw(error, GW_ERROR_USAGE, "'%s' is applied already", shown);
        gw_hint(error, "To run it again: godwit redo --only %s.", shown);
        return NULL;
    }
    gw_throw(error, GW_ERROR_NOT_FOUND, "the file of '%s' is missing", shown);
    return NULL;
}

GPtrArray *
gw_plan_up(const GArray *migrations, const GwSelection *selection, GError **error)
{
    g_autoptr(GPtrArray) plan = g_ptr_array_new();
    const GwMigration *named = NULL;
    const gint64 limit = selection->steps > 0 ? selection->steps : G_MAXINT64;

    if (!check_selection(selection, error))
        return NULL;
    if (selection->only != NULL) {
        named = find_runnable(migrations, selection->only, error);
        if (named == NULL)
            return NULL;
        g_ptr_array_add(plan, (gpointer)named);
        return g_steal_pointer(&plan);
    }
    if (selection->to != NULL) {
        named = gw_plan_find(migrations, selection->to, error);
        if (named == NULL)
            return NULL;
    }
    for (guint index = 0; index < migrations->len && plan->len < limit; index++) {
        const GwMigration *migration = migration_at(migrations, index);

        if (is_runnable(migration))
            g_ptr_array_add(plan, (gpointer)migration);
        if (migration == named)
            break;
    }
    return g_steal_pointer(&plan);
}

guint
gw_plan_pending(const GArray *migrations)
{
    guint pending = 0;

    for (guint index = 0; index < migrations->len; index++)
        pending += is_runnable(migration_at(migrations, index));
    return pending;
}

/* Newest first. Both come from one array in the order of names, where the later one has the higher
 * address. */
static gint
compare_newest(gconstpointer left, gconstpointer right)
{
    const GwMigration *a = *(const GwMigration *const *)left;
    const GwMigration *b = *(const GwMigration *const *)right;

    if (a->record->sequence != b->record->sequence)
        return a->record->sequence > b->record->sequence ? -1 : 1;
    if (a->record->applied_at_ms != b->record->applied_at_ms)
        return a->record->applied_at_ms > b->record->applied_at_ms ? -1 : 1;
    return a > b ? -1 : 1;
}

static GPtrArray *
list_applied(const GArray *migrations)
{
    GPtrArray *applied = g_ptr_array_new();

    for (guint index = 0; index < migrations->len; index++) {
        const GwMigration *migration = migration_at(migrations, index);

        if (migration->status == GW_STATUS_COMPLETED)
            g_ptr_array_add(applied, (gpointer)migration);
    }
    g_ptr_array_sort(applied, compare_newest);
    return applied;
}

static const GwMigration *
find_applied(const GArray *migrations, const char *text, GError **error)
{
    const GwMigration *migration = gw_plan_find(migrations, text, error);
    g_autofree char *shown = migration != NULL ? gw_text_shown(migration->id) : NULL;

    if (migration == NULL || migration->status == GW_STATUS_COMPLETED)
        return migration;
    gw_throw(error, GW_ERROR_USAGE, "'%s' is not applied", shown);
    return NULL;
}

/* The run whose id begins with `text`. Borrowed. */
static const char *
find_run(const GPtrArray *applied, const char *text, GError **error)
{
    g_autofree char *shown = gw_text_shown(text);
    const char *found = NULL;

    for (guint index = 0; index < applied->len; index++) {
        const GwMigration *migration = applied->pdata[index];
        const char *run = migration->record->run;

        if (run == NULL || *text == '\0' || !g_str_has_prefix(run, text))
            continue;
        if (found != NULL && strcmp(found, run) != 0) {
            gw_throw(error, GW_ERROR_USAGE, "more than one run begins with '%s'", shown);
            return NULL;
        }
        found = run;
    }
    if (found == NULL) {
        gw_throw(error, GW_ERROR_NOT_FOUND, "nothing that the run '%s' applied is still applied",
                 shown);
        gw_hint(error, "See what ran with godwit history.");
    }
    return found;
}

/* What stops or limits the list of applied ones, newest first. */
typedef struct {
    const GwMigration *only;
    const GwMigration *stays;
    const char *run;
    double block;
    gint64 limit;
} DownBounds;

static bool
read_bounds(const GArray *migrations, const GPtrArray *applied, const GwSelection *selection,
            DownBounds *out_bounds, GError **error)
{
    const GwMigration *newest = applied->len > 0 ? applied->pdata[0] : NULL;
    DownBounds bounds = {.limit = G_MAXINT64};

    if (!check_selection(selection, error))
        return false;
    if (selection->only != NULL &&
        (bounds.only = find_applied(migrations, selection->only, error)) == NULL)
        return false;
    if (selection->to != NULL &&
        (bounds.stays = find_applied(migrations, selection->to, error)) == NULL)
        return false;
    if (selection->run != NULL && (bounds.run = find_run(applied, selection->run, error)) == NULL)
        return false;
    if (selection->block && newest != NULL)
        bounds.block = newest->record->block;
    if (selection->steps > 0)
        bounds.limit = selection->steps;
    else if (bounds.only == NULL && bounds.stays == NULL && bounds.run == NULL &&
             bounds.block == 0 && !selection->all)
        bounds.limit = 1;
    *out_bounds = bounds;
    return true;
}

static bool
is_within(const GwMigration *migration, const DownBounds *bounds)
{
    if (bounds->only != NULL && migration != bounds->only)
        return false;
    if (bounds->run != NULL && g_strcmp0(migration->record->run, bounds->run) != 0)
        return false;
    return bounds->block == 0 || migration->record->block == bounds->block;
}

static bool
check_files(const GPtrArray *plan, GError **error)
{
    for (guint index = 0; index < plan->len; index++) {
        const GwMigration *migration = plan->pdata[index];
        g_autofree char *shown = gw_text_shown(migration->id);

        if (migration->file != NULL)
            continue;
        gw_throw(error, GW_ERROR_INTEGRITY, "'%s' cannot be reverted, because its file is missing",
                 shown);
        return gw_hint(error, "Get the file back from version control.");
    }
    return true;
}

GPtrArray *
gw_plan_down(const GArray *migrations, const GwSelection *selection, GError **error)
{
    g_autoptr(GPtrArray) applied = list_applied(migrations);
    g_autoptr(GPtrArray) plan = g_ptr_array_new();
    DownBounds bounds;

    if (!read_bounds(migrations, applied, selection, &bounds, error))
        return NULL;
    for (guint index = 0; index < applied->len && plan->len < bounds.limit; index++) {
        const GwMigration *migration = applied->pdata[index];

        if (migration == bounds.stays)
            break;
        if (is_within(migration, &bounds))
            g_ptr_array_add(plan, (gpointer)migration);
    }
    return check_files(plan, error) ? g_steal_pointer(&plan) : NULL;
}
