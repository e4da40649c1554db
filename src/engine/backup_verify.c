/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/archive.h"
#include "backup/archive_reader.h"
#include "engine/backup-verbs.h"
#include "engine/project-internal.h"

static void
coll_free(gpointer data)
{
    GwBackupColl *coll = data;

    g_free(coll->database);
    g_free(coll->name);
    g_free(coll->type);
    g_free(coll);
}

void
gw_backup_facts_clear(GwBackupFacts *facts)
{
    g_clear_pointer(&facts->colls, g_ptr_array_unref);
    g_clear_pointer(&facts->tool, g_free);
    g_clear_pointer(&facts->server, g_free);
}

static gint64
cluster_ms(const bson_t *head)
{
    bson_iter_t iter;
    guint32 seconds = 0;
    guint32 increment = 0;

    if (!bson_iter_init_find(&iter, head, GW_ARCHIVE_CLUSTER_TIME) ||
        !BSON_ITER_HOLDS_TIMESTAMP(&iter))
        return G_MININT64;
    bson_iter_timestamp(&iter, &seconds, &increment);
    return seconds * G_GINT64_CONSTANT(1000);
}

static void
add_coll(GwBackupFacts *facts, const GwArchiveColl *coll)
{
    GwBackupColl *row = g_new0(GwBackupColl, 1);

    row->database = g_strdup(coll->db);
    row->name = g_strdup(coll->coll);
    row->type = g_strdup(coll->type[0] != '\0' ? coll->type : "collection");
    row->documents = coll->documents;
    row->bytes = coll->bytes;
    facts->documents += coll->documents;
    facts->bytes += coll->bytes;
    g_ptr_array_add(facts->colls, row);
}

bool
gw_engine_backup_verify(GwProject *project, const char *path, GwBackupFacts *out_facts,
                        GError **error)
{
    g_auto(GwArchiveFacts) archive = {0};

    *out_facts = (GwBackupFacts){.colls = g_ptr_array_new_with_free_func(coll_free)};
    if (!gw_archive_verify(path, gw_project_interrupted(project), &archive, error))
        return false;
    for (guint next = 0; next < archive.colls->len; next++)
        add_coll(out_facts, g_ptr_array_index(archive.colls, next));
    out_facts->tool = g_strdup(gw_bson_get_str(archive.head, "tool_version"));
    out_facts->server = g_strdup(gw_bson_get_str(archive.head, "server_version"));
    out_facts->compression = gw_compression_name(archive.compression);
    out_facts->created_ms = gw_bson_get_date_ms(archive.head, GW_ARCHIVE_CREATED, G_MININT64);
    out_facts->at_ms = cluster_ms(archive.head);
    return true;
}
