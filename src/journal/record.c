/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/record.h"

#include "base/hash.h"

static guint64
hash_value(guint64 hash, const bson_iter_t *iter)
{
    const guint8 type = (guint8)bson_iter_type(iter);
    gsize length = 0;
    const guint8 *value = gw_bson_raw_value(iter, &length);

    return gw_hash_go_on(gw_hash_go_on(hash, &type, 1), value, length);
}

/* Whether both documents have the same value, or none, in the field `name`. */
static bool
is_same_field(const bson_t *one, const bson_t *other, const char *name)
{
    bson_iter_t iter;
    bson_iter_t other_iter;
    bool has = bson_iter_init_find(&iter, one, name);
    bool other_has = bson_iter_init_find(&other_iter, other, name);

    return has == other_has && (!has || gw_bson_is_same_value(&iter, &other_iter));
}

static guint64
hash_whole(const bson_t *doc)
{
    return gw_hash_go_on(0, bson_get_data(doc), doc->len);
}

static guint64
hash_field(guint64 hash, const bson_t *doc, const char *name)
{
    bson_iter_t iter;

    hash = gw_hash_go_on(hash, name, strlen(name) + 1);
    return bson_iter_init_find(&iter, doc, name) ? hash_value(hash, &iter) : hash;
}

static void
append_hash(bson_t *record, guint64 hash)
{
    BSON_APPEND_INT64(record, "h", (gint64)hash);
}

static void
append_id(bson_t *record, const char *key, const bson_t *doc)
{
    bson_iter_t id;

    if (bson_iter_init_find(&id, doc, "_id"))
        bson_append_iter(record, key, -1, &id);
    else
        BSON_APPEND_NULL(record, key);
}

/* What changed, gathered field by field. */
typedef struct {
    bson_t before; /* p */
    bson_t added;  /* n */
    guint32 added_count;
    guint64 hash;
    bool is_changed;
} Diff;

static void
diff_clear(Diff *diff)
{
    bson_destroy(&diff->before);
    bson_destroy(&diff->added);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Diff, diff_clear)

static void
diff_init(Diff *diff)
{
    *diff = (Diff){0};
    bson_init(&diff->before);
    bson_init(&diff->added);
}

/* Add the field at `iter` to the hash; NULL = there is none of that name. */
static guint64
hash_found(guint64 hash, const char *name, const bson_iter_t *iter)
{
    hash = gw_hash_go_on(hash, name, strlen(name) + 1);
    return iter != NULL ? hash_value(hash, iter) : hash;
}

/* Note a field of `pre` where what it is `now` (NULL: gone) differs. The hash goes over p's fields,
 * then over n's. */
static void
note_change(Diff *diff, const bson_iter_t *field, const bson_iter_t *now)
{
    if (now != NULL && gw_bson_is_same_value(field, now))
        return;
    bson_append_iter(&diff->before, NULL, 0, field);
    diff->hash = hash_found(diff->hash, bson_iter_key(field), now);
    diff->is_changed = true;
}

static void
note_before(Diff *diff, const bson_iter_t *field, GwBsonCursor *post)
{
    bson_iter_t now;

    note_change(diff, field, gw_bson_cursor_seek(post, bson_iter_key(field), &now) ? &now : NULL);
}

/* Note a field of `post` where it is new. */
static void
note_added(Diff *diff, GwBsonCursor *pre, const bson_iter_t *field)
{
    const char *name = bson_iter_key(field);
    bson_iter_t before;
    char digits[16];
    const char *key = NULL;

    if (gw_bson_cursor_seek(pre, name, &before))
        return;
    bson_uint32_to_string(diff->added_count++, &key, digits, sizeof digits);
    BSON_APPEND_UTF8(&diff->added, key, name);
    diff->hash = hash_found(diff->hash, name, field);
    diff->is_changed = true;
}

static void
append_names(bson_t *record, const char *key, const bson_t *doc)
{
    bson_t names = BSON_INITIALIZER;
    bson_iter_t iter;
    guint32 count = 0;

    bson_append_array_begin(record, key, -1, &names);
    if (bson_iter_init(&iter, doc)) {
        while (bson_iter_next(&iter)) {
            char digits[16];
            const char *index = NULL;

            bson_uint32_to_string(count++, &index, digits, sizeof digits);
            BSON_APPEND_UTF8(&names, index, bson_iter_key(&iter));
        }
    }
    bson_append_array_end(record, &names);
}

