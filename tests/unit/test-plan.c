/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "model/plan.h"

static const GwPlanRules native = {GW_FLAVOUR_GODWIT, false};
static const GwPlanRules compat = {GW_FLAVOUR_MIGRATE_MONGO, false};
static const GwPlanRules compat_hash = {GW_FLAVOUR_MIGRATE_MONGO, true};

/* A project as one line: "001:c" is a file whose migration is completed, "002" one that never ran,
 * "!003:c" a record without a file, "004:c~" one edited since, "@7" its place in time, "#b" its run
 * (and, as a number, its block). */
typedef struct {
    GPtrArray *files;
    GPtrArray *records;
    GArray *migrations;
} World;

static void
world_clear(World *world)
{
    g_clear_pointer(&world->migrations, g_array_unref);
    g_clear_pointer(&world->files, g_ptr_array_unref);
    g_clear_pointer(&world->records, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static GwMigrationFile *
make_file(const char *id)
{
    GwMigrationFile *file = g_new0(GwMigrationFile, 1);

    file->id = g_strdup(id);
    file->name = g_strconcat(id, ".js", NULL);
    file->path = g_strconcat("/p/migrations/", id, ".js", NULL);
    file->checksum = g_strdup("sha256:aa");
    return file;
}

static GwStatus
status_of_letter(char letter)
{
    switch (letter) {
    case 'c':
        return GW_STATUS_COMPLETED;
    case 'f':
        return GW_STATUS_FAILED;
    case 'r':
        return GW_STATUS_ROLLED_BACK;
    default:
        return GW_STATUS_RUNNING;
    }
}

static GwRecord *
make_record(const char *id, const char *marks)
{
    GwRecord *record = g_new0(GwRecord, 1);
    const char *at = strchr(marks, '@');
    const char *run = strchr(marks, '#');

    record->id = g_strdup(id);
    record->file = g_strconcat(id, ".js", NULL);
    record->status = status_of_letter(marks[0]);
    record->checksum = g_strdup(strchr(marks, '~') != NULL ? "sha256:bb" : "sha256:aa");
    record->applied_at_ms = at != NULL ? g_ascii_strtoll(at + 1, NULL, 10) : 0;
    if (run != NULL) {
        record->run = g_strndup(run + 1, strcspn(run + 1, "@~"));
        record->block = (double)g_ascii_strtoll(run + 1, NULL, 10);
    }
    return record;
}

static void
make_world(const char *line, const GwPlanRules *rules, World *world)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);

    world->files = g_ptr_array_new_with_free_func((GDestroyNotify)gw_migration_file_free);
    world->records = g_ptr_array_new_with_free_func((GDestroyNotify)gw_record_free);
    for (guint index = 0; words[index] != NULL && *words[index] != '\0'; index++) {
        const char *word = words[index];
        const bool is_missing = *word == '!';
        const char *colon = strchr(word, ':');
        g_autofree char *id = g_strndup(word + is_missing, strcspn(word, ":") - is_missing);

        if (!is_missing)
            g_ptr_array_add(world->files, make_file(id));
        if (colon != NULL)
            g_ptr_array_add(world->records, make_record(id, colon + 1));
    }
    world->migrations = gw_plan_join(world->files, world->records, rules);
}

/* "001 002", or the error's name and message. */
static char *
show(GPtrArray *take_plan, GError *const *failure)
{
    g_autoptr(GPtrArray) plan = take_plan;
    const GError *error = *failure;
    GString *text = g_string_new(NULL);

    if (error != NULL) {
        g_assert_null(plan);
        g_string_printf(text, "%s: %s", gw_error_name(error), error->message);
        return g_string_free(text, FALSE);
    }
    for (guint index = 0; index < plan->len; index++)
        g_string_append_printf(text, "%s%s", index > 0 ? " " : "",
                               ((const GwMigration *)plan->pdata[index])->id);
    return g_string_free(text, FALSE);
}

typedef struct {
    const char *name;
    const char *world;
    GwSelection selection;
    const char *expected;
    const GwPlanRules *rules; /* NULL: native */
} Case;

static const GwPlanRules *
rules_of(const Case *row)
{
    return row->rules != NULL ? row->rules : &native;
}

