/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking back what no transaction holds. An entry may be an announcement whose deed never happened,
 * and this may be the second try after a crash: so each function looks at what is there, and does
 * only what is still missing.
 */
#include "journal/schema.h"

#include "base/crash.h"
#include "journal/undo-internal.h"

static bool
exists(const GwCollInfo *info)
{
    return info->kind != GW_COLL_NONE;
}

static bool
drop(GwUndo *undo, const char *db, const char *coll, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("drop", BCON_UTF8(coll));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_undo_send(undo, db, command, &reply, error);
}

static bool
rename_over(GwUndo *undo, const char *from, const char *to, bool replaces, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("renameCollection", BCON_UTF8(from), "to", BCON_UTF8(to),
                                         "dropTarget", BCON_BOOL(replaces));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_undo_send(undo, "admin", command, &reply, error);
}

/* Fails, or counts what is left alone. */
static bool
meet_conflict(GwUndo *undo, const GwEntry *entry, const char *why, GError **error)
{
    if (undo->params->policy == GW_CONFLICT_KEEP) {
        undo->result->kept++;
        return true;
    }
    gw_throw(error, GW_ERROR_CONFLICT, "'%s.%s' %s", entry->db, entry->coll, why);
    return gw_hint(error, "Undo goes on from here when it is called again, with --on-conflict keep "
                          "or overwrite.");
}

static bool
is_empty(GwUndo *undo, const GwEntry *entry, bool *out_empty, GError **error)
{
    g_autoptr(bson_t) find = BCON_NEW("find", BCON_UTF8(entry->coll), "limit", BCON_INT32(1),
                                      "projection", "{", "_id", BCON_INT32(1), "}");
    g_autoptr(GwReader) reader = gw_reader_new(undo->conn, entry->db, find, NULL);
    const bson_t *doc = NULL;

    if (!gw_reader_next(reader, &doc, error))
        return false;
    *out_empty = doc == NULL;
    return true;
}

/* All documents of the migration are gone by now: those that are there are somebody else's. */
static bool
undo_create(GwUndo *undo, const GwEntry *entry, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);
    bool is_forced = undo->params->policy == GW_CONFLICT_OVERWRITE;
    bool can_go = true;

    if (info == NULL)
        return false;
    if (!exists(info))
        return true;
    if (info->kind == GW_COLL_PLAIN && !is_forced && !is_empty(undo, entry, &can_go, error))
        return false;
    if (!can_go)
        return meet_conflict(undo, entry,
                             "was made by the migration and has documents of others now", error);
    /* The server drops no system.js; an empty one is as good as none. */
    if (g_str_has_prefix(entry->coll, "system."))
        return true;
    return drop(undo, entry->db, entry->coll, error);
}

static bool
create_from(GwUndo *undo, const GwEntry *entry, const char *coll, GError **error)
{
    bson_t options = BSON_INITIALIZER;
    g_autoptr(bson_t) command = NULL;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_bson_get_doc(entry->facts, "options", &options))
        bson_init(&options);
    command = gw_schema_create_command(coll, &options);
    return gw_undo_send(undo, entry->db, command, &reply, error);
}

GPtrArray *
gw_undo_indexes_of(const GwEntry *entry, const char *name)
{
    GPtrArray *indexes = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    bson_iter_t list;
    bson_iter_t iter;

    if (!bson_iter_init_find(&list, entry->facts, name) || !bson_iter_recurse(&list, &iter))
        return indexes;
    while (bson_iter_next(&iter)) {
        const uint8_t *bytes = NULL;
        uint32_t length = 0;

        if (!BSON_ITER_HOLDS_DOCUMENT(&iter))
            continue;
        bson_iter_document(&iter, &length, &bytes);
        g_ptr_array_add(indexes, bson_new_from_data(bytes, length));
    }
    return indexes;
}

bool
gw_undo_has_indexes(const GPtrArray *indexes)
{
    g_autoptr(bson_t) command = gw_schema_indexes_command("", indexes);

    return command != NULL;
}

static bool
make_indexes(GwUndo *undo, const GwEntry *entry, const GPtrArray *indexes, GError **error)
{
    g_autoptr(bson_t) command = gw_schema_indexes_command(entry->coll, indexes);
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return command == NULL || gw_undo_send(undo, entry->db, command, &reply, error);
}

