/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/check_live.h"

#include "engine/run.h"
#include "mongo/catalog.h"
#include "mongo/command.h"

/* From here on reading all of a collection is felt. */
enum {
    LARGE = 100000
};

struct GwCheckLive {
    GwProject *project; /* borrowed */
    GwRunParams params;
    GwRunResult result;
    GwRun *run; /* owned */
};

GwCheckLive *
gw_check_live_new(GwProject *project, GError **error)
{
    g_autoptr(GwCheckLive) live = g_new0(GwCheckLive, 1);

    live->project = project;
    gw_run_result_init(&live->result);
    live->run = gw_run_open(project, "check", &live->params, &live->result, error);
    return live->run != NULL ? g_steal_pointer(&live) : NULL;
}

void
gw_check_live_free(GwCheckLive *live)
{
    if (live == NULL)
        return;
    gw_run_free(live->run);
    gw_run_result_clear(&live->result);
    g_free(live);
}

static bool
is_applied(const GwCheckLive *live, const GwMigrationFile *file)
{
    for (guint next = 0; next < live->run->migrations->len; next++) {
        const GwMigration *migration = &g_array_index(live->run->migrations, GwMigration, next);

        if (g_str_equal(migration->id, file->id))
            return migration->status == GW_STATUS_COMPLETED;
    }
    return false;
}

/* "{a:1,b:-1}", as check.js writes them. Owned. */
static char *
show_keys(const bson_t *key)
{
    GString *text = g_string_new("{");
    bson_iter_t iter;

    for (bool has = bson_iter_init(&iter, key) && bson_iter_next(&iter); has;
         has = bson_iter_next(&iter)) {
        g_string_append_printf(text, "%s%s:", text->len > 1 ? "," : "", bson_iter_key(&iter));
        if (BSON_ITER_HOLDS_UTF8(&iter))
            g_string_append(text, bson_iter_utf8(&iter, NULL));
        else
            g_string_append_printf(text, "%" G_GINT64_FORMAT, bson_iter_as_int64(&iter));
    }
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

static char *
find_same(const GPtrArray *indexes, const char *keys, const char *coll)
{
    for (guint next = 0; next < indexes->len; next++) {
        const bson_t *index = g_ptr_array_index(indexes, next);
        bson_t key = BSON_INITIALIZER;
        g_autofree char *shown = gw_bson_get_doc(index, "key", &key) ? show_keys(&key) : NULL;

        if (g_strcmp0(shown, keys) == 0)
            return g_strdup_printf("the index %s of '%s' is in the database already, as '%s'", keys,
                                   coll, gw_bson_get_str(index, "name"));
    }
    return NULL;
}

/* A sparse index does not have what lacks the field, and a partial one not all of it. */
static bool
serves(const bson_t *index, const char *field)
{
    bson_t key = BSON_INITIALIZER;
    bson_iter_t iter;

    return gw_bson_get_doc(index, "key", &key) && bson_iter_init(&iter, &key) &&
           bson_iter_next(&iter) && g_str_equal(bson_iter_key(&iter), field) &&
           !gw_bson_get_bool(index, "sparse", false) &&
           !gw_bson_has(index, "partialFilterExpression");
}

static bool
has_index_for(const GPtrArray *indexes, const char *field)
{
    for (guint next = 0; next < indexes->len; next++) {
        if (serves(g_ptr_array_index(indexes, next), field))
            return true;
    }
    return false;
}

static bool
count(GwConn *conn, const char *db, const char *coll, gint64 *out_count, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("count", BCON_UTF8(coll));
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_command_read(conn, db, command, NULL, &reply, error))
        return false;
    *out_count = gw_bson_get_int(&reply, "n", 0);
    return true;
}

static bool
answer_missing_field(GwConn *conn, const char *db, const bson_t *question, char **out_message,
                     GError **error)
{
    const char *coll = gw_bson_get_str(question, "collection");
    gint64 documents = 0;

    if (!count(conn, db, coll, &documents, error))
        return false;
    if (documents >= LARGE)
        *out_message = g_strdup_printf("no index finds what lacks '%s': all %" G_GINT64_FORMAT
                                       " documents of '%s' are read",
                                       gw_bson_get_str(question, "field"), documents, coll);
    return true;
}

static bool
ask(GwCheckLive *live, const bson_t *question, char **out_message, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(gw_project_clients(live->project));
    const char *db = gw_project_database(live->project);
    const char *coll = gw_bson_get_str(question, "collection");
    const char *keys = gw_bson_get_str(question, "keys");
    const char *field = gw_bson_get_str(question, "field");
    g_autoptr(GPtrArray) indexes = gw_catalog_indexes(conn, db, coll, error);

    if (indexes == NULL)
        return false;
    if (keys != NULL)
        *out_message = find_same(indexes, keys, coll);
    else if (field != NULL && !has_index_for(indexes, field))
        return answer_missing_field(conn, db, question, out_message, error);
    return true;
}

bool
gw_check_live_answer(GwCheckLive *live, const GwMigrationFile *file, const bson_t *question,
                     char **out_message, GError **error)
{
    *out_message = NULL;
    return is_applied(live, file) || ask(live, question, out_message, error);
}
