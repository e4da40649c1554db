/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/statement.h"

#include "journal/operations.h"
#include "mongo/write_facts.h"

static bool
is_find_and_modify(const GwPart *part)
{
    return part->kind == GW_PART_FIND_AND_MODIFY;
}

/* The one operation of the part; a findAndModify is its own. */
static const bson_t *
operation_of(const GwPart *part)
{
    return is_find_and_modify(part) ? part->docs->write->command
                                    : g_ptr_array_index(part->operations, part->first);
}

static const char *
filter_key(const GwPart *part)
{
    return is_find_and_modify(part) ? "query" : "q";
}

static const char *
update_key(const GwPart *part)
{
    return is_find_and_modify(part) ? "update" : "u";
}

bool
gw_statement_is_delete(const GwPart *part)
{
    return part->docs->write->kind == GW_WRITE_DELETE ||
           (is_find_and_modify(part) &&
            gw_bson_get_bool(part->docs->write->command, "remove", false));
}

bool
gw_statement_is_upsert(const GwPart *part)
{
    if (is_find_and_modify(part))
        return gw_bson_get_bool(part->docs->write->command, "upsert", false);
    for (guint index = part->first; index < part->first + part->count; index++) {
        if (gw_bson_get_bool(g_ptr_array_index(part->operations, index), "upsert", false))
            return true;
    }
    return false;
}

/* Whether an operation is for one document, which its filter names. */
static bool
names_id(const bson_t *operation)
{
    bson_t filter = BSON_INITIALIZER;

    return !bson_has_field(operation, "collation") && !bson_has_field(operation, "hint") &&
           gw_bson_get_doc(operation, "q", &filter) && gw_filter_names_id(&filter);
}

bool
gw_statement_find_id(const bson_t *operation, bson_iter_t *out_id)
{
    bson_iter_t filter;

    return bson_iter_init_find(&filter, operation, "q") && bson_iter_recurse(&filter, out_id) &&
           bson_iter_find(out_id, "_id");
}

GwPartKind
gw_statement_kind(const GwDocsWrite *docs, const bson_t *operation)
{
    if (docs->write->kind == GW_WRITE_FIND_AND_MODIFY)
        return GW_PART_FIND_AND_MODIFY;
    if (docs->write->kind == GW_WRITE_INSERT)
        return GW_PART_INSERT;
    if (names_id(operation))
        return GW_PART_BY_ID;
    if (docs->write->kind == GW_WRITE_DELETE)
        return gw_bson_get_int(operation, "limit", 0) == 1 ? GW_PART_ONE : GW_PART_MANY;
    return gw_bson_get_bool(operation, "multi", false) ? GW_PART_MANY : GW_PART_ONE;
}

static void
add_touched(const GwPart *part, const bson_t *operation, GwTouched *touched)
{
    bson_iter_t update;

    if (bson_iter_init_find(&update, operation, update_key(part)))
        gw_touched_add(touched, &update);
    else
        touched->is_whole = true;
}

void
gw_statement_touched(const GwPart *part, GwTouched *touched)
{
    if (part->kind == GW_PART_INSERT || gw_statement_is_delete(part) ||
        part->docs->write->kind == GW_WRITE_SWEEP) {
        touched->is_whole = true;
        touched->is_constant = false;
        return;
    }
    if (is_find_and_modify(part))
        add_touched(part, part->docs->write->command, touched);
    for (guint index = part->first; index < part->first + part->count; index++)
        add_touched(part, g_ptr_array_index(part->operations, index), touched);
    /* One that turns out to insert is kept whole, and so are those beside it. */
    touched->is_whole = touched->is_whole || (part->count > 1 && gw_statement_is_upsert(part));
}

/* Append {_id: {$in: [..]}} with the _ids that the part's operations name, or documents have. */
static void
append_named_ids(const GwPart *part, bson_t *filter)
{
    bson_t in = BSON_INITIALIZER;
    bson_t array = BSON_INITIALIZER;

    bson_append_document_begin(filter, "_id", -1, &in);
    bson_append_array_begin(&in, "$in", -1, &array);
    for (guint index = 0; index < part->count; index++) {
        const bson_t *operation = g_ptr_array_index(part->operations, part->first + index);
        const char *path = part->kind == GW_PART_INSERT ? "_id" : "q._id";
        bson_iter_t top;
        bson_iter_t id;

        if (bson_iter_init(&top, operation) && bson_iter_find_descendant(&top, path, &id))
            gw_bson_append_at(&array, index, &id);
    }
    bson_append_array_end(&in, &array);
    bson_append_document_end(filter, &in);
}

static void
view_filter(const GwPart *part, bson_t *out_filter)
{
    if (!gw_bson_get_doc(operation_of(part), filter_key(part), out_filter))
        bson_init(out_filter);
}

