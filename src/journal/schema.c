/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/schema.h"

#include "base/crash.h"
#include "journal/build.h"
#include "journal/trace.h"

bool
gw_schema_hand_on(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    bson_destroy(out_reply);
    return gw_writer_apply(schema->next, schema->conn, schema->write, out_reply, error);
}

bool
gw_schema_send(const GwSchemaWrite *schema, const char *db, GwWriteKind kind, const bson_t *command,
               bson_t *out_reply, GError **error)
{
    GwWrite write = {.kind = kind, .db = db, .command = command};

    bson_destroy(out_reply);
    return gw_writer_apply(schema->next, schema->conn, &write, out_reply, error);
}

char *
gw_schema_trash_name(GwJournal *journal)
{
    g_autofree char *oid = g_malloc(25);
    bson_oid_t id;

    bson_oid_init(&id, NULL);
    bson_oid_to_string(&id, oid);
    return g_strdup_printf("godwit_trash.%s.%s", gw_journal_job(journal)->run, oid);
}

void
gw_schema_append_indexes(bson_t *facts, const char *name, const GPtrArray *indexes)
{
    bson_t array = BSON_INITIALIZER;

    bson_append_array_begin(facts, name, -1, &array);
    for (guint index = 0; indexes != NULL && index < indexes->len; index++) {
        gw_bson_append_doc_at(&array, index, g_ptr_array_index(indexes, index));
    }
    bson_append_array_end(facts, &array);
}

void
gw_schema_describe_step(const GwSchemaWrite *schema, GwEntry *entry)
{
    gw_trace_describe(schema->journal->trace, schema->call,
                      gw_session_in_transaction(schema->write->session) ? "own" : "deed", entry);
}

static GwEntry *
entry_new(const GwSchemaWrite *schema, GwEntryKind kind, bson_t *take_facts)
{
    GwEntry *entry = gw_journal_entry_new(schema->journal, kind, schema->db, schema->coll);

    entry->facts = take_facts;
    gw_schema_describe_step(schema, entry);
    return entry;
}

/* Nothing was done, so there is nothing to take back. The first error is the one to tell of: an
 * entry that stays describes something that is not there, and taking it back does nothing. */
static bool
withdraw(const GwSchemaWrite *schema, const GwEntry *entry)
{
    (void)gw_entry_remove(schema->journal->entries, entry, NULL);
    return false;
}

/* Whether the server has certainly not done it. */
static bool
is_refusal(const GError *failure)
{
    return g_error_matches(failure, GW_ERROR, GW_ERROR_SERVER) &&
           !gw_error_has_label(failure, "RetryableWriteError");
}

/* Announce, do, withdraw where it was refused. */
static bool
announce_and_build(const GwSchemaWrite *schema, GwEntry *entry, const GPtrArray *before,
                   bson_t *out_reply, GError **error)
{
    g_autoptr(GError) failure = NULL;
    bool is_done = false;

    if (!gw_journal_announce(schema->journal, entry, error))
        return false;
    GW_CRASH_POINT("schema.announced");
    is_done = schema->write->kind == GW_WRITE_CREATE_INDEXES
                  ? gw_build_indexes(schema, before, out_reply, &failure)
                  : gw_schema_hand_on(schema, out_reply, &failure);
    if (is_done) {
        GW_CRASH_POINT("schema.done");
        return true;
    }
    if (is_refusal(failure))
        (void)withdraw(schema, entry);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static bool
announce_and_do(const GwSchemaWrite *schema, GwEntry *entry, bson_t *out_reply, GError **error)
{
    return announce_and_build(schema, entry, NULL, out_reply, error);
}

bson_t *
gw_schema_create_command(const char *name, const bson_t *options)
{
    bson_t *command = BCON_NEW("create", BCON_UTF8(name));
    bson_iter_t iter;

    if (options == NULL || !bson_iter_init(&iter, options))
        return command;
    while (bson_iter_next(&iter)) {
        /* What the server shows among the options and does not take back. */
        if (strcmp(bson_iter_key(&iter), "uuid") != 0)
            bson_append_iter(command, NULL, 0, &iter);
    }
    return command;
}

static bool
is_id_index(const bson_t *index)
{
    bson_t key = BSON_INITIALIZER;
    bson_iter_t iter;

    return gw_bson_get_doc(index, "key", &key) && bson_count_keys(&key) == 1 &&
           bson_iter_init_find(&iter, &key, "_id") &&
           !gw_bson_get_bool(index, "clustered", false) &&
           g_strcmp0(gw_bson_get_str(index, "name"), "_id_") == 0;
}

bson_t *
gw_schema_indexes_command(const char *coll, const GPtrArray *indexes)
{
    g_autoptr(bson_t) command = BCON_NEW("createIndexes", BCON_UTF8(coll));
    bson_t array = BSON_INITIALIZER;
    guint32 count = 0;

    bson_append_array_begin(command, "indexes", -1, &array);
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);
        g_autoptr(bson_t) specification = gw_catalog_index_to_make(index);

        if (is_id_index(index) || gw_bson_get_bool(index, "clustered", false))
            continue;
        gw_bson_append_doc_at(&array, count++, specification);
    }
    bson_append_array_end(command, &array);
    return count > 0 ? g_steal_pointer(&command) : NULL;
}

