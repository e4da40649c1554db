/* SPDX-License-Identifier: Apache-2.0 */
/*
 * $out replaces a collection and $merge changes any part of one, both without saying what. So the
 * target is copied aside before, with its options and indexes; taking back puts the copy into its
 * place. The copy is made by the server, and not by renaming: the pipeline may read its own target.
 */
#include "base/crash.h"
#include "journal/schema.h"
#include "mongo/command.h"

char *
gw_schema_fingerprint(GwConn *conn, const char *db, const char *coll, GError **error)
{
    g_autoptr(bson_t) hash =
        BCON_NEW("dbHash", BCON_INT32(1), "collections", "[", BCON_UTF8(coll), "]",
                 "$readPreference", "{", "mode", BCON_UTF8("primary"), "}");
    g_autoptr(bson_t) count = BCON_NEW("count", BCON_UTF8(coll), "$readPreference", "{", "mode",
                                       BCON_UTF8("primary"), "}");
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_t hashes = BSON_INITIALIZER;
    bson_iter_t iter;

    /* Not everybody may ask for it. */
    if (gw_command_read(conn, db, hash, NULL, &reply, NULL) &&
        gw_bson_get_doc(&reply, "collections", &hashes) &&
        bson_iter_init_find(&iter, &hashes, coll) && BSON_ITER_HOLDS_UTF8(&iter))
        return g_strdup(bson_iter_utf8(&iter, NULL));
    bson_destroy(&reply);
    if (!gw_command_read(conn, db, count, NULL, &reply, error))
        return NULL;
    return g_strdup_printf("%" G_GINT64_FORMAT, gw_bson_get_int(&reply, "n", 0));
}

static bool
make_like(const GwSchemaWrite *schema, const GwCollInfo *info, const char *to, GError **error)
{
    g_autoptr(bson_t) create = gw_schema_create_command(to, info->options);
    g_autoptr(bson_t) indexes = gw_schema_indexes_command(to, info->indexes);
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_schema_send(schema, schema->db, GW_WRITE_CREATE, create, &reply, error))
        return false;
    return indexes == NULL ||
           gw_schema_send(schema, schema->db, GW_WRITE_CREATE_INDEXES, indexes, &reply, error);
}

/* $out refuses a capped target, and $merge takes no names with dots in them. */
static bson_t *
clone_capped_command(const GwCollInfo *info, const char *to)
{
    return BCON_NEW("cloneCollectionAsCapped", BCON_UTF8(info->name), "toCollection", BCON_UTF8(to),
                    "size", BCON_INT64(gw_bson_get_int(info->options, "size", 0)));
}

static bool
copy_capped(const GwSchemaWrite *schema, const GwCollInfo *info, const char *to, GError **error)
{
    g_autoptr(bson_t) clone = clone_capped_command(info, to);
    g_autoptr(bson_t) indexes = gw_schema_indexes_command(to, info->indexes);
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_schema_send(schema, schema->db, GW_WRITE_OTHER, clone, &reply, error))
        return false;
    return indexes == NULL ||
           gw_schema_send(schema, schema->db, GW_WRITE_CREATE_INDEXES, indexes, &reply, error);
}

static bool
copy_plain(const GwSchemaWrite *schema, const GwCollInfo *info, const char *to, GError **error)
{
    g_autoptr(bson_t) command =
        BCON_NEW("aggregate", BCON_UTF8(info->name), "pipeline", "[", "{", "$out", BCON_UTF8(to),
                 "}", "]", "cursor", "{", "}", "bypassDocumentValidation", BCON_BOOL(true));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return make_like(schema, info, to, error) &&
           gw_schema_send(schema, schema->db, GW_WRITE_AGGREGATE, command, &reply, error);
}

bool
gw_schema_copy(const GwSchemaWrite *schema, const GwCollInfo *info, const char *to, GError **error)
{
    return info->is_capped ? copy_capped(schema, info, to, error)
                           : copy_plain(schema, info, to, error);
}

/* From here on the copy is whole: what points to half of one is not believed. */
static bool
note_copied(const GwSchemaWrite *schema, GwEntry *entry, GError **error)
{
    GW_CRASH_POINT("output.copied");
    BSON_APPEND_BOOL(entry->facts, "copied", true);
    return gw_entry_set_facts(schema->journal->entries, entry, error);
}

/* Nothing was done to the target: neither a copy nor a word of it is needed. The first error is the
 * one to tell of; what stays is removed by whoever takes back. */
