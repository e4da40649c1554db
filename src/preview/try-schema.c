/* SPDX-License-Identifier: Apache-2.0 */
/* Collections made, dropped, renamed, changed. */
#include "mongo/command.h"
#include "preview/try.h"

static bool
answer_ok(bson_t *out_reply)
{
    BSON_APPEND_DOUBLE(out_reply, "ok", 1);
    return true;
}

static bool
fail(const GwTry *try, GwPreviewOp *op, int code, const char *name, const char *message,
     GError **error)
{
    gw_preview_op_fail(op, message);
    return gw_try_throw(try, error, code, name, "%s", message);
}

/* How many documents a collection has. */
static gint64
count_all(const GwTry *try)
{
    g_autoptr(bson_t) command = BCON_NEW("count", BCON_UTF8(try->place->real));
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (try->place->kind != GW_COLL_PLAIN && try->place->kind != GW_COLL_TIME_SERIES)
        return 0;
    if (try->place->is_touched || try->place->is_new)
        return MAX(0, gw_try_count(try, &all, NULL, 0));
    if (!gw_command_read(gw_trial_outside(try->preview->trial), try->place->real_db, command, NULL,
                         &reply, NULL))
        return 0;
    return gw_bson_get_int(&reply, "n", 0);
}

/* What stays behind the name and is an option of the collection. Owned. */
static bson_t *
options_of(const bson_t *command)
{
    bson_t *options = bson_new();

    bson_copy_to_excluding_noinit(command, options, "create", "writeConcern", "comment", "$db",
                                  NULL);
    return options;
}

static GwCollKind
kind_of(const bson_t *command)
{
    if (gw_bson_has(command, "viewOn"))
        return GW_COLL_VIEW;
    return gw_bson_has(command, "timeseries") ? GW_COLL_TIME_SERIES : GW_COLL_PLAIN;
}

static bool
make_in_transaction(const GwTry *try, GwPreviewOp *op, bson_t *out_reply, GError **error)
{
    g_autofree char *db = NULL;
    g_autoptr(bson_t) command =
        gw_overlay_rewrite(try->preview->overlay, try->write->db, try->write->command, &db, error);

    if (command == NULL)
        return false;
    op->is_simulated = false;
    if (gw_try_send(try, command, out_reply, error))
        return true;
    gw_preview_op_fail(op, error != NULL && *error != NULL ? (*error)->message : "it failed");
    return false;
}

bool
gw_try_create(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwCollKind kind = kind_of(try->write->command);
    g_autoptr(bson_t) options = options_of(try->write->command);
    g_autofree char *message = NULL;
    GwPreviewOp *op =
        gw_try_simulated(try, kind == GW_COLL_VIEW ? "createView" : "createCollection");

    if (try->place == NULL)
        return gw_try_throw(try, error, 2, "BadValue", "collection name has invalid type");
    if (try->place->kind != GW_COLL_NONE) {
        message =
            g_strdup_printf("Collection %s.%s already exists.", try->place->db, try->place->name);
        return fail(try, op, 48, "NamespaceExists", message, error);
    }
    if (kind == GW_COLL_PLAIN && gw_try_is_possible(try)) {
        if (!make_in_transaction(try, op, out_reply, error))
            return false;
    } else {
        if (kind == GW_COLL_TIME_SERIES)
            gw_preview_op_find(op, "not made: what follows reads nothing from it");
        answer_ok(out_reply);
    }
    gw_overlay_make(try->preview->overlay, try->place, kind, options);
    try->place->owner = try->owner;
    return true;
}

static guint
index_count(const GwPlace *place)
{
    return place->indexes != NULL ? place->indexes->len : 0;
}

static void
add_lost_samples(const GwTry *try, GwPreviewOp *op)
{
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(GPtrArray) docs = gw_try_find(try, &all, NULL, NULL, 2);

    for (guint next = 0; next < docs->len; next++)
        gw_preview_op_add_sample(op, g_ptr_array_index(docs, next), NULL);
}

/* Since 7.0 it is no error to drop what is not there. */
static bool
drop_nothing(const GwTry *try, GwPreviewOp *op, bson_t *out_reply, GError **error)
{
    const char *version = gw_clients_server(try->preview->clients)->version;

    if (version != NULL && g_ascii_strtoll(version, NULL, 10) >= 7)
        return answer_ok(out_reply);
    return fail(try, op, 26, "NamespaceNotFound", "ns not found", error);
}

bool
gw_try_drop(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_try_simulated(try, "drop");
    GwPlace *place = try->place;
    gint64 documents = 0;

    if (place == NULL || place->kind == GW_COLL_NONE)
        return drop_nothing(try, op, out_reply, error);
    documents = count_all(try);
    op->matched += documents;
    op->changed += documents;
    add_lost_samples(try, op);
    if (place->kind == GW_COLL_VIEW)
        gw_preview_op_find(op, "a view: no documents are lost");
    else
        gw_preview_op_find(op, "%u %s with it", index_count(place),
                           index_count(place) == 1 ? "index goes" : "indexes go");
    if (place->kind == GW_COLL_PLAIN)
        BSON_APPEND_INT32(out_reply, "nIndexesWas", (int32_t)index_count(place));
    BCON_APPEND(out_reply, "ns", BCON_UTF8(op->db));
    gw_overlay_drop(try->preview->overlay, place);
    return answer_ok(out_reply);
}