/* Whether the rest of `names` is in the order in which the server's $set appends fields. Where one
 * is a number it has another one. */
static bool
are_sorted(bson_iter_t *names)
{
    const char *last = NULL;

    while (bson_iter_next(names)) {
        const char *name = bson_iter_key(names);

        if (last != NULL &&
            (g_ascii_isdigit(*last) || g_ascii_isdigit(*name) || strcmp(last, name) >= 0))
            return false;
        last = name;
    }
    return true;
}

/* Whether the fields are in the order of `pre` again once what was added is taken out of `post` and
 * what changed or is missing is set: the one in its place, the other behind all. */
static bool
comes_back_in_order(const bson_t *pre, const bson_t *post)
{
    GwBsonCursor old = {0};
    bson_iter_t old_names;
    bson_iter_t new_names;
    bson_iter_t rest;
    bson_iter_t found;

    gw_bson_cursor_init(&old, pre);
    if (!bson_iter_init(&old_names, pre) || !bson_iter_init(&new_names, post))
        return false;
    rest = old_names;
    while (bson_iter_next(&new_names)) {
        const char *name = bson_iter_key(&new_names);

        if (bson_iter_next(&old_names) && g_str_equal(bson_iter_key(&old_names), name))
            rest = old_names;
        else if (gw_bson_cursor_seek(&old, name, &found))
            return false;
        old_names = rest;
    }
    return are_sorted(&rest);
}

void
gw_record_begin_updated(const bson_t *pre, bson_t *out_record)
{
    append_id(out_record, "u", pre);
}

static void
append_diff(bson_t *record, const Diff *diff, const bson_t *pre, bool is_in_order)
{
    append_id(record, "u", pre);
    if (!is_in_order)
        append_names(record, "o", pre);
    BSON_APPEND_DOCUMENT(record, "p", &diff->before);
    if (diff->added_count > 0)
        BSON_APPEND_ARRAY(record, "n", &diff->added);
    append_hash(record, diff->hash);
}

/* One bit for a name. */
#define SIEVE_BITS 2048

static bool
has_twins_for_sure(const bson_t *doc)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    bson_iter_t iter;

    g_assert(bson_iter_init(&iter, doc));
    while (bson_iter_next(&iter)) {
        if (!g_hash_table_add(names, (gpointer)bson_iter_key(&iter)))
            return true;
    }
    return false;
}

/* Nearly always the bits tell that there are none. */
bool
gw_record_has_twins(const bson_t *doc)
{
    guint64 seen[SIEVE_BITS / 64] = {0};
    bson_iter_t iter;

    g_assert(bson_iter_init(&iter, doc));
    while (bson_iter_next(&iter)) {
        const guint bit = g_str_hash(bson_iter_key(&iter)) % SIEVE_BITS;
        const guint64 mask = G_GUINT64_CONSTANT(1) << (bit % 64);

        if ((seen[bit / 64] & mask) != 0)
            return has_twins_for_sure(doc);
        seen[bit / 64] |= mask;
    }
    return false;
}

static void
append_whole(const bson_t *pre, const bson_t *post, bson_t *record)
{
    append_id(record, "u", pre);
    BSON_APPEND_DOCUMENT(record, "w", pre);
    append_hash(record, hash_whole(post));
}

void
gw_record_announce(const bson_t *pre, bool is_delete, bson_t *out_record)
{
    if (is_delete) {
        BSON_APPEND_DOCUMENT(out_record, "d", pre);
        return;
    }
    append_id(out_record, "u", pre);
    BSON_APPEND_DOCUMENT(out_record, "w", pre);
}

static void
diff_all(Diff *diff, const bson_t *pre, const bson_t *post)
{
    GwBsonCursor old = {0};
    GwBsonCursor new = {0};
    bson_iter_t iter;

    gw_bson_cursor_init(&old, pre);
    gw_bson_cursor_init(&new, post);
    g_assert(bson_iter_init(&iter, pre));
    while (bson_iter_next(&iter))
        note_before(diff, &iter, &new);
    g_assert(bson_iter_init(&iter, post));
    while (bson_iter_next(&iter))
        note_added(diff, &old, &iter);
}