/* Append {$and: [bound, the operation's own filter]}. */
static void
append_both(const GwPart *part, const bson_t *bound, bson_t *filter)
{
    bson_t array = BSON_INITIALIZER;
    bson_t own = BSON_INITIALIZER;

    view_filter(part, &own);
    bson_append_array_begin(filter, "$and", -1, &array);
    BSON_APPEND_DOCUMENT(&array, "0", bound);
    BSON_APPEND_DOCUMENT(&array, "1", &own);
    bson_append_array_end(filter, &array);
}

static bool
is_range(const GwPart *part)
{
    return part->scope.upto != NULL;
}

/* Append {_id: {$gt: .., $lte: ..}}. */
static void
append_range(const bson_t *after, const bson_t *upto, bson_t *filter)
{
    bson_t range = BSON_INITIALIZER;

    bson_append_document_begin(filter, "_id", -1, &range);
    gw_bson_copy_field(after, "_id", &range, "$gt");
    gw_bson_copy_field(upto, "_id", &range, "$lte");
    bson_append_document_end(filter, &range);
}

static void
append_filter(const GwPart *part, bson_t *find)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) bound = BSON_INITIALIZER;
    bson_t own = BSON_INITIALIZER;

    if (part->kind == GW_PART_BY_ID || part->kind == GW_PART_INSERT) {
        append_named_ids(part, &filter);
    } else if (is_range(part)) {
        append_range(part->scope.after, part->scope.upto, &bound);
        append_both(part, &bound, &filter);
    } else if (part->scope.ids != NULL) {
        gw_doc_set_append_ids(part->scope.ids, &bound);
        append_both(part, &bound, &filter);
    } else {
        view_filter(part, &own);
        BSON_APPEND_DOCUMENT(find, "filter", &own);
        return;
    }
    BSON_APPEND_DOCUMENT(find, "filter", &filter);
}

/* What decides which documents a filter matches, and in which order. */
static void
append_rules(const GwPart *part, bool with_hint, bson_t *find)
{
    const bson_t *operation = operation_of(part);

    gw_bson_copy_field(operation, "collation", find, "collation");
    gw_bson_copy_field(part->docs->write->command, "let", find, "let");
    if (with_hint)
        gw_bson_copy_field(operation, "hint", find, "hint");
    if (is_find_and_modify(part))
        gw_bson_copy_field(operation, "sort", find, "sort");
}

/* In the order of _id, by its own index. */
static void
append_order(int32_t direction, bson_t *find)
{
    BCON_APPEND(find, "sort", "{", "_id", BCON_INT32(direction), "}", "hint", "{", "_id",
                BCON_INT32(1), "}");
}

static void
append_projection(const GwPart *part, bson_t *find)
{
    g_autoptr(bson_t) projection = gw_touched_projection(&part->touched);

    if (projection != NULL)
        BSON_APPEND_DOCUMENT(find, "projection", projection);
}

static bool
is_named(const GwPart *part)
{
    return part->kind == GW_PART_BY_ID || part->kind == GW_PART_INSERT;
}

bson_t *
gw_statement_find(const GwPart *part)
{
    bson_t *find = NULL;

    if (part->kind == GW_PART_INSERT && !part->docs->is_plain)
        return NULL;
    find = BCON_NEW("find", BCON_UTF8(part->docs->coll));
    append_filter(part, find);
    append_projection(part, find);
    if (!is_named(part))
        append_rules(part, part->scope.ids == NULL && !is_range(part), find);
    if (is_range(part))
        append_order(1, find);
    if (part->scope.count_max > 0)
        BSON_APPEND_INT32(find, "limit", (int32_t)part->scope.count_max);
    if (part->kind == GW_PART_ONE || is_find_and_modify(part))
        BSON_APPEND_INT32(find, "limit", 1);
    return find;
}

bson_t *
gw_statement_find_ids(const GwPart *part, bool in_order)
{
    bson_t *find =
        BCON_NEW("find", BCON_UTF8(part->docs->coll), "projection", "{", "_id", BCON_INT32(1), "}");
    bson_t own = BSON_INITIALIZER;

    view_filter(part, &own);
    BSON_APPEND_DOCUMENT(find, "filter", &own);
    append_rules(part, !in_order, find);
    if (in_order)
        append_order(1, find);
    return find;
}

