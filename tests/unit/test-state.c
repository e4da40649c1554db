/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracker, history, mark and migrate-mongo's lock, as they stand in a real database.
 */
#include <string.h>

#include "state/history.h"
#include "state/meta.h"
#include "state/mm_lock.h"
#include "state/tracker.h"
#include "unit/server.h"

#define DB "godwit_test_state"
#define RUN "0123456789abcdef01234567"

static GwRecord *
new_record(const char *id, const char *run)
{
    GwRecord *record = g_new0(GwRecord, 1);

    record->id = g_strdup(id);
    record->file = g_strconcat(id, ".js", NULL);
    record->checksum = g_strconcat("sha256:", "ab12", NULL);
    record->environment = g_strdup("development");
    record->run = g_strdup(run);
    record->host = g_strdup("$host");
    record->user = g_strdup("{");
    record->godwit = g_strdup("0.1.0");
    record->status = GW_STATUS_RUNNING;
    record->applied_at_ms = G_MININT64;
    record->sequence = 1;
    record->block = 1700000000000.0;
    return record;
}

static GwClients *
clean_clients(void)
{
    GwClients *clients = test_clients();

    test_drop(clients, DB);
    return clients;
}

/* The keys of the only document of a collection, with blanks between. Owned. */
static char *
keys_of_only(GwClients *clients, const char *name, bson_t **out_doc)
{
    g_autoptr(GwColl) coll = gw_coll_new(clients, DB, name);
    g_autoptr(GError) error = NULL;
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(GPtrArray) docs = gw_coll_find(coll, &all, NULL, &error);
    g_autoptr(GString) keys = g_string_new(NULL);
    bson_iter_t iter;

    g_assert_no_error(error);
    g_assert_cmpuint(docs->len, ==, 1);
    g_assert_true(bson_iter_init(&iter, docs->pdata[0]));
    while (bson_iter_next(&iter))
        g_string_append_printf(keys, "%s%s", keys->len > 0 ? " " : "", bson_iter_key(&iter));
    if (out_doc != NULL)
        *out_doc = bson_copy(docs->pdata[0]);
    return g_string_free(g_steal_pointer(&keys), FALSE);
}

static GwRecord *
only_record(GwTracker *tracker, GPtrArray **out_records)
{
    g_autoptr(GError) error = NULL;

    *out_records = gw_tracker_list(tracker, &error);
    g_assert_no_error(error);
    g_assert_cmpuint((*out_records)->len, ==, 1);
    return (*out_records)->pdata[0];
}

static void
begin(GwTracker *tracker, const GwRecord *record)
{
    g_autoptr(GError) error = NULL;

    gw_tracker_prepare(tracker, &error);
    g_assert_no_error(error);
    gw_tracker_begin(tracker, record, &error);
    g_assert_no_error(error);
}

static void
complete(GwTracker *tracker, GwRecord *record)
{
    g_autoptr(GError) error = NULL;

    record->status = GW_STATUS_COMPLETED;
    gw_tracker_complete(tracker, record, &error);
    g_assert_no_error(error);
}

static void
test_a_tracker_that_is_not_there_is_empty_and_stays_away(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = gw_tracker_list(tracker, &error);
    g_autoptr(bson_t) reply = test_read(clients, DB, "{\"listCollections\": 1}");

    g_assert_no_error(error);
    g_assert_cmpuint(records->len, ==, 0);
    g_assert_false(gw_bson_has(reply, "cursor.firstBatch.0"));
}

static void
test_a_record_runs_and_then_is_completed(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(GPtrArray) running = NULL;
    g_autoptr(GPtrArray) completed = NULL;

    begin(tracker, record);
    g_assert_cmpint(only_record(tracker, &running)->status, ==, GW_STATUS_RUNNING);
    g_assert_cmpint(only_record(tracker, &running)->applied_at_ms, ==, G_MININT64);

    record->documents_affected = 150;
    record->execution_ms = 5000000000;
    complete(tracker, record);
    g_assert_cmpint(only_record(tracker, &completed)->status, ==, GW_STATUS_COMPLETED);
    g_assert_cmpint(only_record(tracker, &completed)->applied_at_ms, ==, record->applied_at_ms);
    g_assert_cmpint(ABS(record->applied_at_ms - g_get_real_time() / 1000), <, 60000);
    g_assert_cmpint(only_record(tracker, &completed)->execution_ms, ==, 5000000000);
}

