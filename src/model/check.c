/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "model/plan.h"

static GwPolicy
policy_of(const GwConfig *config, GwConfigKey key)
{
    const char *name = gw_config_str(config, key);

    if (strcmp(name, "fail") == 0)
        return GW_POLICY_FAIL;
    return strcmp(name, "warn") == 0 ? GW_POLICY_WARN : GW_POLICY_ALLOW;
}

GwPolicies
gw_plan_policies(const GwConfig *config)
{
    return (GwPolicies){
        .changed = policy_of(config, GW_CONFIG_POLICIES_CHANGED),
        .missing = policy_of(config, GW_CONFIG_POLICIES_MISSING),
        .out_of_order = policy_of(config, GW_CONFIG_POLICIES_OUT_OF_ORDER),
    };
}

/* One way in which files can be unfit, and what is said of it. */
typedef struct {
    bool (*is_concerned)(const GwMigration *migration);
    const char *one;
    const char *many; /* with %u */
    const char *hint;
} Trouble;

static bool
is_changed(const GwMigration *migration)
{
    return migration->is_changed;
}

static bool
is_missing(const GwMigration *migration)
{
    return migration->file == NULL && migration->status == GW_STATUS_COMPLETED;
}

static bool
is_out_of_order(const GwMigration *migration)
{
    return migration->is_out_of_order;
}

static const Trouble changed_trouble = {
    is_changed, "1 migration was edited after it was applied",
    "%u migrations were edited after they were applied",
    "Put back what was applied and write a new migration for the change, or allow it with "
    "--allow-changed."};
static const Trouble missing_trouble = {
    is_missing, "the file of 1 applied migration is missing",
    "the files of %u applied migrations are missing",
    "Get the file back from version control, or go on without it: --allow-missing."};
static const Trouble order_trouble = {
    is_out_of_order, "1 pending migration comes before one that is applied",
    "%u pending migrations come before one that is applied",
    "Give it a name that comes after the applied ones, or allow it with --allow-out-of-order."};

/* "2 migrations were edited after they were applied: 'a.js' and 'b.js'", or NULL. Owned. */
static char *
describe(const GArray *migrations, const Trouble *trouble)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *list = NULL;
    g_autofree char *head = NULL;

    for (guint index = 0; index < migrations->len; index++) {
        const GwMigration *migration = &g_array_index(migrations, GwMigration, index);
        const char *name = migration->id;

        if (!trouble->is_concerned(migration))
            continue;
        if (migration->file != NULL)
            name = migration->file->name;
        else if (migration->record->file != NULL)
            name = migration->record->file;
        g_ptr_array_add(names, (gpointer)name);
    }
    if (names->len == 0)
        return NULL;
    list = gw_text_list(names);
    head = names->len == 1 ? g_strdup(trouble->one) : g_strdup_printf(trouble->many, names->len);
    return g_strconcat(head, ": ", list, NULL);
}

static void
append_part(GString *text, const char *separator, const char *part)
{
    if (text->len > 0)
        g_string_append(text, separator);
    g_string_append(text, part);
}

bool
gw_plan_check(const GArray *migrations, const GwPolicies *policies, GPtrArray *warnings,
              GError **error)
{
    const Trouble *troubles[] = {&changed_trouble, &missing_trouble, &order_trouble};
    const GwPolicy policy[] = {policies->changed, policies->missing, policies->out_of_order};
    g_autoptr(GString) message = g_string_new(NULL);
    g_autoptr(GString) hint = g_string_new(NULL);

    for (guint index = 0; index < G_N_ELEMENTS(troubles); index++) {
        g_autofree char *sentence = describe(migrations, troubles[index]);

        if (sentence == NULL || policy[index] == GW_POLICY_ALLOW)
            continue;
        if (policy[index] == GW_POLICY_WARN) {
            g_ptr_array_add(warnings, g_steal_pointer(&sentence));
            continue;
        }
        append_part(message, "; ", sentence);
        append_part(hint, " ", troubles[index]->hint);
    }
    if (message->len == 0)
        return true;
    gw_throw(error, GW_ERROR_INTEGRITY, "%s", message->str);
    return gw_hint(error, "%s", hint->str);
}