static bool
undo_drop_view(GwUndo *undo, const GwEntry *entry, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);

    if (info == NULL)
        return false;
    return exists(info) || create_from(undo, entry, entry->coll, error);
}

static bool
undo_drop(GwUndo *undo, const GwEntry *entry, GError **error)
{
    const char *trash = gw_bson_get_str(entry->facts, "trash");
    g_autoptr(GwCollInfo) kept = NULL;
    g_autoptr(GwCollInfo) info = NULL;
    g_autofree char *from = g_strdup_printf("%s.%s", entry->db, trash);
    g_autofree char *to = gw_entry_ns(entry);

    if (trash == NULL)
        return undo_drop_view(undo, entry, error);
    kept = gw_catalog_get(undo->conn, entry->db, trash, error);
    info = kept != NULL ? gw_catalog_get(undo->conn, entry->db, entry->coll, error) : NULL;
    if (info == NULL)
        return false;
    if (!exists(kept) && exists(info))
        return true; /* it was not dropped, or is back already */
    if (!exists(kept))
        return gw_throw(error, GW_ERROR_FAILED, "what was kept of '%s' is gone", to);
    if (exists(info) && undo->params->policy != GW_CONFLICT_OVERWRITE)
        return meet_conflict(undo, entry, "was made again by somebody after it was dropped", error);
    if (exists(info) && info->kind == GW_COLL_VIEW && !drop(undo, entry->db, entry->coll, error))
        return false;
    return rename_over(undo, from, to, exists(info) && info->kind != GW_COLL_VIEW, error);
}

static bool
undo_rename(GwUndo *undo, const GwEntry *entry, GError **error)
{
    const char *to_db = gw_bson_get_str(entry->facts, "toDb");
    const char *to_coll = gw_bson_get_str(entry->facts, "toColl");
    g_autoptr(GwCollInfo) renamed = gw_catalog_get(undo->conn, to_db, to_coll, error);
    g_autoptr(GwCollInfo) info = NULL;
    g_autofree char *from = g_strdup_printf("%s.%s", to_db, to_coll);
    g_autofree char *to = gw_entry_ns(entry);

    info = renamed != NULL ? gw_catalog_get(undo->conn, entry->db, entry->coll, error) : NULL;
    if (info == NULL)
        return false;
    if (exists(info) && !exists(renamed))
        return true; /* it was not renamed, or has its name again */
    if (!exists(renamed))
        return meet_conflict(undo, entry, "is there neither under its old name nor the new one",
                             error);
    if (exists(info) && undo->params->policy != GW_CONFLICT_OVERWRITE)
        return meet_conflict(undo, entry, "was made again by somebody after it was renamed", error);
    return rename_over(undo, from, to, exists(info), error);
}

static const bson_t *
find_index(const GPtrArray *indexes, const char *name)
{
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);

        if (g_strcmp0(gw_bson_get_str(index, "name"), name) == 0)
            return index;
    }
    return NULL;
}

static bool
drop_index(GwUndo *undo, const GwEntry *entry, const char *name, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("dropIndexes", BCON_UTF8(entry->coll), "index", BCON_UTF8(name));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_undo_send(undo, entry->db, command, &reply, error);
}

/* Those that the migration made: asked for, there now, and not there before. */
static bool
drop_new_indexes(GwUndo *undo, const GwEntry *entry, const GPtrArray *before, const GPtrArray *now,
                 GError **error)
{
    bson_iter_t list;
    bson_iter_t iter;

    if (!bson_iter_init_find(&list, entry->facts, "asked") || !bson_iter_recurse(&list, &iter))
        return true;
    while (bson_iter_next(&iter)) {
        const char *name = BSON_ITER_HOLDS_UTF8(&iter) ? bson_iter_utf8(&iter, NULL) : "";

        if (find_index(now, name) != NULL && find_index(before, name) == NULL &&
            !drop_index(undo, entry, name, error))
            return false;
    }
    return true;
}