static void
append_updated(const bson_t *pre, const bson_t *post, bson_t *record)
{
    g_auto(Diff) diff = {0};

    diff_init(&diff);
    /* Then it is kept whole. */
    if (gw_record_has_twins(pre) || gw_record_has_twins(post)) {
        append_whole(pre, post, record);
        return;
    }
    diff_all(&diff, pre, post);
    append_diff(record, &diff, pre, comes_back_in_order(pre, post));
}

bool
gw_record_diff(const bson_t *pre, const bson_t *post, bson_t *out_record)
{
    if (pre == NULL && post == NULL)
        return false;
    if (pre == NULL) {
        append_id(out_record, "i", post);
        append_hash(out_record, hash_whole(post));
        return true;
    }
    if (post == NULL) {
        BSON_APPEND_DOCUMENT(out_record, "d", pre);
        return true;
    }
    if (bson_equal(pre, post))
        return false;
    append_updated(pre, post, out_record);
    return true;
}

bool
gw_record_diff_fields(const bson_t *pre, const bson_t *post, const char *const *touched,
                      bson_t *out_record)
{
    g_auto(Diff) diff = {0};
    GwBsonCursor old = {0};
    GwBsonCursor new = {0};
    bson_iter_t field;

    diff_init(&diff);
    gw_bson_cursor_init(&old, pre);
    gw_bson_cursor_init(&new, post);
    for (const char *const *name = touched; *name != NULL; name++) {
        if (gw_bson_cursor_seek(&old, *name, &field))
            note_before(&diff, &field, &new);
    }
    for (const char *const *name = touched; *name != NULL; name++) {
        if (gw_bson_cursor_seek(&new, *name, &field))
            note_added(&diff, &old, &field);
    }
    if (!diff.is_changed)
        return false;
    append_diff(out_record, &diff, pre, true);
    return true;
}

bool
gw_record_diff_set(const bson_t *pre, const bson_t *set, bson_t *out_record)
{
    g_auto(Diff) diff = {0};
    GwBsonCursor old = {0};
    bson_iter_t field;
    bson_iter_t before;

    diff_init(&diff);
    gw_bson_cursor_init(&old, pre);
    g_assert(bson_iter_init(&field, set));
    while (bson_iter_next(&field)) {
        if (gw_bson_cursor_seek(&old, bson_iter_key(&field), &before))
            note_change(&diff, &before, &field);
    }
    g_assert(bson_iter_init(&field, set));
    while (bson_iter_next(&field))
        note_added(&diff, &old, &field);
    if (!diff.is_changed)
        return false;
    append_diff(out_record, &diff, pre, true);
    return true;
}

/* What the document lost, and whether fields that stay come behind one that went. */
static void
find_gone(Diff *diff, const bson_t *pre, const char *const *gone, bool *out_inside)
{
    bson_iter_t field;

    *out_inside = false;
    g_assert(bson_iter_init(&field, pre));
    while (bson_iter_next(&field)) {
        if (g_strv_contains(gone, bson_iter_key(&field)))
            note_change(diff, &field, NULL);
        else
            *out_inside = *out_inside || diff->is_changed;
    }
}

/* The value of the only field that went has another name now. */
static void
note_moved(Diff *diff, const char *name)
{
    bson_iter_t value;

    g_assert(bson_iter_init(&value, &diff->before) && bson_iter_next(&value));
    BSON_APPEND_UTF8(&diff->added, "0", name);
    diff->added_count = 1;
    diff->hash = hash_found(diff->hash, name, &value);
}

static bool
are_names_sorted(const bson_t *fields)
{
    bson_iter_t names;

    return bson_iter_init(&names, fields) && are_sorted(&names);
}

bool
gw_record_diff_gone(const bson_t *pre, const char *const *gone, const char *moved,
                    bson_t *out_record)
{
    g_auto(Diff) diff = {0};
    bool is_inside = false;

    diff_init(&diff);
    find_gone(&diff, pre, gone, &is_inside);
    if (!diff.is_changed)
        return false;
    if (moved != NULL)
        note_moved(&diff, moved);
    append_diff(out_record, &diff, pre, !is_inside && are_names_sorted(&diff.before));
    return true;
}