bool
gw_try_drop_database(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_try_simulated(try, "dropDatabase");
    g_autoptr(GPtrArray) names = gw_overlay_list(try->preview->overlay, try->write->db, error);

    if (names == NULL)
        return false;
    gw_preview_op_find(op, "%u %s with it", names->len,
                       names->len == 1 ? "collection goes" : "collections go");
    for (guint next = 0; next < names->len; next++) {
        GwTry one = *try;

        one.place = gw_overlay_place(try->preview->overlay, try->write->db,
                                     g_ptr_array_index(names, next), error);
        if (one.place == NULL)
            return false;
        op->matched += count_all(&one);
        gw_overlay_drop(try->preview->overlay, one.place);
    }
    op->changed = op->matched;
    return answer_ok(out_reply);
}

static bool
check_rename(const GwTry *try, GwPreviewOp *op, const GwPlace *to, GError **error)
{
    const GwPlace *from = try->place;
    g_autofree char *missing =
        g_strdup_printf("Source collection %s.%s does not exist", from->db, from->name);

    if (from == to)
        return fail(try, op, 20, "IllegalOperation", "Can't rename a collection to itself", error);
    if (from->kind == GW_COLL_NONE)
        return fail(try, op, 26, "NamespaceNotFound", missing, error);
    if (to->kind != GW_COLL_NONE && !gw_bson_get_bool(try->write->command, "dropTarget", false))
        return fail(try, op, 48, "NamespaceExists", "target namespace exists", error);
    return true;
}

bool
gw_try_rename(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_try_simulated(try, "renameCollection");
    const GwWriteFacts *facts = try->facts;
    GwPlace *to = NULL;

    if (try->place == NULL || facts->to_coll == NULL)
        return fail(try, op, 73, "InvalidNamespace", "Invalid namespace specified", error);
    to = gw_overlay_place(try->preview->overlay, facts->to_db, facts->to_coll, error);
    if (to == NULL || !check_rename(try, op, to, error))
        return false;
    op->matched += count_all(try);
    if (to->kind != GW_COLL_NONE) {
        GwTry target = *try;

        target.place = to;
        op->changed += count_all(&target);
        gw_preview_op_find(op, "'%s.%s' is dropped first", to->db, to->name);
    }
    gw_preview_op_find(op, "to %s.%s", to->db, to->name);
    gw_overlay_rename(try->preview->overlay, try->place, to);
    return answer_ok(out_reply);
}

/* Documents that the new validator would not let in again. */
static void
check_validator(const GwTry *try, GwPreviewOp *op)
{
    bson_t validator = BSON_INITIALIZER;
    g_autoptr(bson_t) filter = NULL;
    g_autoptr(GPtrArray) found = NULL;
    gint64 count = 0;

    if (!gw_bson_get_doc(try->write->command, "validator", &validator) || bson_empty(&validator))
        return;
    filter = BCON_NEW("$nor", "[", BCON_DOCUMENT(&validator), "]");
    count = gw_try_count(try, filter, NULL, 0);
    if (count < 0) {
        gw_preview_op_find(op, "the documents could not be checked against the validator");
        return;
    }
    op->matched += count;
    gw_preview_op_find(op, "%" G_GINT64_FORMAT " %s the validator", count,
                       count == 1 ? "document breaks" : "documents break");
    found = gw_try_find(try, filter, NULL, NULL, 2);
    for (guint next = 0; next < found->len; next++)
        gw_preview_op_add_sample(op, g_ptr_array_index(found, next),
                                 g_ptr_array_index(found, next));
}

static void
set_options(GwPlace *place, const bson_t *command)
{
    static const char *const names[] = {"validator",         "validationLevel",
                                        "validationAction",  "viewOn",
                                        "pipeline",          "changeStreamPreAndPostImages",
                                        "expireAfterSeconds"};
    g_autoptr(bson_t) options = bson_new();
    bson_iter_t iter;

    for (bool more = place->options != NULL && bson_iter_init(&iter, place->options);
         more && bson_iter_next(&iter);) {
        if (!gw_bson_has(command, bson_iter_key(&iter)))
            bson_append_iter(options, NULL, 0, &iter);
    }
    for (guint next = 0; next < G_N_ELEMENTS(names); next++) {
        if (bson_iter_init_find(&iter, command, names[next]))
            bson_append_iter(options, NULL, 0, &iter);
    }
    g_clear_pointer(&place->options, bson_destroy);
    place->options = g_steal_pointer(&options);
    place->is_changed = true;
}

bool
gw_try_coll_mod(const GwTry *try, bson_t *out_reply, GError **error)
{
    GwPreviewOp *op = gw_try_simulated(try, "collMod");

    if (try->place == NULL || try->place->kind == GW_COLL_NONE)
        return fail(try, op, 26, "NamespaceNotFound", "ns does not exist", error);
    if (!gw_try_index_mod(try, op, error)) {
        gw_preview_op_fail(op, error != NULL && *error != NULL ? (*error)->message : "it failed");
        return false;
    }
    check_validator(try, op);
    set_options(try->place, try->write->command);
    gw_preview_op_find(op, "not set: what follows is not checked by the new options");
    return answer_ok(out_reply);
}