/* The indexes of `before` that are not there now. Borrowed from it. */
static GPtrArray *
missing_indexes(const GPtrArray *before, const GPtrArray *now)
{
    GPtrArray *missing = g_ptr_array_new();

    for (guint next = 0; next < before->len; next++) {
        bson_t *index = g_ptr_array_index(before, next);

        if (find_index(now, gw_bson_get_str(index, "name")) == NULL)
            g_ptr_array_add(missing, index);
    }
    return missing;
}

static bool
undo_indexes(GwUndo *undo, const GwEntry *entry, GError **error)
{
    g_autoptr(GPtrArray) before = gw_undo_indexes_of(entry, "before");
    g_autoptr(GPtrArray) now = gw_catalog_indexes(undo->conn, entry->db, entry->coll, error);
    g_autoptr(GPtrArray) missing = NULL;
    g_autoptr(GwCollInfo) info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);

    if (now == NULL || info == NULL)
        return false;
    if (!exists(info))
        return !gw_undo_has_indexes(before) ||
               meet_conflict(undo, entry, "was dropped by somebody", error);
    if (!drop_new_indexes(undo, entry, before, now, error))
        return false;
    missing = missing_indexes(before, now);
    return make_indexes(undo, entry, missing, error);
}

/* What collMod has to say for the option to be as it was. `absent` is JSON for one that was not
 * there. */
typedef struct {
    const char *name;
    const char *absent;
} OptionRow;

static const OptionRow option_rows[] = {
    {"validator", "{\"v\": {}}"},
    {"validationLevel", "{\"v\": \"strict\"}"},
    {"validationAction", "{\"v\": \"error\"}"},
    {"changeStreamPreAndPostImages", "{\"v\": {\"enabled\": false}}"},
    {"expireAfterSeconds", "{\"v\": \"off\"}"},
    {"viewOn", NULL},
    {"pipeline", NULL},
};

static bool
is_same_option(const bson_t *before, const bson_t *now, const char *name)
{
    g_auto(bson_t) one = BSON_INITIALIZER;
    g_auto(bson_t) other = BSON_INITIALIZER;
    bson_iter_t iter;

    if (bson_iter_init_find(&iter, before, name))
        bson_append_iter(&one, name, -1, &iter);
    if (bson_iter_init_find(&iter, now, name))
        bson_append_iter(&other, name, -1, &iter);
    return bson_equal(&one, &other);
}

static void
append_option(const OptionRow *row, const bson_t *before, bson_t *command)
{
    g_autoptr(bson_t) absent = NULL;
    bson_iter_t iter;

    if (bson_iter_init_find(&iter, before, row->name)) {
        bson_append_iter(command, row->name, -1, &iter);
        return;
    }
    if (row->absent == NULL)
        return;
    absent = bson_new_from_json((const uint8_t *)row->absent, -1, NULL);
    if (bson_iter_init_find(&iter, absent, "v"))
        bson_append_iter(command, row->name, -1, &iter);
}

static bool
restore_options(GwUndo *undo, const GwEntry *entry, const GwCollInfo *info, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("collMod", BCON_UTF8(entry->coll));
    g_auto(bson_t) none = BSON_INITIALIZER;
    const bson_t *now = info->options != NULL ? info->options : &none;
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t before = BSON_INITIALIZER;
    bool is_view = info->kind == GW_COLL_VIEW;

    if (!gw_bson_get_doc(entry->facts, "options", &before))
        bson_init(&before);
    for (guint row = 0; row < G_N_ELEMENTS(option_rows); row++) {
        /* A view's definition is one thing. */
        if (is_view ? option_rows[row].absent == NULL
                    : !is_same_option(&before, now, option_rows[row].name))
            append_option(&option_rows[row], &before, command);
    }
    return bson_count_keys(command) == 1 || gw_undo_send(undo, entry->db, command, &reply, error);
}

/* Whether an index differs in nothing but what collMod can change both ways. */
static bool
can_modify_back(const bson_t *before, const bson_t *now)
{
    g_auto(bson_t) one = BSON_INITIALIZER;
    g_auto(bson_t) other = BSON_INITIALIZER;

    bson_copy_to_excluding_noinit(before, &one, "hidden", "expireAfterSeconds", NULL);
    bson_copy_to_excluding_noinit(now, &other, "hidden", "expireAfterSeconds", NULL);
    return bson_equal(&one, &other) && gw_bson_has_field(before, "expireAfterSeconds") ==
                                           gw_bson_has_field(now, "expireAfterSeconds");
}

