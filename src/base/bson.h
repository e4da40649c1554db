/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbson with scope cleanup and the few getters that everyone needs. No BSON type is invented
 * here.
 */
#pragma once

#include <bson/bson.h>
#include <glib.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(bson_t, bson_destroy)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(bson_t, bson_destroy)

/* A string that libbson allocated: `g_autoptr(GwBsonStr) json = bson_as_json(...)`. */
typedef char GwBsonStr;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwBsonStr, bson_free)

/* The string at `path` (dots go into documents), or NULL where it is missing or no string. Borrowed
 * from `doc`. */
const char *gw_bson_get_str(const bson_t *doc, const char *path);

/* The number at `path` (int32, int64 or double) or `missing`. */
gint64 gw_bson_get_int(const bson_t *doc, const char *path, gint64 missing);

/* The truth of the value at `path` or `missing`. Numbers count as in JavaScript. */
bool gw_bson_get_bool(const bson_t *doc, const char *path, bool missing);

/* The UTC time at `path` in milliseconds since 1970, or `missing`. */
gint64 gw_bson_get_date_ms(const bson_t *doc, const char *path, gint64 missing);

/* View the document or array that `value` is as `out_view`, which borrows from it and is not
 * cleaned. False where it is neither. */
bool gw_bson_view(const bson_iter_t *value, bson_t *out_view);

/* View the document or array at `path` as `out_view`, which borrows from `doc` and is not cleaned.
 */
bool gw_bson_get_doc(const bson_t *doc, const char *path, bson_t *out_view);

/* Append the value at `value` as element `index` of `array`. */
void gw_bson_append_at(bson_t *array, guint32 index, const bson_iter_t *value);

/* The same as an element that is a document. */
void gw_bson_append_doc_at(bson_t *array, guint32 index, const bson_t *doc);

/* Append the field `key` of `from`, which may be NULL, under another `name`, where it is there. */
void gw_bson_copy_field(const bson_t *from, const char *key, bson_t *to, const char *name);

/* A copy of the document or array at `path`. Owned; NULL = there is none. */
bson_t *gw_bson_copy_doc(const bson_t *doc, const char *path);

/* Whether `name` means just this field wherever a path is read: it has no dot and no dollar at its
 * beginning, and is not empty. */
bool gw_bson_is_plain_name(const char *name);

/* Whether there is anything at `path`. */
bool gw_bson_has(const bson_t *doc, const char *path);

/* Whether there is a field of exactly this name, which may have dots: bson_has_field takes those
 * for a path. */
bool gw_bson_has_field(const bson_t *doc, const char *name);

/* Whether the values at two iterators are the same to the byte, their types included. */
bool gw_bson_is_same_value(const bson_iter_t *one, const bson_iter_t *other);

/* Whether `doc` has the same field as the one at `iter`. */
bool gw_bson_has_same_field(const bson_t *doc, const bson_iter_t *iter);

/* The value at an iterator as its bytes in the document, which begin behind the name. Borrowed. */
const guint8 *gw_bson_raw_value(const bson_iter_t *iter, gsize *out_length);

/* A document in which fields are looked up one after the other, mostly in their own order. */
typedef struct {
    const bson_t *doc; /* borrowed */
    bson_iter_t at;    /* the field found last */
} GwBsonCursor;

void gw_bson_cursor_init(GwBsonCursor *cursor, const bson_t *doc);

/* Find the field `name`, which may have dots: `out_field` is at it. */
bool gw_bson_cursor_seek(GwBsonCursor *cursor, const char *name, bson_iter_t *out_field);
