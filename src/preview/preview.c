/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of scripts come on several threads; here they go one after the other, since a
 * transaction takes one statement at a time. Of the script's own sessions none is sent anything: a
 * session is only a mark on what was written in its transaction, so that an abort can take it back
 * (trial.c does everything else again).
 */
#include "preview/try.h"

typedef struct {
    GwWriter base;
    GwPreview *preview; /* borrowed: outlives the writer */
} Writer;

static bool
locked_read(GwDetour *self, const char *db, const bson_t *command, bson_t *out_reply,
            GError **error)
{
    GwPreview *preview = (GwPreview *)self;
    bool done = false;

    g_mutex_lock(&preview->lock);
    done = gw_preview_read(preview, db, command, out_reply, error);
    g_mutex_unlock(&preview->lock);
    return done;
}

static bool
begin(GwPreview *preview, GwSession *session, GError **error)
{
    GwErrorInfo *info = NULL;

    if (gw_trial_has_transactions(preview->trial)) {
        g_hash_table_add(preview->open, session);
        return true;
    }
    gw_throw(error, GW_ERROR_SERVER,
             "Transaction numbers are only allowed on a replica set member or mongos");
    info = error != NULL ? gw_error_info(*error) : NULL;
    if (info != NULL)
        info->server_code = 20;
    return false;
}

static bool
act(GwPreview *preview, GwSession *session, GwDetourAct act, GError **error)
{
    if (act == GW_DETOUR_BEGIN)
        return begin(preview, session, error);
    g_hash_table_remove(preview->open, session);
    if (act == GW_DETOUR_COMMIT) {
        gw_trial_keep(preview->trial, session);
        return true;
    }
    gw_overlay_forget(preview->overlay, session);
    return gw_trial_drop(preview->trial, session, error);
}

static bool
locked_transact(GwDetour *self, GwSession *session, GwDetourAct what, GError **error)
{
    GwPreview *preview = (GwPreview *)self;
    bool done = false;

    g_mutex_lock(&preview->lock);
    done = act(preview, session, what, error);
    g_mutex_unlock(&preview->lock);
    return done;
}

GwPreview *
gw_preview_new(GwClients *clients, GError **error)
{
    g_autoptr(GwTrial) trial = gw_trial_new(clients, error);
    GwPreview *preview = NULL;

    if (trial == NULL)
        return NULL;
    preview = g_new0(GwPreview, 1);
    preview->detour = (GwDetour){.read = locked_read, .transact = locked_transact};
    preview->clients = clients;
    preview->trial = g_steal_pointer(&trial);
    preview->overlay = gw_overlay_new(gw_trial_outside(preview->trial));
    preview->report = gw_preview_report_new();
    preview->outside = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    preview->open = g_hash_table_new(NULL, NULL);
    preview->notes = g_ptr_array_new_with_free_func(g_free);
    g_mutex_init(&preview->lock);
    return preview;
}

void
gw_preview_free(GwPreview *preview)
{
    if (preview == NULL)
        return;
    gw_overlay_free(preview->overlay);
    gw_trial_free(preview->trial);
    gw_preview_report_free(preview->report);
    g_hash_table_unref(preview->outside);
    g_hash_table_unref(preview->open);
    g_ptr_array_unref(preview->notes);
    g_mutex_clear(&preview->lock);
    g_free(preview);
}

GwDetour *
gw_preview_detour(GwPreview *preview)
{
    return &preview->detour;
}

GwPreviewReport *
gw_preview_take_report(GwPreview *preview)
{
    GwPreviewReport *report = g_steal_pointer(&preview->report);

    preview->report = gw_preview_report_new();
    return report;
}

bool
gw_preview_is_partial(const GwPreview *preview)
{
    return preview->is_partial;
}

const char *
gw_preview_end(const GwPreview *preview)
{
    return gw_trial_end(preview->trial);
}

bool
gw_preview_has_transactions(const GwPreview *preview)
{
    return gw_trial_has_transactions(preview->trial);
}

const GPtrArray *
gw_preview_notes(const GwPreview *preview)
{
    return preview->notes;
}

void
gw_preview_note(GwPreview *preview, const char *text)
{
    if (!g_ptr_array_find_with_equal_func(preview->notes, text, g_str_equal, NULL))
        g_ptr_array_add(preview->notes, g_strdup(text));
}

typedef bool (*TryFunc)(const GwTry *try, bson_t *out_reply, GError **error);

static const TryFunc tries[] = {
    [GW_WRITE_INSERT] = gw_try_insert,
    [GW_WRITE_UPDATE] = gw_try_change,
    [GW_WRITE_DELETE] = gw_try_change,
    [GW_WRITE_FIND_AND_MODIFY] = gw_try_find_and_modify,
    [GW_WRITE_AGGREGATE] = gw_try_output,
    [GW_WRITE_CREATE] = gw_try_create,
    [GW_WRITE_DROP] = gw_try_drop,
    [GW_WRITE_DROP_DATABASE] = gw_try_drop_database,
    [GW_WRITE_CREATE_INDEXES] = gw_try_create_indexes,
    [GW_WRITE_DROP_INDEXES] = gw_try_drop_indexes,
    [GW_WRITE_RENAME] = gw_try_rename,
    [GW_WRITE_COLL_MOD] = gw_try_coll_mod,
    [GW_WRITE_BEYOND] = gw_try_beyond,
    [GW_WRITE_OTHER] = gw_try_other,
};

/* What the server refuses in a transaction of the script. */
static bool
is_refused_inside(GwWriteKind kind)
{
    return kind >= GW_WRITE_AGGREGATE && kind != GW_WRITE_CREATE && kind != GW_WRITE_CREATE_INDEXES;
}

static bool
apply_facts(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwWriteKind kind = try->write->kind;

    if (try->owner != NULL && is_refused_inside(kind))
        return gw_try_throw(try, error, 263, "OperationNotSupportedInTransaction",
                            "Cannot run '%s' in a multi-document transaction.", try->facts->what);
    return tries[kind](try, out_reply, error);
}

static bool
apply(GwPreview *preview, const GwWrite *write, bson_t *out_reply, GError **error)
{
    g_auto(GwWriteFacts) facts = {0};
    GwTry try = {.preview = preview, .write = write, .facts = &facts};

    gw_write_facts_read(write, &facts);
    if (gw_trial_end(preview->trial) != NULL)
        return gw_throw(error, GW_ERROR_FAILED, "the dry run ended here, %s",
                        gw_trial_end(preview->trial));
    if (write->session != NULL && g_hash_table_contains(preview->open, write->session))
        try.owner = write->session;
    if (facts.coll != NULL && write->kind != GW_WRITE_OTHER) {
        try.place = gw_overlay_place(preview->overlay, facts.db, facts.coll, error);
        if (try.place == NULL)
            return false;
    }
    return apply_facts(&try, out_reply, error);
}

static bool
writer_apply(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply, GError **error)
{
    GwPreview *preview = ((Writer *)self)->preview;
    bool done = false;

    bson_init(out_reply);
    g_mutex_lock(&preview->lock);
    done = apply(preview, write, out_reply, error);
    g_mutex_unlock(&preview->lock);
    return done;
}

static void
writer_free(GwWriter *self)
{
    g_free(self);
}

GwWriter *
gw_preview_writer_new(GwPreview *preview)
{
    static const GwWriterClass klass = {.apply = writer_apply, .free = writer_free};
    Writer *writer = g_new0(Writer, 1);

    writer->base.klass = &klass;
    writer->preview = preview;
    return &writer->base;
}