static const Case up_cases[] = {
    {"all-pending-in-order", "010_c 002_b 001_a", {0}, "001_a 002_b 010_c", NULL},
    {"numbers-not-text", "10_x 9_y 100_z", {0}, "9_y 10_x 100_z", NULL},
    {"migrate-mongo-orders-by-text", "10-x 9-y 100-z", {0}, "10-x 100-z 9-y", &compat},
    {"nothing-there", "", {0}, "", NULL},
    {"completed-stay", "001:c 002", {0}, "002", NULL},
    {"failed-again", "001:c 002:f 003", {0}, "002 003", NULL},
    {"rolled-back-again", "001:c 002:r", {0}, "002", NULL},
    {"crashed-again", "001:u 002", {0}, "001 002", NULL},
    {"a-missing-file-is-passed-over", "001:c !002:f 003", {0}, "003", NULL},
    {"to-is-the-last", "001 002 003", {.to = "002"}, "001 002", NULL},
    {"to-an-applied-one", "001:c 002:c 003", {.to = "002"}, "", NULL},
    {"to-with-steps", "001 002 003", {.to = "003", .steps = 2}, "001 002", NULL},
    {"steps", "001:c 002 003 004", {.steps = 2}, "002 003", NULL},
    {"more-steps-than-there-are", "001", {.steps = 9}, "001", NULL},
    {"only", "001 002 003", {.only = "002"}, "002", NULL},
    {"only-by-file", "001_a 002_b", {.only = "002_b.js"}, "002_b", NULL},
    {"only-by-number", "001_a 010_b", {.only = "1"}, "001_a", NULL},
    {"only-by-beginning", "001_a 002_b", {.only = "002_"}, "002_b", NULL},
    {"only-exact-before-beginning", "001_a 001_a_b", {.only = "001_a"}, "001_a", NULL},
    {"only-ambiguous",
     "001_a 002_ab 002_ac",
     {.only = "002_a"},
     "usage: '002_a' could be any of '002_ab' and '002_ac'",
     NULL},
    {"only-ambiguous-number",
     "001_a 1_b",
     {.only = "1"},
     "usage: '1' could be any of '001_a' and '1_b'",
     NULL},
    {"only-unknown", "001_a", {.only = "zzz"}, "not-found: there is no migration 'zzz'", NULL},
    {"only-empty", "001_a", {.only = ""}, "not-found: there is no migration ''", NULL},
    {"only-unknown-with-newline",
     "001_a",
     {.only = "a\nb"},
     "not-found: there is no migration 'a\\nb'",
     NULL},
    {"only-applied", "001_a:c", {.only = "001"}, "usage: '001_a' is applied already", NULL},
    {"only-missing",
     "!001_a:f",
     {.only = "001_a"},
     "not-found: the file of '001_a' is missing",
     NULL},
    {"only-missing-by-file",
     "!001_a:f",
     {.only = "001_a.js"},
     "not-found: the file of '001_a' is missing",
     NULL},
    {"to-unknown", "001_a", {.to = "zzz"}, "not-found: there is no migration 'zzz'", NULL},
    {"negative-steps",
     "001",
     {.steps = -1},
     "usage: the number of steps has to be 1 or more",
     NULL},
    {"only-and-to",
     "001",
     {.only = "001", .to = "001"},
     "usage: --only and --to cannot go together",
     NULL},
    {"only-and-steps",
     "001",
     {.only = "001", .steps = 1},
     "usage: --only and --steps cannot go together",
     NULL},
    {"hash-edited-runs-again", "a:c~", {0}, "a", &compat_hash},
    {"hash-unedited-stays", "a:c", {0}, "", &compat_hash},
    {"edited-without-hash-stays", "a:c~", {0}, "", &compat},
};

static void
test_up(gconstpointer data)
{
    const Case *row = data;
    g_auto(World) world = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = NULL;

    make_world(row->world, rules_of(row), &world);
    shown = show(gw_plan_up(world.migrations, &row->selection, &error), &error);
    g_assert_cmpstr(shown, ==, row->expected);
}