static bool
modify_back(GwUndo *undo, const GwEntry *entry, const bson_t *before, const bson_t *now,
            GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("collMod", BCON_UTF8(entry->coll));
    const bool is_hidden = gw_bson_get_bool(before, "hidden", false);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t index = BSON_INITIALIZER;

    BSON_APPEND_DOCUMENT_BEGIN(command, "index", &index);
    gw_bson_copy_field(before, "name", &index, "name");
    if (is_hidden != gw_bson_get_bool(now, "hidden", false))
        BSON_APPEND_BOOL(&index, "hidden", is_hidden);
    if (!is_same_option(before, now, "expireAfterSeconds"))
        gw_bson_copy_field(before, "expireAfterSeconds", &index, "expireAfterSeconds");
    bson_append_document_end(command, &index);
    return gw_undo_send(undo, entry->db, command, &reply, error);
}

/* An index whose options collMod changed is changed back, or made anew where that can't be (unique,
 * an expireAfterSeconds that was none). */
static bool
restore_indexes(GwUndo *undo, const GwEntry *entry, const GwCollInfo *info, GError **error)
{
    g_autoptr(GPtrArray) before = gw_undo_indexes_of(entry, "indexes");
    g_autoptr(GPtrArray) changed = g_ptr_array_new();

    for (guint next = 0; info->indexes != NULL && next < before->len; next++) {
        bson_t *index = g_ptr_array_index(before, next);
        const char *name = gw_bson_get_str(index, "name");
        const bson_t *now = find_index(info->indexes, name);

        if (now == NULL || bson_equal(now, index))
            continue;
        if (can_modify_back(index, now)) {
            if (!modify_back(undo, entry, index, now, error))
                return false;
            continue;
        }
        if (!drop_index(undo, entry, name, error))
            return false;
        g_ptr_array_add(changed, index);
    }
    return make_indexes(undo, entry, changed, error);
}

static bool
undo_options(GwUndo *undo, const GwEntry *entry, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);

    if (info == NULL)
        return false;
    if (!exists(info))
        return meet_conflict(undo, entry, "was dropped by somebody", error);
    return restore_options(undo, entry, info, error) && restore_indexes(undo, entry, info, error);
}

/* Whether the target is still what the migration made of it. */
static bool
is_as_written(GwUndo *undo, const GwEntry *entry, bool *out_same, GError **error)
{
    const char *after = gw_bson_get_str(entry->facts, "after");
    g_autofree char *now = NULL;

    *out_same = true;
    if (after == NULL)
        return true;
    now = gw_schema_fingerprint(undo->conn, entry->db, entry->coll, error);
    if (now == NULL)
        return false;
    *out_same = g_str_equal(now, after);
    return true;
}

/* Copy the buckets that were put aside into those of the series. */
static bool
refill_series(GwUndo *undo, const GwEntry *entry, const char *trash, GError **error)
{
    g_autoptr(bson_t) find = BCON_NEW("find", BCON_UTF8(trash));
    g_autoptr(GwReader) reader = gw_reader_new(undo->conn, entry->db, find, NULL);
    g_autofree char *buckets = g_strdup_printf("system.buckets.%s", entry->coll);
    g_autoptr(bson_t) command = BCON_NEW("insert", BCON_UTF8(buckets));
    const bson_t *doc = NULL;

    do {
        GwWrite write = {.kind = GW_WRITE_INSERT,
                         .db = entry->db,
                         .command = command,
                         .batch_name = "documents",
                         .batch_count = 1};
        g_auto(bson_t) reply = BSON_INITIALIZER;

        if (!gw_reader_next(reader, &doc, error))
            return false;
        if (doc == NULL)
            return true;
        write.batch = bson_get_data(doc);
        write.batch_bytes = doc->len;
        if (!gw_writer_apply(undo->params->writer, undo->conn, &write, &reply, error))
            return false;
    } while (true);
}