static void
test_the_document_has_the_plans_fields_in_their_order(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(bson_t) doc = NULL;
    g_autofree char *keys = NULL;

    begin(tracker, record);
    complete(tracker, record);
    keys = keys_of_only(clients, "migrations", &doc);
    g_assert_cmpstr(keys, ==,
                    "_id migrationId description author environment status appliedAt executionTime "
                    "documentsAffected rollbackInfo file checksum run sequence host user godwit "
                    "startedAt");
    /* What looks like an expression or like structure is kept as the text that it is. */
    g_assert_cmpstr(gw_bson_get_str(doc, "host"), ==, "$host");
    g_assert_cmpstr(gw_bson_get_str(doc, "user"), ==, "{");
}

static void
test_a_failure_is_kept_with_its_place_and_the_servers_code(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GError) error = NULL;
    const GwRecord *kept = NULL;

    begin(tracker, record);
    record->status = GW_STATUS_FAILED;
    record->error_message = g_strdup("E11000 \xff duplicate key");
    record->error_file = g_strdup("migrations/001_a.js");
    record->error_line = 7;
    record->error_code = 11000;
    record->output = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(record->output, g_strdup("hello"));
    gw_tracker_fail(tracker, record, &error);
    g_assert_no_error(error);

    kept = only_record(tracker, &records);
    g_assert_cmpint(kept->status, ==, GW_STATUS_FAILED);
    g_assert_cmpstr(kept->error_message, ==, "E11000 \xef\xbf\xbd duplicate key");
    g_assert_cmpstr(kept->error_file, ==, "migrations/001_a.js");
    g_assert_cmpint(kept->error_line, ==, 7);
    g_assert_cmpint(kept->error_code, ==, 11000);
    g_assert_cmpstr(kept->output->pdata[0], ==, "hello");
}

static void
test_a_message_of_megabytes_still_fits(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GString) message = g_string_new("x");
    g_autoptr(GError) error = NULL;

    for (int length = 0; length < 20 * 1024 * 1024; length += 2)
        g_string_append(message, "\xc3\xa9");
    begin(tracker, record);
    record->status = GW_STATUS_FAILED;
    record->error_message = g_string_free(g_steal_pointer(&message), FALSE);
    gw_tracker_fail(tracker, record, &error);
    g_assert_no_error(error);
    /* 16384 bytes end inside a letter, which is left out. */
    g_assert_cmpuint(strlen(only_record(tracker, &records)->error_message), ==, 16383);
}

static void
test_a_run_does_not_end_what_another_one_began(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GwRecord) ours = new_record("001_a", RUN);
    g_autoptr(GwRecord) theirs = new_record("001_a", "ffffffffffffffffffffffff");
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GError) error = NULL;

    begin(tracker, ours);
    begin(tracker, theirs);
    ours->status = GW_STATUS_COMPLETED;
    g_assert_false(gw_tracker_complete(tracker, ours, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_LEASE_LOST);
    g_assert_cmpstr(only_record(tracker, &records)->run, ==, theirs->run);
    g_assert_cmpint(only_record(tracker, &records)->status, ==, GW_STATUS_RUNNING);
}

static void
test_down_leaves_a_record_that_is_rolled_back(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GError) error = NULL;

    record->documents_affected = 3;
    begin(tracker, record);
    complete(tracker, record);
    gw_tracker_revert(tracker, record, &error);
    g_assert_no_error(error);
    g_assert_cmpint(only_record(tracker, &records)->status, ==, GW_STATUS_ROLLED_BACK);
    g_assert_cmpint(only_record(tracker, &records)->documents_affected, ==, 3);

    g_assert_false(gw_tracker_revert(tracker, record, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_LEASE_LOST);
}

static void
test_a_collection_of_somebody_else_is_not_taken_for_a_tracker(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_native_new(clients, DB, "migrations");
    g_autoptr(GError) error = NULL;

    test_write_only(clients, DB, "{\"insert\": \"migrations\", \"documents\": [{\"bird\": 1}]}");
    g_assert_null(gw_tracker_list(tracker, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "'migrations'"));
    g_assert_nonnull(gw_error_hint(error));
}

static void
test_a_changelog_row_is_migrate_mongos(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_changelog_new(clients, DB, "changelog", true);
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(bson_t) row = NULL;
    g_autofree char *keys = NULL;
    bson_iter_t iter;

    begin(tracker, record);
    complete(tracker, record);
    keys = keys_of_only(clients, "changelog", &row);
    g_assert_cmpstr(keys, ==, "_id fileName fileHash appliedAt migrationBlock");
    g_assert_cmpstr(gw_bson_get_str(row, "fileName"), ==, "001_a.js");
    g_assert_cmpstr(gw_bson_get_str(row, "fileHash"), ==, "ab12");
    g_assert_cmpint(gw_bson_get_date_ms(row, "appliedAt", 0), ==, record->applied_at_ms);
    g_assert_true(bson_iter_init_find(&iter, row, "migrationBlock"));
    g_assert_true(BSON_ITER_HOLDS_DOUBLE(&iter));
}