static const Case down_cases[] = {
    {"one-step-by-default", "001:c 002:c 003", {0}, "002", NULL},
    {"nothing-applied", "001 002:r 003:f", {0}, "", NULL},
    {"newest-by-time", "001:c@5 002:c@3", {0}, "001", NULL},
    {"name-where-times-tie", "001:c@5 002:c@5", {0}, "002", NULL},
    {"steps", "001:c 002:c 003:c", {.steps = 2}, "003 002", NULL},
    {"all", "001:c 002:c 003", {.all = true}, "002 001", NULL},
    {"to-stays", "001:c 002:c 003:c", {.to = "001"}, "003 002", NULL},
    {"to-with-steps", "001:c 002:c 003:c", {.to = "001", .steps = 1}, "003", NULL},
    {"to-the-newest", "001:c 002:c", {.to = "002"}, "", NULL},
    {"to-not-applied", "001:c 002", {.to = "002"}, "usage: '002' is not applied", NULL},
    {"only", "001:c 002:c", {.only = "001"}, "001", NULL},
    {"only-not-applied", "001:c 002:r", {.only = "002"}, "usage: '002' is not applied", NULL},
    {"only-unknown", "001:c", {.only = "q"}, "not-found: there is no migration 'q'", NULL},
    {"run", "001:c#aa 002:c#bb 003:c#bb", {.run = "bb"}, "003 002", NULL},
    {"run-by-beginning", "001:c#aa 002:c#bb", {.run = "a"}, "001", NULL},
    {"run-ambiguous",
     "001:c#aa 002:c#ab",
     {.run = "a"},
     "usage: more than one run begins with 'a'",
     NULL},
    {"run-unknown",
     "001:c#aa 002:c",
     {.run = "c"},
     "not-found: nothing that the run 'c' applied is still applied",
     NULL},
    {"run-empty",
     "001:c#aa",
     {.run = ""},
     "not-found: nothing that the run '' applied is still applied",
     NULL},
    {"block", "a:c@1#7 b:c@2#8 c:c@3#8", {.block = true}, "c b", &compat},
    {"block-of-old-records-is-one", "a:c@1 b:c@2", {.block = true}, "b", &compat},
    {"block-of-nothing", "a", {.block = true}, "", &compat},
    {"missing-file",
     "001:c !002_x:c",
     {0},
     "integrity: '002_x' cannot be reverted, because its file is missing",
     NULL},
    {"run-and-all",
     "001:c",
     {.run = "a", .all = true},
     "usage: --run and --all cannot go together",
     NULL},
    {"block-and-steps",
     "001:c",
     {.block = true, .steps = 1},
     "usage: --block and --steps cannot go together",
     NULL},
};

static void
test_down(gconstpointer data)
{
    const Case *row = data;
    g_auto(World) world = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = NULL;

    make_world(row->world, rules_of(row), &world);
    shown = show(gw_plan_down(world.migrations, &row->selection, &error), &error);
    g_assert_cmpstr(shown, ==, row->expected);
}

static void
test_sequence_beats_time(void)
{
    g_auto(World) world = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = NULL;
    const GwSelection two = {.steps = 2};

    make_world("001:c@1 002:c@9 003:c@9", &native, &world);
    ((GwRecord *)world.records->pdata[0])->sequence = 3;
    ((GwRecord *)world.records->pdata[1])->sequence = 2;
    ((GwRecord *)world.records->pdata[2])->sequence = 1;
    shown = show(gw_plan_down(world.migrations, &two, &error), &error);
    g_assert_cmpstr(shown, ==, "001 002");
}

typedef struct {
    const char *text;
    const char *hint;
} HintCase;

static void
test_hint_names_the_nearest(void)
{
    const HintCase rows[] = {
        {"001_usrs", "Did you mean '001_users'?"},
        {"users", "Did you mean '001_users'?"},
        {"oders", "Did you mean '002_orders'?"},
        {"something else", "See all of them with godwit status."},
    };
    g_auto(World) world = {0};

    make_world("001_users 002_orders", &native, &world);
    for (guint index = 0; index < G_N_ELEMENTS(rows); index++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(gw_plan_find(world.migrations, rows[index].text, &error));
        g_assert_error(error, GW_ERROR, GW_ERROR_NOT_FOUND);
        g_assert_cmpstr(gw_error_hint(error), ==, rows[index].hint);
    }
}