bson_t *
gw_statement_count(const GwPart *part, const bson_iter_t *time)
{
    bson_t *count = BCON_NEW("aggregate", BCON_UTF8(part->docs->coll), "cursor", "{", "}");
    g_autoptr(bson_t) sum = BCON_NEW("$count", BCON_UTF8("n"));
    g_auto(bson_t) match = BSON_INITIALIZER;
    bson_t own = BSON_INITIALIZER;
    bson_t list = BSON_INITIALIZER;

    view_filter(part, &own);
    BSON_APPEND_DOCUMENT(&match, "$match", &own);
    bson_append_array_begin(count, "pipeline", -1, &list);
    BSON_APPEND_DOCUMENT(&list, "0", &match);
    BSON_APPEND_DOCUMENT(&list, "1", sum);
    bson_append_array_end(count, &list);
    bson_append_document_begin(count, "readConcern", -1, &own);
    BSON_APPEND_UTF8(&own, "level", "snapshot");
    bson_append_iter(&own, "atClusterTime", -1, time);
    bson_append_document_end(count, &own);
    append_rules(part, true, count);
    return count;
}

bson_t *
gw_statement_find_bound(const GwPart *part, const GwBound *bound)
{
    bson_t *find =
        BCON_NEW("find", BCON_UTF8(part->docs->coll), "projection", "{", "_id", BCON_INT32(1), "}",
                 "limit", BCON_INT32(1), "skip", BCON_INT64(bound->skip));
    g_auto(bson_t) filter = BSON_INITIALIZER;

    append_order(bound->from_end ? -1 : 1, find);
    if (bound->after != NULL || bound->upto != NULL)
        append_range(bound->after, bound->upto, &filter);
    BSON_APPEND_DOCUMENT(find, "filter", &filter);
    return find;
}

bool
gw_statement_has_stage(const bson_t *plan, const char *name)
{
    bson_iter_t iter;

    if (g_strcmp0(gw_bson_get_str(plan, "stage"), name) == 0)
        return true;
    if (!bson_iter_init(&iter, plan))
        return false;
    while (bson_iter_next(&iter)) {
        bson_t inside = BSON_INITIALIZER;

        if ((BSON_ITER_HOLDS_DOCUMENT(&iter) || BSON_ITER_HOLDS_ARRAY(&iter)) &&
            gw_bson_get_doc(plan, bson_iter_key(&iter), &inside) &&
            gw_statement_has_stage(&inside, name))
            return true;
    }
    return false;
}

/* Whether `name` is the name of a field anywhere in `doc`. */
static bool
mentions(const bson_iter_t *begin, const char *const *names)
{
    bson_iter_t iter = *begin;

    while (bson_iter_next(&iter)) {
        bson_iter_t inside;

        if (g_strv_contains(names, bson_iter_key(&iter)))
            return true;
        if ((BSON_ITER_HOLDS_DOCUMENT(&iter) || BSON_ITER_HOLDS_ARRAY(&iter)) &&
            bson_iter_recurse(&iter, &inside) && mentions(&inside, names))
            return true;
    }
    return false;
}

bool
gw_statement_can_walk(const GwPart *part)
{
    static const char *const names[] = {"$near", "$nearSphere", "$text", NULL};
    bson_t filter = BSON_INITIALIZER;
    bson_iter_t iter;

    view_filter(part, &filter);
    return !bson_has_field(operation_of(part), "collation") &&
           !bson_has_field(operation_of(part), "hint") && bson_iter_init(&iter, &filter) &&
           !mentions(&iter, names);
}

/* Appends to the list in {_id: {$in: list}} of `filter` the _ids that the reply tells of. */
static void
append_upserted(const GwPart *part, bson_t *list)
{
    bson_iter_t top;
    bson_iter_t iter;
    bson_iter_t upserted;
    guint32 count = bson_count_keys(list);

    if (!bson_iter_init(&top, &part->reply))
        return;
    if (bson_iter_find_descendant(&top, "lastErrorObject.upserted", &iter))
        gw_bson_append_at(list, count, &iter);
    if (!bson_iter_init_find(&top, &part->reply, "upserted") || !bson_iter_recurse(&top, &upserted))
        return;
    while (bson_iter_next(&upserted)) {
        if (bson_iter_recurse(&upserted, &iter) && bson_iter_find(&iter, "_id"))
            gw_bson_append_at(list, count++, &iter);
    }
}

static bool
has_upserted(const GwPart *part)
{
    return gw_bson_has(&part->reply, "upserted") ||
           gw_bson_has(&part->reply, "lastErrorObject.upserted");
}

bson_t *
gw_statement_find_after(const GwPart *part)
{
    g_autoptr(bson_t) find = BCON_NEW("find", BCON_UTF8(part->docs->coll));
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) list = BSON_INITIALIZER;

    if (part->kind == GW_PART_INSERT) {
        append_named_ids(part, &filter);
    } else {
        gw_doc_set_list_ids(part->pre, &list);
        append_upserted(part, &list);
        if (bson_empty(&list))
            return NULL;
        BCON_APPEND(&filter, "_id", "{", "$in", BCON_ARRAY(&list), "}");
    }
    BSON_APPEND_DOCUMENT(find, "filter", &filter);
    if (!has_upserted(part))
        append_projection(part, find);
    return g_steal_pointer(&find);
}