static bool
undo_series(GwUndo *undo, const GwEntry *entry, const char *trash, GError **error)
{
    g_autoptr(GPtrArray) indexes = gw_undo_indexes_of(entry, "indexes");
    g_autoptr(GwCollInfo) kept = gw_catalog_get(undo->conn, entry->db, trash, error);
    g_autoptr(GwCollInfo) info = NULL;

    if (kept == NULL)
        return false;
    if (!exists(kept))
        return true;
    info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);
    if (info == NULL)
        return false;
    if (exists(info) && !drop(undo, entry->db, entry->coll, error))
        return false;
    return create_from(undo, entry, entry->coll, error) &&
           refill_series(undo, entry, trash, error) && make_indexes(undo, entry, indexes, error) &&
           drop(undo, entry->db, trash, error);
}

static bool
undo_new_output(GwUndo *undo, const GwEntry *entry, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(undo->conn, entry->db, entry->coll, error);

    if (info == NULL)
        return false;
    return !exists(info) || drop(undo, entry->db, entry->coll, error);
}

static bool
undo_kept_output(GwUndo *undo, const GwEntry *entry, const char *trash, GError **error)
{
    g_autoptr(GwCollInfo) kept = gw_catalog_get(undo->conn, entry->db, trash, error);
    g_autofree char *from = g_strdup_printf("%s.%s", entry->db, trash);
    g_autofree char *to = gw_entry_ns(entry);

    if (kept == NULL)
        return false;
    return !exists(kept) || rename_over(undo, from, to, true, error);
}

/* The copy was not whole yet, so the target was not touched. */
static bool
undo_half_copy(GwUndo *undo, const GwEntry *entry, const char *trash, GError **error)
{
    g_autoptr(GwCollInfo) kept = gw_catalog_get(undo->conn, entry->db, trash, error);

    if (kept == NULL)
        return false;
    return !exists(kept) || drop(undo, entry->db, trash, error);
}

static bool
undo_output(GwUndo *undo, const GwEntry *entry, GError **error)
{
    const char *trash = gw_bson_get_str(entry->facts, "trash");
    bool is_same = true;

    if (gw_bson_get_bool(entry->facts, "existed", false) && !gw_bson_has(entry->facts, "copied"))
        return undo_half_copy(undo, entry, trash, error);
    if (gw_bson_has(entry->facts, "type"))
        return undo_series(undo, entry, trash, error);
    if (!is_as_written(undo, entry, &is_same, error))
        return false;
    if (!is_same && undo->params->policy != GW_CONFLICT_OVERWRITE)
        return meet_conflict(undo, entry, "was changed by somebody since it was written", error);
    if (!gw_bson_get_bool(entry->facts, "existed", false))
        return undo_new_output(undo, entry, error);
    return undo_kept_output(undo, entry, trash, error);
}

static bool
undo_by_kind(GwUndo *undo, const GwEntry *entry, GError **error)
{
    switch (entry->kind) {
    case GW_ENTRY_CREATE:
        return undo_create(undo, entry, error);
    case GW_ENTRY_DROP:
        return undo_drop(undo, entry, error);
    case GW_ENTRY_RENAME:
        return undo_rename(undo, entry, error);
    case GW_ENTRY_INDEXES:
        return undo_indexes(undo, entry, error);
    case GW_ENTRY_OPTIONS:
        return undo_options(undo, entry, error);
    case GW_ENTRY_OUTPUT:
        return undo_output(undo, entry, error);
    case GW_ENTRY_IRREVERSIBLE:
        g_ptr_array_add(undo->result->irreversible,
                        g_strdup(gw_bson_get_str(entry->facts, "command")));
        return true;
    case GW_ENTRY_DOCS:
        break;
    }
    g_assert_not_reached();
}

static bool
pass_fence(GwSession *session, guint row, gpointer data, GError **error)
{
    return gw_journal_pass_fence(data, session, row, error);
}

bool
gw_undo_schema(GwUndo *undo, const GwEntry *entry, GError **error)
{
    GwJournal *journal = undo->params->journal;

    if (journal->has_transactions &&
        !gw_journal_in_transaction(journal, pass_fence, journal, NULL, error))
        return false;
    if (!undo_by_kind(undo, entry, error))
        return false;
    GW_CRASH_POINT("undo.schema");
    undo->result->changes++;
    return gw_entry_mark_undone(journal->entries, entry, error);
}
