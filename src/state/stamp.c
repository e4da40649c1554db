/* SPDX-License-Identifier: Apache-2.0 */
#include "state/stamp.h"

#include <string.h>

#define TEXT_MAX_BYTES (16 * 1024)

bson_t *
gw_stamp_replace(const bson_t *doc, const bson_t *expressions)
{
    return BCON_NEW("0", "{", "$replaceWith", "{", "$mergeObjects", "[", "{", "_id",
                    BCON_UTF8("$_id"), "}", "{", "$literal", BCON_DOCUMENT(doc), "}",
                    BCON_DOCUMENT(expressions), "]", "}", "}");
}

bson_t *
gw_stamp_set(const bson_t *expressions)
{
    return BCON_NEW("0", "{", "$set", BCON_DOCUMENT(expressions), "}");
}

void
gw_stamp_append_text(bson_t *doc, const char *key, const char *text)
{
    g_autofree char *valid = NULL;
    const char *end = NULL;

    if (text == NULL) {
        BSON_APPEND_NULL(doc, key);
        return;
    }
    valid = g_utf8_make_valid(text, (gssize)strnlen(text, TEXT_MAX_BYTES));
    /* Cut inside a character, the last of it has become a replacement character: it goes. */
    if (g_utf8_validate(text, -1, NULL) && strlen(text) > TEXT_MAX_BYTES) {
        g_utf8_validate(text, TEXT_MAX_BYTES, &end);
        valid[end - text] = '\0';
    }
    BSON_APPEND_UTF8(doc, key, valid);
}

void
gw_stamp_append_fact(bson_t *doc, const char *key, const char *text)
{
    if (text != NULL)
        gw_stamp_append_text(doc, key, text);
}

void
gw_stamp_append_number(bson_t *doc, const char *key, gint64 number)
{
    if (number >= G_MININT32 && number <= G_MAXINT32)
        BSON_APPEND_INT32(doc, key, (gint32)number);
    else
        BSON_APPEND_INT64(doc, key, number);
}

void
gw_stamp_append_error(bson_t *doc, const char *message, const char *file, int line, int code)
{
    bson_t error = BSON_INITIALIZER;

    BSON_APPEND_DOCUMENT_BEGIN(doc, "error", &error);
    gw_stamp_append_text(&error, "message", message);
    gw_stamp_append_fact(&error, "file", file);
    if (line != 0)
        BSON_APPEND_INT32(&error, "line", line);
    if (code != 0)
        BSON_APPEND_INT32(&error, "code", code);
    bson_append_document_end(doc, &error);
}