/* The last document that was looked at, or where the range ends. */
static const bson_t *
range_end(const GwPart *part)
{
    const guint count = gw_doc_set_count(part->pre);

    return part->is_cut && count > 0 ? gw_doc_set_at(part->pre, count - 1) : part->scope.upto;
}

/* The operation's filter bound to the documents that were found. In the transaction that found
 * them, the same range finds the same ones. Where the update says which element of an array by the
 * filter, that has to stay as well. */
static void
append_bound(const GwPart *part, bson_t *operation)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) bound = BSON_INITIALIZER;

    if (is_range(part))
        append_range(part->scope.after, range_end(part), &bound);
    else
        gw_doc_set_append_ids(part->pre, &bound);
    if (is_range(part) || part->touched.is_positional)
        append_both(part, &bound, &filter);
    BSON_APPEND_DOCUMENT(operation, filter_key(part), bson_empty(&filter) ? &bound : &filter);
    if (is_range(part))
        BCON_APPEND(operation, "hint", "{", "_id", BCON_INT32(1), "}");
}

static bool
is_replaced_when_bound(const GwPart *part, const char *key)
{
    const bson_t *operation = operation_of(part);

    if (g_str_equal(key, filter_key(part)) || g_str_equal(key, "hint"))
        return true;
    if (g_str_equal(key, "upsert"))
        return true; /* there is a document */
    /* It would compare _ids as well; filters of array elements go by it. */
    return g_str_equal(key, "collation") && !part->touched.is_positional &&
           !bson_has_field(operation, "arrayFilters");
}

/* Whether operations have to be bound to what was found. */
static bool
is_bound(const GwPart *part)
{
    if (is_named(part))
        return false;
    return part->kind == GW_PART_MANY || gw_doc_set_count(part->pre) > 0;
}

static bool
is_for_outside(const char *key)
{
    static const char *const names[] = {
        "writeConcern", "readConcern", "$readPreference", "documents", "updates", "deletes", NULL};

    return g_strv_contains(names, key);
}

bson_t *
gw_statement_command(const GwPart *part)
{
    bson_t *command = bson_new();
    bool is_bound_here = is_find_and_modify(part) && is_bound(part);
    bson_iter_t iter;

    if (!bson_iter_init(&iter, part->docs->write->command))
        return command;
    while (bson_iter_next(&iter)) {
        const char *key = bson_iter_key(&iter);

        if (!is_for_outside(key) && !(is_bound_here && is_replaced_when_bound(part, key)))
            bson_append_iter(command, NULL, 0, &iter);
    }
    if (is_bound_here)
        append_bound(part, command);
    return command;
}

static void
append_bound_operation(const GwPart *part, GByteArray *batch)
{
    g_auto(bson_t) bound = BSON_INITIALIZER;
    bson_iter_t iter;

    append_bound(part, &bound);
    if (bson_iter_init(&iter, operation_of(part))) {
        while (bson_iter_next(&iter)) {
            if (!is_replaced_when_bound(part, bson_iter_key(&iter)))
                bson_append_iter(&bound, NULL, 0, &iter);
        }
    }
    g_byte_array_append(batch, bson_get_data(&bound), bound.len);
}

const guint8 *
gw_statement_batch(const GwPart *part, GByteArray *room, gsize *out_bytes)
{
    *out_bytes = 0;
    if (is_find_and_modify(part))
        return NULL;
    if (!is_bound(part))
        return gw_operations_bytes(part->operations, part->first, part->count, room, out_bytes);
    append_bound_operation(part, room);
    *out_bytes = room->len;
    return room->data;
}

const char *
gw_statement_batch_name(const GwPart *part)
{
    switch (part->docs->write->kind) {
    case GW_WRITE_INSERT:
        return "documents";
    case GW_WRITE_UPDATE:
        return "updates";
    case GW_WRITE_DELETE:
        return "deletes";
    default:
        return NULL;
    }
}

static bool
has_zero_timestamp(const bson_t *doc)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, doc))
        return false;
    while (bson_iter_next(&iter)) {
        uint32_t seconds = 0;
        uint32_t increment = 0;

        if (!BSON_ITER_HOLDS_TIMESTAMP(&iter))
            continue;
        bson_iter_timestamp(&iter, &seconds, &increment);
        if (seconds == 0 && increment == 0)
            return true;
    }
    return false;
}

bool
gw_statement_is_altered(const GwPart *part)
{
    for (guint index = part->first; index < part->first + part->count; index++) {
        if (has_zero_timestamp(g_ptr_array_index(part->operations, index)))
            return true;
    }
    return false;
}
