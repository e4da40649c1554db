/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/reply_sum.h"

void
gw_reply_sum_init(GwReplySum *sum)
{
    *sum = (GwReplySum){0};
    bson_init(&sum->upserted);
    bson_init(&sum->errors);
}

void
gw_reply_sum_clear(GwReplySum *sum)
{
    bson_destroy(&sum->upserted);
    bson_destroy(&sum->errors);
    g_clear_pointer(&sum->concern_error, bson_destroy);
}

static void
append_number(bson_t *doc, const char *key, gint64 number)
{
    if (number <= G_MAXINT32)
        BSON_APPEND_INT32(doc, key, (int32_t)number);
    else
        BSON_APPEND_INT64(doc, key, number);
}

/* Add the documents in the array `name` of `reply` to `array`, their "index" moved by `first`. */
static void
add_shifted(const bson_t *reply, const char *name, size_t first, bson_t *array, guint32 *count)
{
    bson_t found = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(reply, name, &found) || !bson_iter_init(&iter, &found))
        return;
    for (; bson_iter_next(&iter); (*count)++) {
        bson_t child = BSON_INITIALIZER;
        bson_iter_t field;
        const char *key = NULL;
        char digits[16];

        if (!BSON_ITER_HOLDS_DOCUMENT(&iter) || !bson_iter_recurse(&iter, &field))
            continue;
        bson_uint32_to_string(*count, &key, digits, sizeof digits);
        bson_append_document_begin(array, key, -1, &child);
        while (bson_iter_next(&field)) {
            if (g_strcmp0(bson_iter_key(&field), "index") == 0)
                append_number(&child, "index", bson_iter_as_int64(&field) + (gint64)first);
            else
                bson_append_iter(&child, NULL, 0, &field);
        }
        bson_append_document_end(array, &child);
    }
}

void
gw_reply_sum_add(GwReplySum *sum, const bson_t *reply, size_t first)
{
    bson_t concern_error = BSON_INITIALIZER;

    sum->has_n = sum->has_n || bson_has_field(reply, "n");
    sum->has_modified = sum->has_modified || bson_has_field(reply, "nModified");
    sum->has_deleted = sum->has_deleted || bson_has_field(reply, "nDeleted");
    sum->deleted += gw_bson_get_int(reply, "nDeleted", 0);
    sum->n += gw_bson_get_int(reply, "n", 0);
    sum->modified += gw_bson_get_int(reply, "nModified", 0);
    add_shifted(reply, "upserted", first, &sum->upserted, &sum->upserted_count);
    add_shifted(reply, "writeErrors", first, &sum->errors, &sum->error_count);
    if (sum->concern_error == NULL && gw_bson_get_doc(reply, "writeConcernError", &concern_error))
        sum->concern_error = bson_copy(&concern_error);
}

void
gw_reply_sum_append(const GwReplySum *sum, const bson_t *last, bson_t *out_reply)
{
    if (sum->has_n)
        append_number(out_reply, "n", sum->n);
    if (sum->has_modified)
        append_number(out_reply, "nModified", sum->modified);
    if (sum->has_deleted)
        append_number(out_reply, "nDeleted", sum->deleted);
    if (sum->upserted_count > 0)
        BSON_APPEND_ARRAY(out_reply, "upserted", &sum->upserted);
    if (sum->error_count > 0)
        BSON_APPEND_ARRAY(out_reply, "writeErrors", &sum->errors);
    if (sum->concern_error != NULL)
        BSON_APPEND_DOCUMENT(out_reply, "writeConcernError", sum->concern_error);
    bson_copy_to_excluding_noinit(last, out_reply, "n", "nModified", "upserted", "writeErrors",
                                  "writeConcernError", NULL);
}
