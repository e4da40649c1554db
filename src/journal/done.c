/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/done.h"

#include "journal/idset.h"

struct GwDone {
    GPtrArray *ranges;  /* owned: GwIdRange */
    GwIdSet *ids;       /* owned */
    GPtrArray *replies; /* owned: bson_t */
};

static void
range_free(gpointer data)
{
    GwIdRange *range = data;

    g_clear_pointer(&range->after, bson_destroy);
    g_clear_pointer(&range->upto, bson_destroy);
    g_free(range);
}

GwDone *
gw_done_new(void)
{
    GwDone *done = g_new0(GwDone, 1);

    done->ranges = g_ptr_array_new_with_free_func(range_free);
    done->ids = gw_id_set_new();
    done->replies = g_ptr_array_new_with_free_func((GDestroyNotify)bson_destroy);
    return done;
}

void
gw_done_free(GwDone *done)
{
    if (done == NULL)
        return;
    g_ptr_array_unref(done->ranges);
    g_hash_table_unref(done->ids);
    g_ptr_array_unref(done->replies);
    g_free(done);
}

static GwIdRange *
range_new(const bson_t *after, const bson_t *upto)
{
    GwIdRange *range = g_new0(GwIdRange, 1);

    range->after = after != NULL ? bson_copy(after) : NULL;
    range->upto = bson_copy(upto);
    return range;
}

/* As the server orders two values of one type; those that ranges are made of. */
static gint
compare_values(const bson_iter_t *one, const bson_iter_t *other)
{
    gsize length = 0;
    gsize other_length = 0;
    const guint8 *bytes = gw_bson_raw_value(one, &length);
    const guint8 *other_bytes = gw_bson_raw_value(other, &other_length);
    gint order = 0;

    if (BSON_ITER_HOLDS_INT32(one) || BSON_ITER_HOLDS_INT64(one) ||
        BSON_ITER_HOLDS_DATE_TIME(one)) {
        const gint64 left =
            BSON_ITER_HOLDS_DATE_TIME(one) ? bson_iter_date_time(one) : bson_iter_as_int64(one);
        const gint64 right = BSON_ITER_HOLDS_DATE_TIME(other) ? bson_iter_date_time(other)
                                                              : bson_iter_as_int64(other);

        return left < right ? -1 : left > right;
    }
    if (BSON_ITER_HOLDS_BINARY(one) && length != other_length)
        return length < other_length ? -1 : 1; /* shorter ones come first */
    if (BSON_ITER_HOLDS_UTF8(one)) {
        bytes += sizeof(guint32);
        other_bytes += sizeof(guint32);
        length -= sizeof(guint32);
        other_length -= sizeof(guint32);
    }
    order = memcmp(bytes, other_bytes, MIN(length, other_length));
    return order != 0 ? order : length < other_length ? -1 : length > other_length;
}

static bool
is_integer(bson_type_t type)
{
    return type == BSON_TYPE_INT32 || type == BSON_TYPE_INT64;
}

static bool
is_same_type(const bson_iter_t *one, const bson_iter_t *other)
{
    const bson_type_t type = bson_iter_type(one);
    const bson_type_t other_type = bson_iter_type(other);

    return type == other_type || (is_integer(type) && is_integer(other_type));
}

static bool
find_id(const bson_t *doc, bson_iter_t *out_id)
{
    return bson_iter_init_find(out_id, doc, "_id");
}

/* Where the first range is that does not end before the _id. They are in order, and of one type. */
static guint
place_of(const GwDone *done, const bson_iter_t *id)
{
    guint low = 0;
    guint high = done->ranges->len;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const GwIdRange *range = g_ptr_array_index(done->ranges, middle);
        bson_iter_t end;

        g_assert(find_id(range->upto, &end));
        if (is_same_type(&end, id) && compare_values(&end, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
gw_done_add_range(GwDone *done, const bson_t *after, const bson_t *upto)
{
    bson_iter_t end;

    g_assert(find_id(upto, &end));
    g_ptr_array_insert(done->ranges, (gint)place_of(done, &end), range_new(after, upto));
}

void
gw_done_add_id(GwDone *done, const bson_iter_t *id)
{
    g_hash_table_add(done->ids, gw_id_key(id));
}

void
gw_done_add_reply(GwDone *done, const bson_t *reply)
{
    g_ptr_array_add(done->replies, bson_copy(reply));
}

const GPtrArray *
gw_done_replies(const GwDone *done)
{
    return done->replies;
}

bool
gw_done_is_empty(const GwDone *done)
{
    return done == NULL || done->replies->len == 0;
}

bool
gw_done_has_ids(const GwDone *done)
{
    return done != NULL && g_hash_table_size(done->ids) > 0;
}

static bool
is_in_range(const GwDone *done, const bson_iter_t *id)
{
    const guint place = place_of(done, id);
    const GwIdRange *range = NULL;
    bson_iter_t end;
    bson_iter_t begin;

    if (place == done->ranges->len)
        return false;
    range = g_ptr_array_index(done->ranges, place);
    if (!find_id(range->upto, &end) || !is_same_type(&end, id))
        return false;
    return range->after == NULL || (find_id(range->after, &begin) && is_same_type(&begin, id) &&
                                    compare_values(&begin, id) < 0);
}

bool
gw_done_has(const GwDone *done, const bson_iter_t *id)
{
    g_autoptr(GBytes) key = NULL;

    if (done == NULL)
        return false;
    if (is_in_range(done, id))
        return true;
    if (g_hash_table_size(done->ids) == 0)
        return false;
    key = gw_id_key(id);
    return g_hash_table_contains(done->ids, key);
}

static bool
is_before(const bson_t *one, const bson_t *other)
{
    bson_iter_t id;
    bson_iter_t other_id;

    return one == NULL || !find_id(one, &id) || !find_id(other, &other_id) ||
           !is_same_type(&id, &other_id) || compare_values(&id, &other_id) < 0;
}

GPtrArray *
gw_done_gaps(const GwDone *done, const bson_t *last)
{
    GPtrArray *gaps = g_ptr_array_new_with_free_func(range_free);
    const bson_t *after = NULL;

    for (guint index = 0; done != NULL && index < done->ranges->len; index++) {
        const GwIdRange *range = g_ptr_array_index(done->ranges, index);

        if (range->after != NULL && is_before(after, range->after))
            g_ptr_array_add(gaps, range_new(after, range->after));
        after = range->upto;
    }
    if (is_before(after, last))
        g_ptr_array_add(gaps, range_new(after, last));
    return gaps;
}