static bool
give_up(const GwSchemaWrite *schema, const GwEntry *entry)
{
    g_autoptr(bson_t) drop = BCON_NEW("drop", BCON_UTF8(gw_bson_get_str(entry->facts, "trash")));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (gw_schema_send(schema, schema->db, GW_WRITE_DROP, drop, &reply, NULL))
        (void)gw_entry_remove(schema->journal->entries, entry, NULL);
    return false;
}

/* What it is afterwards, for whoever takes it back to see whether it was changed since. */
static bool
note_after(const GwSchemaWrite *schema, GwEntry *entry, GError **error)
{
    g_autofree char *after = gw_schema_fingerprint(schema->conn, schema->db, schema->coll, error);

    if (after == NULL)
        return false;
    BSON_APPEND_UTF8(entry->facts, "after", after);
    return gw_entry_set_facts(schema->journal->entries, entry, error);
}

static bool
is_target_possible(const GwCollInfo *info)
{
    return info->kind == GW_COLL_PLAIN || info->kind == GW_COLL_NONE;
}

static bool
put_target_aside(const GwSchemaWrite *schema, const GwCollInfo *info, GwEntry *entry,
                 GError **error)
{
    const char *trash = gw_bson_get_str(entry->facts, "trash");

    gw_schema_describe_step(schema, entry);
    if (!gw_journal_announce(schema->journal, entry, error))
        return false;
    GW_CRASH_POINT("output.announced");
    if (info->kind == GW_COLL_NONE)
        return true;
    if (!gw_schema_copy(schema, info, trash, error)) {
        gw_prefix(error, "copying '%s.%s' aside", schema->db, schema->coll);
        return give_up(schema, entry);
    }
    return note_copied(schema, entry, error);
}

bool
gw_output_apply(const GwSchemaWrite *schema, bson_t *out_reply, GError **error)
{
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);
    g_autofree char *trash = gw_schema_trash_name(schema->journal);
    g_autoptr(GwEntry) entry =
        gw_journal_entry_new(schema->journal, GW_ENTRY_OUTPUT, schema->db, schema->coll);

    if (info == NULL)
        return false;
    if (!is_target_possible(info))
        return gw_schema_hand_on(schema, out_reply, error);
    entry->facts =
        BCON_NEW("trash", BCON_UTF8(trash), "existed", BCON_BOOL(info->kind != GW_COLL_NONE));
    if (!put_target_aside(schema, info, entry, error))
        return false;
    if (!gw_schema_hand_on(schema, out_reply, error))
        return false;
    GW_CRASH_POINT("output.written");
    return note_after(schema, entry, error);
}

static bool
copy_buckets(const GwSchemaWrite *schema, const char *trash, GError **error)
{
    g_autofree char *buckets = g_strdup_printf("system.buckets.%s", schema->coll);
    g_autoptr(bson_t) copy = BCON_NEW("aggregate", BCON_UTF8(buckets), "pipeline", "[", "{", "$out",
                                      BCON_UTF8(trash), "}", "]", "cursor", "{", "}");
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_schema_send(schema, schema->db, GW_WRITE_AGGREGATE, copy, &reply, error) ||
           gw_prefix(error, "copying '%s.%s' aside", schema->db, schema->coll);
}

static bool
put_series_aside(const GwSchemaWrite *schema, GError **error)
{
    g_autofree char *trash = gw_schema_trash_name(schema->journal);
    g_autoptr(GwCollInfo) info = gw_catalog_get(schema->conn, schema->db, schema->coll, error);
    g_autoptr(GwEntry) entry =
        gw_journal_entry_new(schema->journal, GW_ENTRY_OUTPUT, schema->db, schema->coll);

    if (info == NULL)
        return false;
    entry->facts = BCON_NEW("trash", BCON_UTF8(trash), "existed", BCON_BOOL(true));
    gw_schema_describe(info, entry->facts);
    gw_schema_describe_step(schema, entry);
    if (!gw_journal_announce(schema->journal, entry, error))
        return false;
    if (!copy_buckets(schema, trash, error))
        return give_up(schema, entry);
    return note_copied(schema, entry, error);
}

bool
gw_series_keep(const GwSchemaWrite *schema, GError **error)
{
    g_autofree char *ns = g_strdup_printf("%s.%s", schema->db, schema->coll);

    if (g_hash_table_contains(schema->journal->series, ns))
        return true;
    if (!put_series_aside(schema, error))
        return false;
    g_hash_table_add(schema->journal->series, g_steal_pointer(&ns));
    return true;
}
