/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/skipped.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For the one who made it: documents are nobody else's business. */
#define MODE 0600

struct GwSkipped {
    char *path;  /* owned */
    GMutex lock; /* guards what follows */
    gint64 count;
    GHashTable *refused; /* owned: GBytes (operation and _id) -> char *, the reason */
};

GwSkippedDoc *
gw_skipped_doc_new(const bson_t *doc, const char *reason)
{
    GwSkippedDoc *skipped = g_new(GwSkippedDoc, 1);

    *skipped = (GwSkippedDoc){.doc = bson_copy(doc), .reason = g_strdup(reason)};
    return skipped;
}

void
gw_skipped_doc_free(gpointer doc)
{
    GwSkippedDoc *skipped = doc;

    bson_destroy(skipped->doc);
    g_free(skipped->reason);
    g_free(skipped);
}

GwSkipped *
gw_skipped_new(const char *path)
{
    GwSkipped *skipped = g_new0(GwSkipped, 1);

    skipped->path = g_strdup(path);
    skipped->refused =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    g_mutex_init(&skipped->lock);
    return skipped;
}

void
gw_skipped_free(GwSkipped *skipped)
{
    if (skipped == NULL)
        return;
    g_hash_table_unref(skipped->refused);
    g_mutex_clear(&skipped->lock);
    g_free(skipped->path);
    g_free(skipped);
}

/* {"namespace": .., "reason": .., "document": ..}: all types of BSON survive. */
static void
append_line(GString *text, const char *ns, const GwSkippedDoc *doc)
{
    g_autoptr(bson_t) line = BCON_NEW("namespace", BCON_UTF8(ns), "reason", BCON_UTF8(doc->reason),
                                      "document", BCON_DOCUMENT(doc->doc));
    g_autoptr(GwBsonStr) json = bson_as_canonical_extended_json(line, NULL);

    g_string_append_printf(text, "%s\n", json != NULL ? json : "{}");
}

static bool
write_all(int fd, const GString *text)
{
    for (gsize done = 0; done < text->len;) {
        ssize_t part = write(fd, text->str + done, text->len - done);

        if (part < 0 && errno != EINTR)
            return false;
        done += part > 0 ? (gsize)part : 0;
    }
    return true;
}

static bool
append_text(const GwSkipped *skipped, const GString *text, GError **error)
{
    int fd = open(skipped->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, MODE);
    bool is_done = fd >= 0 && write_all(fd, text);
    const int failure = errno;

    if (fd >= 0 && close(fd) != 0)
        is_done = false;
    return is_done ||
           gw_throw(error, GW_ERROR_IO, "writing '%s': %s", skipped->path, g_strerror(failure));
}

bool
gw_skipped_write(GwSkipped *skipped, const char *ns, const GPtrArray *docs, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bool is_done = false;

    for (guint index = 0; index < docs->len; index++)
        append_line(text, ns, g_ptr_array_index(docs, index));
    g_mutex_lock(&skipped->lock);
    is_done = append_text(skipped, text, error);
    skipped->count += is_done ? docs->len : 0;
    g_mutex_unlock(&skipped->lock);
    return is_done;
}

gint64
gw_skipped_count(GwSkipped *skipped)
{
    gint64 count = 0;

    g_mutex_lock(&skipped->lock);
    count = skipped->count;
    g_mutex_unlock(&skipped->lock);
    return count;
}

const char *
gw_skipped_path(const GwSkipped *skipped)
{
    return skipped->path;
}

static GBytes *
key_of(gint64 op, const bson_iter_t *id)
{
    g_auto(bson_t) key = BSON_INITIALIZER;

    BSON_APPEND_INT64(&key, "op", op);
    bson_append_iter(&key, "_id", -1, id);
    return g_bytes_new(bson_get_data(&key), key.len);
}

void
gw_skipped_refuse(GwSkipped *skipped, gint64 op, const bson_iter_t *id, const char *reason)
{
    GBytes *key = key_of(op, id);

    g_mutex_lock(&skipped->lock);
    g_hash_table_insert(skipped->refused, key, g_strdup(reason));
    g_mutex_unlock(&skipped->lock);
}

const char *
gw_skipped_refusal(GwSkipped *skipped, gint64 op, const bson_iter_t *id)
{
    g_autoptr(GBytes) key = key_of(op, id);
    const char *reason = NULL;

    g_mutex_lock(&skipped->lock);
    reason = g_hash_table_lookup(skipped->refused, key);
    g_mutex_unlock(&skipped->lock);
    return reason;
}