static bool
apply_create(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_CREATE, bson_new());
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);

    if (info == NULL)
        return false;
    /* It is there: the server says whether that is an error, and makes nothing. */
    if (info->kind != GW_COLL_NONE)
        return gw_schema_hand_on(schema, out_reply, error);
    return announce_and_do(schema, entry, out_reply, error);
}

bool
gw_schema_ensure(const GwSchemaWrite *schema, GError **error)
{
    g_autoptr(GwEntry) entry = NULL;
    g_autoptr(bson_t) command = NULL;
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_autoptr(GError) failure = NULL;

    if (info == NULL)
        return false;
    if (info->kind != GW_COLL_NONE)
        return true;
    entry = entry_new(schema, GW_ENTRY_CREATE, bson_new());
    command = BCON_NEW("create", BCON_UTF8(schema->coll));
    if (!gw_journal_announce(schema->journal, entry, error))
        return false;
    GW_CRASH_POINT("ensure.announced");
    if (gw_schema_send(schema, schema->db, GW_WRITE_CREATE, command, &reply, &failure)) {
        GW_CRASH_POINT("ensure.made");
        return true;
    }
    if (!is_refusal(failure)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    /* Somebody else was faster, or the name is not allowed: the write itself will be told so. */
    (void)withdraw(schema, entry);
    return true;
}

void
gw_schema_describe(const GwCollInfo *info, bson_t *facts)
{
    static const char *const types[] = {
        [GW_COLL_NONE] = "none",
        [GW_COLL_PLAIN] = "collection",
        [GW_COLL_VIEW] = "view",
        [GW_COLL_TIME_SERIES] = "timeseries",
    };

    BSON_APPEND_UTF8(facts, "type", types[info->kind]);
    if (info->options != NULL)
        BSON_APPEND_DOCUMENT(facts, "options", info->options);
    gw_schema_append_indexes(facts, "indexes", info->indexes);
}

/* What the server answers to a drop. */
static void
answer_drop(const GwSchemaWrite *schema, const GwCollInfo *info, bson_t *out_reply)
{
    g_autofree char *ns = g_strdup_printf("%s.%s", schema->db, schema->coll);

    bson_reinit(out_reply);
    if (info->indexes != NULL)
        BSON_APPEND_INT32(out_reply, "nIndexesWas", (int32_t)info->indexes->len);
    BCON_APPEND(out_reply, "ns", BCON_UTF8(ns), "ok", BCON_DOUBLE(1));
}

static bson_t *
rename_command(const GwSchemaWrite *schema, const char *from, const char *to)
{
    g_autofree char *from_ns = g_strdup_printf("%s.%s", schema->db, from);
    g_autofree char *to_ns = g_strdup_printf("%s.%s", schema->db, to);

    return BCON_NEW("renameCollection", BCON_UTF8(from_ns), "to", BCON_UTF8(to_ns));
}

static bool
drop_aside(const GwSchemaWrite *schema, const GwCollInfo *info, GError **error)
{
    g_autofree char *trash = gw_schema_trash_name(schema->journal);
    g_autoptr(GwEntry) entry =
        entry_new(schema, GW_ENTRY_DROP, BCON_NEW("trash", BCON_UTF8(trash)));
    g_autoptr(bson_t) command = rename_command(schema, schema->coll, trash);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    g_autoptr(GError) failure = NULL;

    gw_schema_describe(info, entry->facts);
    if (!gw_journal_announce(schema->journal, entry, error))
        return false;
    GW_CRASH_POINT("drop.announced");
    if (gw_schema_send(schema, "admin", GW_WRITE_RENAME, command, &reply, &failure)) {
        GW_CRASH_POINT("drop.aside");
        return true;
    }
    if (is_refusal(failure))
        (void)withdraw(schema, entry);
    g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                               "putting '%s.%s' aside: ", schema->db, schema->coll);
    return false;
}

/* Whatever comes under this name later is another one. */
static bool
drop_series(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    if (!gw_series_keep(schema, error) || !gw_schema_hand_on(schema, out_reply, error))
        return false;
    g_hash_table_remove_all(schema->journal->series);
    return true;
}