/* Each migration as "id", with '~' changed, '!' missing, '<' out of order, and its status. */
static char *
show_world(const World *world)
{
    GString *text = g_string_new(NULL);

    for (guint index = 0; index < world->migrations->len; index++) {
        const GwMigration *row = &g_array_index(world->migrations, GwMigration, index);

        g_string_append_printf(text, "%s%s%s%s%s:%s", index > 0 ? " " : "",
                               row->file == NULL ? "!" : "", row->id, row->is_changed ? "~" : "",
                               row->is_out_of_order ? "<" : "", gw_status_name(row->status));
    }
    return g_string_free(text, FALSE);
}

static void
test_join(void)
{
    const struct {
        const char *world;
        const char *expected;
        const GwPlanRules *rules;
    } rows[] = {
        {"002 001:c~", "001~:completed 002:pending", &native},
        {"001:f~ 002:r~", "001:failed 002:rolled_back", &native},
        {"001 002:c 003:f !004:c 005",
         "001<:pending 002:completed 003<:failed !004:completed 005:pending", &native},
        {"!10-b:c 9-a:c~ 1-c", "1-c:pending !10-b:completed 9-a:completed", &compat},
        {"a:c~ b:c", "a:pending b:completed", &compat_hash},
        {"!gone:c a:c", "a:completed !gone:completed", &compat_hash},
        {"a.b a-b", "a-b:pending a.b:pending", &compat},
        {"a a-b", "a-b:pending a:pending", &compat},
    };

    for (guint index = 0; index < G_N_ELEMENTS(rows); index++) {
        g_auto(World) world = {0};
        g_autofree char *shown = NULL;

        make_world(rows[index].world, rows[index].rules, &world);
        shown = show_world(&world);
        g_assert_cmpstr(shown, ==, rows[index].expected);
    }
}

static void
test_newer_record_counts(void)
{
    g_auto(World) world = {0};

    make_world("a:c@5 !a:r@9 !a:f@1", &native, &world);
    g_assert_cmpint(world.migrations->len, ==, 1);
    g_assert_cmpint(g_array_index(world.migrations, GwMigration, 0).status, ==,
                    GW_STATUS_ROLLED_BACK);
}

static void
test_migrate_mongo_record_without_file_name_is_found_by_id(void)
{
    g_auto(World) world = {0};
    g_autoptr(GArray) again = NULL;

    make_world("!a.js:c", &compat, &world);
    g_clear_pointer(&((GwRecord *)world.records->pdata[0])->file, g_free);
    g_ptr_array_add(world.files, make_file("a"));
    again = gw_plan_join(world.files, world.records, &compat);
    g_assert_cmpint(again->len, ==, 1);
    g_assert_cmpint(g_array_index(again, GwMigration, 0).status, ==, GW_STATUS_COMPLETED);
}

static void
test_hash_without_record_hash_is_pending(void)
{
    g_auto(World) world = {0};
    g_autoptr(GArray) again = NULL;

    make_world("a:c", &compat_hash, &world);
    g_clear_pointer(&((GwRecord *)world.records->pdata[0])->checksum, g_free);
    again = gw_plan_join(world.files, world.records, &compat_hash);
    g_assert_cmpint(again->len, ==, 1);
    g_assert_cmpint(g_array_index(again, GwMigration, 0).status, ==, GW_STATUS_PENDING);
}

static void
test_pending_counts_what_up_would_run(void)
{
    g_auto(World) world = {0};

    make_world("001:c 002 003:f 004:r 005:u !006:f", &native, &world);
    g_assert_cmpint(gw_plan_pending(world.migrations), ==, 4);
}