/* False where the field is not what it has to be. */
static bool
view_field(GwDocRecord *record, const bson_iter_t *field)
{
    switch (bson_iter_key(field)[0]) {
    case 'i':
    case 'u':
        record->kind = bson_iter_key(field)[0] == 'i' ? GW_RECORD_INSERTED : GW_RECORD_UPDATED;
        record->id = *field;
        return true;
    case 'd':
        record->kind = GW_RECORD_DELETED;
        return gw_bson_view(field, &record->pre) &&
               bson_iter_init_find(&record->id, &record->pre, "_id");
    case 'w':
        record->is_whole = true;
        return gw_bson_view(field, &record->pre);
    case 'p':
        return gw_bson_view(field, &record->pre);
    case 'n':
        record->has_added = true;
        record->added = *field;
        return BSON_ITER_HOLDS_ARRAY(field);
    case 'o':
        record->has_order = true;
        record->order = *field;
        return BSON_ITER_HOLDS_ARRAY(field);
    case 'h':
        record->has_hash = true;
        record->hash = bson_iter_int64(field);
        return BSON_ITER_HOLDS_INT64(field);
    default:
        return false;
    }
}

bool
gw_record_view(const bson_t *doc, GwDocRecord *out_record)
{
    bson_iter_t field;

    *out_record = (GwDocRecord){.doc = doc};
    if (!bson_iter_init(&field, doc))
        return false;
    while (bson_iter_next(&field)) {
        if (!view_field(out_record, &field))
            return false;
    }
    return out_record->id.raw != NULL &&
           (out_record->kind == GW_RECORD_INSERTED || out_record->pre.len > 0);
}

/* Call for each name in n; NULL ends. */
static const char *
next_added(bson_iter_t *iter)
{
    return bson_iter_next(iter) && BSON_ITER_HOLDS_UTF8(iter) ? bson_iter_utf8(iter, NULL) : NULL;
}

bool
gw_record_begin_added(const GwDocRecord *record, bson_iter_t *out_names)
{
    return record->has_added && bson_iter_recurse(&record->added, out_names);
}

static guint64
hash_touched(const GwDocRecord *record, const bson_t *current)
{
    guint64 hash = 0;
    bson_iter_t iter;

    if (bson_iter_init(&iter, &record->pre)) {
        while (bson_iter_next(&iter))
            hash = hash_field(hash, current, bson_iter_key(&iter));
    }
    if (gw_record_begin_added(record, &iter)) {
        for (const char *name = next_added(&iter); name != NULL; name = next_added(&iter))
            hash = hash_field(hash, current, name);
    }
    return hash;
}

bool
gw_record_is_as_left(const GwDocRecord *record, const bson_t *current)
{
    if (record->kind == GW_RECORD_DELETED)
        return current == NULL;
    if (current == NULL)
        return false;
    if (!record->has_hash)
        return true;
    if (record->kind == GW_RECORD_INSERTED || record->is_whole)
        return (gint64)hash_whole(current) == record->hash;
    return (gint64)hash_touched(record, current) == record->hash;
}

static bool
has_fields_as_before(const GwDocRecord *record, const bson_t *current)
{
    bson_iter_t iter;

    if (bson_iter_init(&iter, &record->pre)) {
        while (bson_iter_next(&iter)) {
            if (!is_same_field(&record->pre, current, bson_iter_key(&iter)))
                return false;
        }
    }
    if (gw_record_begin_added(record, &iter)) {
        for (const char *name = next_added(&iter); name != NULL; name = next_added(&iter)) {
            if (gw_bson_has_field(current, name))
                return false;
        }
    }
    return true;
}

bool
gw_record_is_as_before(const GwDocRecord *record, const bson_t *current)
{
    if (record->kind == GW_RECORD_INSERTED)
        return current == NULL;
    if (current == NULL)
        return false;
    if (record->kind == GW_RECORD_DELETED || record->is_whole)
        return bson_equal(&record->pre, current);
    return has_fields_as_before(record, current);
}

/* Whether what was added, as far as `current` still has it, makes up the rest of its fields. */
static bool
is_rest_added(const GwDocRecord *record, const bson_t *current, guint32 rest)
{
    bson_iter_t iter;

    if (gw_record_begin_added(record, &iter)) {
        for (const char *name = next_added(&iter); name != NULL; name = next_added(&iter))
            rest -= gw_bson_has_field(current, name) ? 1 : 0;
    }
    return rest == 0;
}

/* Append the fields in the order that the record has; p's value, else the current one. Answers
 * whether that is all of p and `current`, but for what was added: else it was in vain. */