static bool
drop_view(const GwSchemaWrite *schema, const GwCollInfo *info, bson_t *out_reply, GError **error)
{
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_DROP, bson_new());

    gw_schema_describe(info, entry->facts);
    return announce_and_do(schema, entry, out_reply, error);
}

static bool
apply_drop(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);

    if (info == NULL)
        return false;
    switch (info->kind) {
    case GW_COLL_NONE:
        return gw_schema_hand_on(schema, out_reply, error);
    case GW_COLL_VIEW:
        return drop_view(schema, info, out_reply, error);
    case GW_COLL_TIME_SERIES:
        return drop_series(schema, out_reply, error);
    case GW_COLL_PLAIN:
        if (!drop_aside(schema, info, error))
            return false;
        answer_drop(schema, info, out_reply);
        return true;
    }
    g_assert_not_reached();
}

static bool
is_spared(const GwSchemaWrite *schema, const char *name)
{
    return g_str_has_prefix(name, "godwit_") || (g_str_equal(schema->db, schema->journal->db) &&
                                                 g_str_equal(name, schema->journal->tracker));
}

/* The database stays, for what is kept in it; everything else in it goes, one by one. */
static bool
apply_drop_database(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    g_autoptr(GPtrArray) infos = gw_catalog_list(schema->conn, schema->db, error);

    if (infos == NULL)
        return false;
    for (guint next = 0; next < infos->len; next++) {
        const GwCollInfo *info = g_ptr_array_index(infos, next);
        g_autoptr(bson_t) command = BCON_NEW("drop", BCON_UTF8(info->name));
        GwWrite write = {.kind = GW_WRITE_DROP, .db = schema->db, .command = command};
        GwSchemaWrite one = *schema;
        g_auto(bson_t) reply = BSON_INITIALIZER;

        one.write = &write;
        one.coll = info->name;
        if (!is_spared(schema, info->name) && !apply_drop(&one, &reply, error))
            return false;
    }
    bson_reinit(out_reply);
    BCON_APPEND(out_reply, "dropped", BCON_UTF8(schema->db), "ok", BCON_DOUBLE(1));
    return true;
}

/* The target of a rename that replaces it goes aside first. */
static bool
drop_target(const GwSchemaWrite *schema, GError **error)
{
    GwSchemaWrite target = *schema;
    g_autoptr(GwCollInfo) info = NULL;
    g_autoptr(GwCollInfo) source = NULL;

    if (!gw_bson_get_bool(schema->write->command, "dropTarget", false) || schema->to_db == NULL)
        return true;
    source = gw_catalog_get(schema->conn, schema->db, schema->coll, error);
    target.db = schema->to_db;
    target.coll = schema->to_coll;
    info = source != NULL ? gw_catalog_get(schema->conn, target.db, target.coll, error) : NULL;
    if (info == NULL)
        return false;
    /* What the server would refuse anyway, it is left to. */
    if (source->kind != GW_COLL_PLAIN || info->kind != GW_COLL_PLAIN ||
        (g_str_equal(schema->db, target.db) && g_str_equal(schema->coll, target.coll)))
        return true;
    return drop_aside(&target, info, error);
}

static bool
apply_rename(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    bson_t *facts = bson_new();
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_RENAME, facts);

    if (schema->to_db == NULL)
        return gw_schema_hand_on(schema, out_reply, error); /* no name that the server would take */
    if (!drop_target(schema, error))
        return false;
    BCON_APPEND(facts, "toDb", BCON_UTF8(schema->to_db), "toColl", BCON_UTF8(schema->to_coll));
    return announce_and_do(schema, entry, out_reply, error);
}

/* The names of the indexes that a createIndexes asks for. */
static void
append_asked(const bson_t *command, bson_t *facts)
{
    bson_t names = BSON_INITIALIZER;
    bson_iter_t list;
    bson_iter_t iter;
    bson_iter_t name;
    guint32 count = 0;

    bson_append_array_begin(facts, "asked", -1, &names);
    if (bson_iter_init_find(&list, command, "indexes") && bson_iter_recurse(&list, &iter)) {
        while (bson_iter_next(&iter)) {

            if (!BSON_ITER_HOLDS_DOCUMENT(&iter) || !bson_iter_recurse(&iter, &name) ||
                !bson_iter_find(&name, "name"))
                continue;
            gw_bson_append_at(&names, count++, &name);
        }
    }
    bson_append_array_end(facts, &names);
}

static void
append_index_facts(const GwSchemaWrite *schema, const GPtrArray *before, bson_t *facts)
{
    gw_schema_append_indexes(facts, "before", before);
    append_asked(schema->write->command, facts);
}