static void
test_a_changelog_keeps_nothing_of_what_failed(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_changelog_new(clients, DB, "changelog", false);
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = NULL;

    begin(tracker, record);
    record->status = GW_STATUS_FAILED;
    gw_tracker_fail(tracker, record, &error);
    g_assert_no_error(error);
    records = gw_tracker_list(tracker, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(records->len, ==, 0);
}

static void
test_a_changelog_is_read_whatever_type_its_block_has(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_changelog_new(clients, DB, "changelog", false);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = NULL;

    test_write_only(clients, DB,
                    "{\"insert\": \"changelog\", \"documents\": ["
                    "{\"fileName\": \"a.js\", \"migrationBlock\": {\"$numberInt\": \"5\"}},"
                    "{\"fileName\": \"b.js\", \"migrationBlock\": {\"$numberLong\": \"5\"}},"
                    "{\"fileName\": \"c.js\"}, {\"note\": \"of somebody\"}]}");
    records = gw_tracker_list(tracker, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(records->len, ==, 3);
    g_assert_cmpfloat(((GwRecord *)records->pdata[0])->block, ==, 5.0);
    g_assert_cmpfloat(((GwRecord *)records->pdata[1])->block, ==, 5.0);
    g_assert_cmpfloat(((GwRecord *)records->pdata[2])->block, ==, 0.0);
}

static void
test_reverting_a_changelog_takes_the_newest_row(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwTracker) tracker = gw_tracker_changelog_new(clients, DB, "changelog", false);
    g_autoptr(GwRecord) record = new_record("001_a", RUN);
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(GError) error = NULL;

    test_write_only(clients, DB,
                    "{\"insert\": \"changelog\", \"documents\": [{\"fileName\": \"001_a.js\","
                    "\"appliedAt\": {\"$date\": {\"$numberLong\": \"1000\"}}}]}");
    complete(tracker, record);
    gw_tracker_revert(tracker, record, &error);
    g_assert_no_error(error);
    g_assert_cmpint(only_record(tracker, &records)->applied_at_ms, ==, 1000);
}

static void
test_history_tells_newest_first_and_of_one_migration(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GwHistory) history = gw_history_new(clients, DB);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) failure = g_error_new(GW_ERROR, GW_ERROR_SERVER, "no room");
    GwHistoryEntry up = {.action = "up", .result = "failed", .migration = "001_a", .pid = 7};
    GwHistoryEntry other = {.action = "up", .result = "completed", .migration = "002_b"};
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GPtrArray) one = NULL;

    up.error = failure;
    gw_history_add(history, &up, &error);
    g_assert_no_error(error);
    gw_history_add(history, &other, &error);
    g_assert_no_error(error);

    all = gw_history_list(history, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpstr(gw_bson_get_str(all->pdata[0], "migrationId"), ==, "002_b");
    one = gw_history_list(history, "001_a", 1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(one->len, ==, 1);
    g_assert_cmpstr(gw_bson_get_str(one->pdata[0], "error.message"), ==, "no room");
    g_assert_cmpint(gw_bson_get_int(one->pdata[0], "pid", 0), ==, 7);
    g_assert_cmpint(gw_bson_get_date_ms(one->pdata[0], "at", 0), >, 0);
}

static void
test_the_first_mark_of_a_database_stays(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GError) error = NULL;
    const GwMark production = {.environment = (char *)"production"};
    const GwMark development = {.environment = (char *)"development"};
    g_autofree char *none = NULL;
    g_autofree char *mark = NULL;

    gw_meta_read(clients, DB, &none, &error);
    g_assert_no_error(error);
    g_assert_null(none);
    gw_meta_mark(clients, DB, &production, &error);
    g_assert_no_error(error);
    gw_meta_mark(clients, DB, &development, &error);
    g_assert_no_error(error);
    gw_meta_read(clients, DB, &mark, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mark, ==, "production");
}