static void
test_unique(void)
{
    const struct {
        const char *world;
        const char *expected;
        const GwPlanRules *rules;
    } rows[] = {
        {"001_a 002_b", NULL, &native},
        {"001_a 001_b", "two migrations have the same number: '001_a.js' and '001_b.js'", &native},
        {"001_a 1_b", "two migrations have the same number: '001_a.js' and '1_b.js'", &native},
        {"000_a 0_b", "two migrations have the same number: '000_a.js' and '0_b.js'", &native},
        {"001_a 001_a", "two migrations have the same id: '001_a.js' and '001_a.js'", &native},
        {"2026-01-01-a 2026-01-02-b", NULL, &native},
        {"20260101120000-a 20260101120000-b", NULL, &native},
        {"a b", NULL, &native},
        {"001_a 001_b", NULL, &compat},
    };

    for (guint index = 0; index < G_N_ELEMENTS(rows); index++) {
        g_auto(World) world = {0};
        g_autoptr(GError) error = NULL;

        make_world(rows[index].world, rows[index].rules, &world);
        g_assert_cmpint(gw_plan_check_unique(world.files, rows[index].rules, &error), ==,
                        rows[index].expected == NULL);
        g_assert_cmpstr(error != NULL ? error->message : NULL, ==, rows[index].expected);
        if (error != NULL)
            g_assert_error(error, GW_ERROR, GW_ERROR_INTEGRITY);
    }
}

typedef struct {
    const char *name;
    const char *world;
    GwPolicies policies;
    const char *error;
    const char *warnings;
} PolicyCase;

#define FAIL_ALL                                                                                   \
    {                                                                                              \
        GW_POLICY_FAIL, GW_POLICY_FAIL, GW_POLICY_FAIL                                             \
    }
#define WARN_ALL                                                                                   \
    {                                                                                              \
        GW_POLICY_WARN, GW_POLICY_WARN, GW_POLICY_WARN                                             \
    }
#define ALLOW_ALL                                                                                  \
    {                                                                                              \
        GW_POLICY_ALLOW, GW_POLICY_ALLOW, GW_POLICY_ALLOW                                          \
    }

static const PolicyCase policy_cases[] = {
    {"nothing-wrong", "001:c 002", FAIL_ALL, NULL, ""},
    {"changed-fails", "001:c~", FAIL_ALL, "1 migration was edited after it was applied: '001.js'",
     ""},
    {"several-changed-fail", "001:c~ 002:c~ 003:c~", FAIL_ALL,
     "3 migrations were edited after they were applied: '001.js', '002.js' and '003.js'", ""},
    {"missing-fails", "!001:c", FAIL_ALL, "the file of 1 applied migration is missing: '001.js'",
     ""},
    {"missing-failed-is-nothing", "!001:f", FAIL_ALL, NULL, ""},
    {"out-of-order-fails", "001 002:c", FAIL_ALL,
     "1 pending migration comes before one that is applied: '001.js'", ""},
    {"all-at-once", "001:c~ 002 !003:c !004:c", FAIL_ALL,
     "1 migration was edited after it was applied: '001.js'; the files of 2 applied migrations are "
     "missing: '003.js' and '004.js'; 1 pending migration comes before one that is applied: "
     "'002.js'",
     ""},
    {"warn", "001:c~ 002 003:c", WARN_ALL, NULL,
     "1 migration was edited after it was applied: '001.js'|1 pending migration comes before one "
     "that is applied: '002.js'|"},
    {"allow", "001:c~ 002 !003:c", ALLOW_ALL, NULL, ""},
    {"odd-name-in-one-line", "!a\nb':c", FAIL_ALL,
     "the file of 1 applied migration is missing: 'a\\nb\\'.js'", ""},
};

static void
test_policy(gconstpointer data)
{
    const PolicyCase *row = data;
    g_auto(World) world = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) shown = g_string_new(NULL);

    make_world(row->world, &native, &world);
    g_assert_cmpint(gw_plan_check(world.migrations, &row->policies, warnings, &error), ==,
                    row->error == NULL);
    g_assert_cmpstr(error != NULL ? error->message : NULL, ==, row->error);
    for (guint index = 0; index < warnings->len; index++)
        g_string_append_printf(shown, "%s|", (const char *)warnings->pdata[index]);
    g_assert_cmpstr(shown->str, ==, row->warnings);
    if (error != NULL) {
        g_assert_error(error, GW_ERROR, GW_ERROR_INTEGRITY);
        g_assert_nonnull(gw_error_hint(error));
    }
}

