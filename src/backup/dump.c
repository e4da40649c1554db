/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of collections can't be read at a cluster time. So: list, take the time, read; where a
 * collection was dropped, renamed or given an index meanwhile, the server refuses to read it at
 * that time, or its UUID is another one at the end, and all of it is done again.
 */
#include "backup/dump.h"

#include "backup/archive.h"
#include "backup/archive_reader.h"
#include "backup/coll_spec.h"
#include "backup/dump_internal.h"

#define ATTEMPTS 5

#define UNAUTHORIZED 13

/* Answers of the server to a read at a cluster time. */
#define SNAPSHOT_TOO_OLD 239
#define SNAPSHOT_UNAVAILABLE 246

#define SNAPSHOT_VERSION 5 /* the first one that reads at a cluster time without a transaction */

static bool
has_snapshots(const GwDumpParams *params)
{
    const GwServerInfo *server = gw_clients_server(params->clients);

    return server->has_transactions &&
           g_ascii_strtoll(server->version, NULL, 10) >= SNAPSHOT_VERSION;
}

static bool
take_time(GwDump *dump, bool wants_snapshot, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(dump->params->clients);

    return !wants_snapshot || gw_cluster_time_read(conn, &dump->at, error);
}

static bson_t *
head_facts(const GwDump *dump)
{
    const GwServerInfo *server = gw_clients_server(dump->params->clients);
    bson_t *facts = BCON_NEW("server_version", BCON_UTF8(server->version), GW_ARCHIVE_CREATED,
                             BCON_DATE_TIME(g_get_real_time() / 1000));

    if (dump->at.seconds != 0)
        BSON_APPEND_TIMESTAMP(facts, GW_ARCHIVE_CLUSTER_TIME, dump->at.seconds, dump->at.increment);
    return facts;
}

/* What stands in the entries is owned by these. */
typedef struct {
    GArray *entries;  /* owned: GwArchiveEntry */
    GPtrArray *texts; /* owned: char * */
    GPtrArray *exact; /* owned: bson_t */
} Entries;

static void
entries_clear(Entries *list)
{
    g_array_unref(list->entries);
    g_ptr_array_unref(list->texts);
    g_ptr_array_unref(list->exact);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Entries, entries_clear)

static Entries
list_entries(const GwDump *dump)
{
    Entries list = {
        .entries = g_array_new(FALSE, FALSE, sizeof(GwArchiveEntry)),
        .texts = g_ptr_array_new_with_free_func(g_free),
        .exact = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy),
    };

    for (guint next = 0; next < dump->subjects->len; next++) {
        const GwDumpSubject *subject = g_ptr_array_index(dump->subjects, next);
        GwArchiveEntry entry = {
            .db = dump->params->db,
            .coll = subject->info->name,
            .data = subject->data,
            .metadata = gw_coll_spec_json(subject->info),
            .type = gw_coll_spec_type(subject->info->kind),
            .exact = gw_coll_spec_exact(subject->info),
            .size = subject->bytes,
        };

        g_array_append_val(list.entries, entry);
        g_ptr_array_add(list.texts, (char *)entry.metadata);
        g_ptr_array_add(list.exact, (bson_t *)entry.exact);
    }
    return list;
}

static bool
begin_archive(GwDump *dump, GError **error)
{
    g_auto(Entries) list = list_entries(dump);
    g_autoptr(GwPacker) packer = gw_packer_new(dump->params->compression);
    g_autoptr(bson_t) facts = head_facts(dump);

    dump->sink = gw_sink_new(dump->params->path, error);
    if (dump->sink == NULL)
        return false;
    dump->writer = gw_archive_writer_new(dump->sink);
    return gw_archive_writer_begin(dump->writer, packer, facts,
                                   (const GwArchiveEntry *)list.entries->data, list.entries->len,
                                   error);
}

/* Read again what was written, by the same way on which it would be restored. */
static bool
verify(GwDump *dump, const char *path, GError **error)
{
    g_auto(GwArchiveFacts) facts = {0};
    gint64 documents = 0;

    if (!gw_archive_verify(path, dump->params->interrupted, &facts, error))
        return gw_prefix(error, "verifying the backup");
    for (guint next = 0; next < facts.colls->len; next++)
        documents += ((const GwArchiveColl *)g_ptr_array_index(facts.colls, next))->documents;
    if (documents == dump->documents)
        return true;
    return gw_throw(error, GW_ERROR_IO,
                    "verifying the backup: %" G_GINT64_FORMAT
                    " documents were written and %" G_GINT64_FORMAT " are there",
                    dump->documents, documents);
}

static bool
seal(GwDump *dump, GError **error)
{
    const char *scratch = gw_sink_sync(dump->sink, error);

    return scratch != NULL && verify(dump, scratch, error) && gw_sink_commit(dump->sink, error);
}

static bool
attempt(const GwDumpParams *params, bool wants_snapshot, GwDumpReport *report, GError **error)
{
    g_auto(GwDump) dump = {0};

    gw_dump_init(&dump, params);
    if (!gw_dump_list(&dump, error) || !take_time(&dump, wants_snapshot, error) ||
        !begin_archive(&dump, error) || !gw_dump_read(&dump, error) ||
        !gw_dump_check_same(&dump, error) || !seal(&dump, error))
        return false;
    report->collections = dump.subjects->len;
    report->documents = dump.documents;
    report->bytes = dump.bytes;
    report->file_bytes = gw_sink_size(dump.sink);
    report->at = dump.at;
    for (guint next = 0; next < dump.subjects->len; next++)
        report->has_capped |=
            ((const GwDumpSubject *)g_ptr_array_index(dump.subjects, next))->info->is_capped;
    return true;
}

static bool
is_answer(const GError *error, int code)
{
    const GwErrorInfo *info = gw_error_info(error);

    return info != NULL && info->server_code == code;
}

static bool
hint_rights(GError **error)
{
    return error != NULL && is_answer(*error, UNAUTHORIZED) &&
           gw_hint(error,
                   "Nothing was left behind. A user with the role 'backup' may read all of it, "
                   "time-series too.");
}

/* What another attempt may not meet again. */
static bool
is_passing(const GError *error)
{
    return is_answer(error, SNAPSHOT_UNAVAILABLE) ||
           g_error_matches(error, GW_ERROR, GW_ERROR_CONFLICT);
}

bool
gw_dump(const GwDumpParams *params, GwDumpReport *out_report, GError **error)
{
    bool wants_snapshot = has_snapshots(params);

    *out_report = (GwDumpReport){0};
    for (guint count = 1;; count++) {
        g_autoptr(GError) failure = NULL;

        if (attempt(params, wants_snapshot, out_report, &failure))
            return true;
        if (wants_snapshot && is_answer(failure, SNAPSHOT_TOO_OLD)) {
            wants_snapshot = false;
            out_report->is_too_large = true;
        } else if (count == ATTEMPTS || !is_passing(failure)) {
            if (failure->code == GW_ERROR_CONFLICT)
                failure->code =
                    GW_ERROR_FAILED; /* for the user it is not undo's kind of conflict */
            g_propagate_error(error, g_steal_pointer(&failure));
            return hint_rights(error);
        }
    }
}