static bool
apply_indexes(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    bson_t *facts = bson_new();
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_INDEXES, facts);
    g_autoptr(GPtrArray) before = NULL;

    if (schema->write->kind == GW_WRITE_CREATE_INDEXES && !gw_schema_ensure(schema, error))
        return false;
    before = gw_catalog_indexes(schema->conn, schema->db, schema->coll, error);
    if (before == NULL)
        return false;
    append_index_facts(schema, before, facts);
    return announce_and_build(schema, entry, before, out_reply, error);
}

static bool
apply_options(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    bson_t *facts = bson_new();
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_OPTIONS, facts);
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);

    if (info == NULL)
        return false;
    gw_schema_describe(info, facts);
    return announce_and_do(schema, entry, out_reply, error);
}

/* Commands that change no data and no schema, so that there is nothing to take back. */
static bool
is_harmless(const char *name)
{
    static const char *const names[] = {
        "abortTransaction", "commitTransaction",     "compact", "fsync",
        "fsyncUnlock",      "killAllSessions",       "killOp",  "killSessions",
        "logRotate",        "planCacheClear",        "profile", "reIndex",
        "setParameter",     "planCacheClearFilters", NULL};

    return g_strv_contains(names, name);
}

static const char *
name_of(const bson_t *command)
{
    bson_iter_t iter;

    return bson_iter_init(&iter, command) && bson_iter_next(&iter) ? bson_iter_key(&iter) : "";
}

static bool
apply_other(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    const char *name = name_of(schema->write->command);
    g_autoptr(GwEntry) entry = NULL;

    if (is_harmless(name))
        return gw_schema_hand_on(schema, out_reply, error);
    /* The name alone: the rest may hold a password. */
    entry = entry_new(schema, GW_ENTRY_IRREVERSIBLE, BCON_NEW("command", BCON_UTF8(name)));
    return announce_and_do(schema, entry, out_reply, error);
}

/* What is written through a connection that godwit does not see, nobody can know. */
static bool
apply_beyond(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    g_autofree char *what = g_strdup_printf("a connection of its own to %s", schema->db);
    g_autoptr(GwEntry) entry =
        entry_new(schema, GW_ENTRY_IRREVERSIBLE, BCON_NEW("command", BCON_UTF8(what)));

    return announce_and_do(schema, entry, out_reply, error);
}

bool
gw_schema_apply(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    switch (schema->write->kind) {
    case GW_WRITE_CREATE:
        return apply_create(schema, out_reply, error);
    case GW_WRITE_DROP:
        return apply_drop(schema, out_reply, error);
    case GW_WRITE_DROP_DATABASE:
        return apply_drop_database(schema, out_reply, error);
    case GW_WRITE_RENAME:
        return apply_rename(schema, out_reply, error);
    case GW_WRITE_CREATE_INDEXES:
    case GW_WRITE_DROP_INDEXES:
        return apply_indexes(schema, out_reply, error);
    case GW_WRITE_COLL_MOD:
        return apply_options(schema, out_reply, error);
    case GW_WRITE_BEYOND:
        return apply_beyond(schema, out_reply, error);
    case GW_WRITE_AGGREGATE:
        return gw_output_apply(schema, out_reply, error);
    default:
        return apply_other(schema, out_reply, error);
    }
}

/* Written in the script's own transaction, so that it goes away with it. */
static bool
note_inside(const GwSchemaWrite *schema, GwEntry *entry, GError **error)
{
    GwSession *session = schema->write->session;

    return gw_journal_append(schema->journal, session, gw_journal_row_of(schema->journal, session),
                             entry, error);
}

bool
gw_schema_note_made(const GwSchemaWrite *schema, GError **error)
{
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_CREATE, bson_new());
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);

    if (info == NULL)
        return false;
    return info->kind != GW_COLL_NONE || note_inside(schema, entry, error);
}

static bool
create_indexes_inside(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    bson_t *facts = bson_new();
    g_autoptr(GwEntry) entry = entry_new(schema, GW_ENTRY_INDEXES, facts);
    g_autoptr(GPtrArray) before = gw_catalog_indexes(schema->conn, schema->db, schema->coll, error);

    if (before == NULL)
        return false;
    append_index_facts(schema, before, facts);
    if (!gw_schema_note_made(schema, error) || !note_inside(schema, entry, error))
        return false;
    return gw_schema_hand_on(schema, out_reply, error);
}

bool
gw_schema_apply_inside(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    if (schema->write->kind == GW_WRITE_CREATE_INDEXES)
        return create_indexes_inside(schema, out_reply, error);
    if (schema->write->kind == GW_WRITE_CREATE && !gw_schema_note_made(schema, error))
        return false;
    /* Everything else the server refuses in a transaction. */
    return gw_schema_hand_on(schema, out_reply, error);
}