static void
test_missing_without_file_name_is_named_by_id(void)
{
    g_auto(World) world = {0};
    g_autoptr(GError) error = NULL;
    const GwPolicies policies = FAIL_ALL;

    make_world("!001:c", &native, &world);
    g_clear_pointer(&((GwRecord *)world.records->pdata[0])->file, g_free);
    g_assert_false(gw_plan_check(world.migrations, &policies, NULL, &error));
    g_assert_cmpstr(error->message, ==, "the file of 1 applied migration is missing: '001'");
}

static void
test_rules_and_policies_come_from_the_configuration(void)
{
    g_autoptr(GwConfig) config = gw_config_new(GW_FLAVOUR_MIGRATE_MONGO);

    g_assert_true(gw_config_set(config, GW_CONFIG_USE_FILE_HASH, "true", "test", NULL));
    g_assert_true(gw_plan_rules(config).use_file_hash);
    g_assert_cmpint(gw_plan_rules(config).flavour, ==, GW_FLAVOUR_MIGRATE_MONGO);
    g_assert_cmpint(gw_plan_policies(config).changed, ==, GW_POLICY_FAIL);
    g_assert_cmpint(gw_plan_policies(config).missing, ==, GW_POLICY_WARN);
    g_assert_cmpint(gw_plan_policies(config).out_of_order, ==, GW_POLICY_ALLOW);
}

static void
test_status_names(void)
{
    const char *const names[] = {"pending", "running", "completed", "failed", "rolled_back"};
    g_autoptr(GError) error = NULL;
    GwStatus status = GW_STATUS_PENDING;

    for (guint index = 0; index < G_N_ELEMENTS(names); index++) {
        g_assert_true(gw_status_of_name(names[index], &status, NULL));
        g_assert_cmpint(status, ==, index);
        g_assert_cmpstr(gw_status_name(status), ==, names[index]);
    }
    g_assert_false(gw_status_of_name("done", &status, &error));
    g_assert_cmpstr(error->message, ==, "the status 'done' is not one that godwit knows");
}

static void
test_frees_take_nothing(void)
{
    gw_migration_file_free(NULL);
    gw_record_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint index = 0; index < G_N_ELEMENTS(up_cases); index++) {
        g_autofree char *name = g_strconcat("/model/plan/up/", up_cases[index].name, NULL);

        g_test_add_data_func(name, &up_cases[index], test_up);
    }
    for (guint index = 0; index < G_N_ELEMENTS(down_cases); index++) {
        g_autofree char *name = g_strconcat("/model/plan/down/", down_cases[index].name, NULL);

        g_test_add_data_func(name, &down_cases[index], test_down);
    }
    for (guint index = 0; index < G_N_ELEMENTS(policy_cases); index++) {
        g_autofree char *name = g_strconcat("/model/plan/policy/", policy_cases[index].name, NULL);

        g_test_add_data_func(name, &policy_cases[index], test_policy);
    }
    g_test_add_func("/model/plan/down/sequence-beats-time", test_sequence_beats_time);
    g_test_add_func("/model/plan/find/hint-names-the-nearest", test_hint_names_the_nearest);
    g_test_add_func("/model/plan/join/by-name-in-order", test_join);
    g_test_add_func("/model/plan/join/newer-record-counts", test_newer_record_counts);
    g_test_add_func("/model/plan/join/migrate-mongo-record-without-file-name-is-found-by-id",
                    test_migrate_mongo_record_without_file_name_is_found_by_id);
    g_test_add_func("/model/plan/join/hash-without-record-hash-is-pending",
                    test_hash_without_record_hash_is_pending);
    g_test_add_func("/model/plan/pending/counts-what-up-would-run",
                    test_pending_counts_what_up_would_run);
    g_test_add_func("/model/plan/unique/one-id-one-number", test_unique);
    g_test_add_func("/model/plan/policy/missing-without-file-name-is-named-by-id",
                    test_missing_without_file_name_is_named_by_id);
    g_test_add_func("/model/plan/rules-and-policies-come-from-the-configuration",
                    test_rules_and_policies_come_from_the_configuration);
    g_test_add_func("/model/status/names", test_status_names);
    g_test_add_func("/model/migration/frees-take-nothing", test_frees_take_nothing);
    return g_test_run();
}