static bool
append_all_in_order(const GwDocRecord *record, const bson_t *current, bson_t *out)
{
    guint32 rest_of_pre = bson_count_keys(&record->pre);
    guint32 rest = bson_count_keys(current);
    GwBsonCursor pre = {0};
    GwBsonCursor now = {0};
    bson_iter_t names;

    if (!record->has_order || !bson_iter_recurse(&record->order, &names))
        return false;
    gw_bson_cursor_init(&pre, &record->pre);
    gw_bson_cursor_init(&now, current);
    while (bson_iter_next(&names)) {
        const char *name = bson_iter_utf8(&names, NULL);
        bson_iter_t before;
        bson_iter_t field;
        const bool is_in_pre = gw_bson_cursor_seek(&pre, name, &before);
        const bool is_there = gw_bson_cursor_seek(&now, name, &field);

        rest_of_pre -= is_in_pre ? 1 : 0;
        rest -= is_there ? 1 : 0;
        if (is_in_pre || is_there)
            bson_append_iter(out, NULL, 0, is_in_pre ? &before : &field);
    }
    return rest_of_pre == 0 && is_rest_added(record, current, rest);
}

/* The value that the field `name` has to have: `p`'s, else the current one; none where it was
 * added. */
static void
append_field(const GwDocRecord *record, const bson_t *current, const char *name, bson_t *out)
{
    bson_iter_t iter;

    if (bson_iter_init_find(&iter, &record->pre, name) || bson_iter_init_find(&iter, current, name))
        bson_append_iter(out, name, -1, &iter);
}

static GHashTable *
names_added(const GwDocRecord *record)
{
    GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
    bson_iter_t iter;

    if (gw_record_begin_added(record, &iter)) {
        for (const char *name = next_added(&iter); name != NULL; name = next_added(&iter))
            g_hash_table_add(names, (gpointer)name);
    }
    return names;
}

/* The fields of `current` in their order, those of `done` and those that were added left out. Of
 * two with one name, a change is to the first. */
static void
append_rest(const GwDocRecord *record, const bson_t *current, GHashTable *done, bson_t *out)
{
    g_autoptr(GHashTable) added = names_added(record);
    g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);
    bson_iter_t iter;

    if (!bson_iter_init(&iter, current))
        return;
    while (bson_iter_next(&iter)) {
        const char *name = bson_iter_key(&iter);

        if (g_hash_table_contains(added, name))
            continue;
        if (g_hash_table_contains(met, name))
            bson_append_iter(out, NULL, 0, &iter);
        else if (g_hash_table_add(done, (gpointer)name) && g_hash_table_add(met, (gpointer)name))
            append_field(record, current, name, out);
    }
}

/* A field that the change left alone and that somebody has taken away since stays away. */
static void
append_ordered(const GwDocRecord *record, const bson_t *current, GHashTable *done, bson_t *out)
{
    bson_iter_t names;

    if (!record->has_order || !bson_iter_recurse(&record->order, &names))
        return;
    while (bson_iter_next(&names)) {
        const char *name = bson_iter_utf8(&names, NULL);

        append_field(record, current, name, out);
        g_hash_table_add(done, (gpointer)name);
    }
}

/* Fields of p that are neither in the order nor there now: somebody took them away since. */
static void
append_missing(const GwDocRecord *record, GHashTable *done, bson_t *out)
{
    bson_iter_t iter;

    if (!bson_iter_init(&iter, &record->pre))
        return;
    while (bson_iter_next(&iter)) {
        if (!g_hash_table_contains(done, bson_iter_key(&iter)))
            bson_append_iter(out, NULL, 0, &iter);
    }
}

bson_t *
gw_record_restored(const GwDocRecord *record, const bson_t *current)
{
    g_autoptr(GHashTable) done = NULL;
    bson_t *out = NULL;

    if (record->kind == GW_RECORD_DELETED || record->is_whole || current == NULL)
        return bson_copy(&record->pre);
    out = bson_sized_new(current->len + record->pre.len);
    if (append_all_in_order(record, current, out))
        return out;
    bson_reinit(out);
    done = g_hash_table_new(g_str_hash, g_str_equal);
    append_ordered(record, current, done, out);
    append_rest(record, current, done, out);
    append_missing(record, done, out);
    return out;
}