static void
test_an_assumed_mark_gives_way_to_a_certain_one(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GError) error = NULL;
    const GwMark assumed = {.environment = (char *)"development", .is_assumed = true};
    const GwMark certain = {.environment = (char *)"live", .is_protected = true};
    g_auto(GwMark) first = {0};
    g_auto(GwMark) last = {0};

    gw_meta_mark(clients, DB, &assumed, &error);
    gw_meta_read_mark(clients, DB, &first, &error);
    g_assert_no_error(error);
    g_assert_true(first.is_assumed && !first.is_protected);
    gw_meta_mark(clients, DB, &certain, &error);
    gw_meta_mark(clients, DB, &assumed, &error);
    gw_meta_read_mark(clients, DB, &last, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(last.environment, ==, "live");
    g_assert_true(last.is_protected && !last.is_assumed);
}

static void
test_formats_of_a_newer_godwit_are_left_alone(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GError) error = NULL;
    g_autofree char *mark = NULL;

    test_write_only(clients, DB,
                    "{\"insert\": \"godwit_meta\", \"documents\": "
                    "[{\"_id\": \"godwit\", \"format\": 99}]}");
    g_assert_false(gw_meta_read(clients, DB, &mark, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_REFUSED);
    g_assert_nonnull(strstr(error->message, "99"));
}

static void
test_migrate_mongos_lock_keeps_a_second_one_out(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GError) error = NULL;
    g_autoptr(GwMmLock) first = gw_mm_lock_take(clients, DB, "lock", 60, "up", &error);

    g_assert_no_error(error);
    g_assert_null(gw_mm_lock_take(clients, DB, "lock", 60, "down", &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_LOCKED);
    g_assert_cmpstr(error->message, ==, "Could not migrate down, a lock is in place.");
}

static void
test_releasing_migrate_mongos_lock_leaves_those_of_others(void)
{
    g_autoptr(GwClients) clients = clean_clients();
    g_autoptr(GError) error = NULL;
    g_autoptr(GwMmLock) lock = gw_mm_lock_take(clients, DB, "lock", 60, "up", &error);
    g_autoptr(bson_t) count = NULL;

    g_assert_no_error(error);
    test_write_only(clients, DB, "{\"insert\": \"lock\", \"documents\": [{\"_id\": \"other\"}]}");
    g_clear_pointer(&lock, gw_mm_lock_free);
    count = test_read(clients, DB, "{\"count\": \"lock\"}");
    g_assert_cmpint(gw_bson_get_int(count, "n", -1), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/state/tracker/missing-is-empty-and-stays-away",
                    test_a_tracker_that_is_not_there_is_empty_and_stays_away);
    g_test_add_func("/state/tracker/runs-then-completed", test_a_record_runs_and_then_is_completed);
    g_test_add_func("/state/tracker/fields-in-the-plans-order",
                    test_the_document_has_the_plans_fields_in_their_order);
    g_test_add_func("/state/tracker/failure-has-place-and-code",
                    test_a_failure_is_kept_with_its_place_and_the_servers_code);
    g_test_add_func("/state/tracker/long-message-fits", test_a_message_of_megabytes_still_fits);
    g_test_add_func("/state/tracker/only-its-own-run-ends-it",
                    test_a_run_does_not_end_what_another_one_began);
    g_test_add_func("/state/tracker/down-leaves-rolled-back",
                    test_down_leaves_a_record_that_is_rolled_back);
    g_test_add_func("/state/tracker/foreign-collection-is-refused",
                    test_a_collection_of_somebody_else_is_not_taken_for_a_tracker);
    g_test_add_func("/state/changelog/row-is-migrate-mongos",
                    test_a_changelog_row_is_migrate_mongos);
    g_test_add_func("/state/changelog/keeps-nothing-that-failed",
                    test_a_changelog_keeps_nothing_of_what_failed);
    g_test_add_func("/state/changelog/reads-any-type-of-block",
                    test_a_changelog_is_read_whatever_type_its_block_has);
    g_test_add_func("/state/changelog/revert-takes-newest-row",
                    test_reverting_a_changelog_takes_the_newest_row);
    g_test_add_func("/state/history/newest-first",
                    test_history_tells_newest_first_and_of_one_migration);
    g_test_add_func("/state/meta/first-mark-stays", test_the_first_mark_of_a_database_stays);
    g_test_add_func("/state/meta/assumed-mark-gives-way",
                    test_an_assumed_mark_gives_way_to_a_certain_one);
    g_test_add_func("/state/meta/newer-format-is-refused",
                    test_formats_of_a_newer_godwit_are_left_alone);
    g_test_add_func("/state/mm-lock/second-is-kept-out",
                    test_migrate_mongos_lock_keeps_a_second_one_out);
    g_test_add_func("/state/mm-lock/release-leaves-others",
                    test_releasing_migrate_mongos_lock_leaves_those_of_others);
    return g_test_run();
}
