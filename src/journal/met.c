/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/met.h"

#include "base/hash.h"
#include "journal/idset.h"

struct GwMet {
    GHashTable *calls; /* owned: "db.coll" -> the one call that changed it, 0 = several */
    GHashTable *notes; /* owned: hash of collection and _id -> what was noted */
};

static void
count_call(GwMet *met, const char *ns, gint64 op)
{
    gint64 call = GPOINTER_TO_INT(g_hash_table_lookup(met->calls, ns));
    bool is_known = g_hash_table_contains(met->calls, ns);

    g_hash_table_replace(met->calls, g_strdup(ns),
                         GINT_TO_POINTER(is_known && call != op ? 0 : (gint)op));
}

/* One that had two names may have been changed under both. */
static void
count_calls(GwMet *met, const GPtrArray *entries)
{
    for (guint index = 0; index < entries->len; index++) {
        const GwEntry *entry = g_ptr_array_index(entries, index);
        g_autofree char *ns = gw_entry_ns(entry);

        if (entry->kind == GW_ENTRY_DOCS) {
            count_call(met, ns, entry->op);
        } else if (entry->kind == GW_ENTRY_RENAME) {
            g_autofree char *to = gw_entry_new_ns(entry);

            count_call(met, ns, 0);
            count_call(met, to, 0);
        }
    }
}

GwMet *
gw_met_new(const GPtrArray *entries)
{
    GwMet *met = g_new0(GwMet, 1);

    met->calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    met->notes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    count_calls(met, entries);
    return met;
}

void
gw_met_free(GwMet *met)
{
    if (met == NULL)
        return;
    g_hash_table_unref(met->calls);
    g_hash_table_unref(met->notes);
    g_free(met);
}

bool
gw_met_can_meet_again(const GwMet *met, const GwEntry *entry)
{
    g_autofree char *ns = gw_entry_ns(entry);

    return GPOINTER_TO_INT(g_hash_table_lookup(met->calls, ns)) == 0;
}

static gint64
key_of(const char *where, const bson_iter_t *id)
{
    g_autoptr(GBytes) key = gw_id_key(id);
    gsize length = 0;
    const guint8 *bytes = g_bytes_get_data(key, &length);

    return (gint64)gw_hash_go_on(g_str_hash(where), bytes, length);
}

guint
gw_met_find(const GwMet *met, const char *where, const bson_iter_t *id)
{
    gint64 key = key_of(where, id);

    return GPOINTER_TO_UINT(g_hash_table_lookup(met->notes, &key));
}

void
gw_met_note(GwMet *met, const char *where, const bson_iter_t *id, guint what)
{
    gint64 key = key_of(where, id);

    g_hash_table_insert(met->notes, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(what));
}
