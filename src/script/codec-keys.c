/* SPDX-License-Identifier: Apache-2.0 */
#include "script/codec-keys.h"

#include <string.h>

/* Enough for any schema; a document that is a dictionary must not fill the memory. */
enum {
    MOST_KEYS = 4096,
    SLOTS = 4 * MOST_KEYS
};

struct GwKeys {
    JSContext *js; /* borrowed */
    guint count;
    GwKey **by_text; /* owned, keys too: open addressing, SLOTS long */
    GwKey **by_atom; /* owned: the same keys */
};

GwKeys *
gw_keys_new(JSContext *js)
{
    GwKeys *keys = g_new0(GwKeys, 1);

    keys->js = js;
    keys->by_text = g_new0(GwKey *, SLOTS);
    keys->by_atom = g_new0(GwKey *, SLOTS);
    return keys;
}

void
gw_keys_free(GwKeys *keys)
{
    if (!keys)
        return;

    for (guint slot = 0; slot < SLOTS; slot++) {
        if (!keys->by_text[slot])
            continue;
        JS_FreeAtom(keys->js, keys->by_text[slot]->atom);
        g_free(keys->by_text[slot]);
    }
    g_free(keys->by_text);
    g_free(keys->by_atom);
    g_free(keys);
}

JSAtom
gw_keys_atom(JSContext *js, const char *text, size_t bytes)
{
    /* Not JS_NewAtomLen: it takes the bytes for Latin-1 where an atom with the same bytes exists.
     */
    JSValue string = JS_NewStringLen(js, text, bytes);
    JSAtom atom = JS_ATOM_NULL;

    if (JS_IsException(string))
        return JS_ATOM_NULL;
    atom = JS_ValueToAtom(js, string);
    JS_FreeValue(js, string);
    return atom;
}

void
gw_keys_mend_utf8(char *text, size_t bytes)
{
    char *end = text + bytes;

    /* The engine writes half of a surrogate pair as ED A0..BF xx; U+FFFD has three bytes too. */
    for (char *at = memchr(text, 0xED, bytes); at && at + 2 < end;
         at = memchr(at, 0xED, (size_t)(end - at))) {
        if ((guchar)at[1] >= 0xA0)
            memcpy(at, "\xEF\xBF\xBD", 3);
        at++;
    }
}

static guint32
hash_text(const char *text, size_t bytes)
{
    guint32 hash = 2166136261u;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (guchar)text[i]) * 16777619u;
    return hash;
}

static guint
hash_atom(JSAtom atom)
{
    return (atom * 2654435761u) >> 13;
}

static bool
is_key(const GwKey *key, const char *text, size_t bytes)
{
    return key && key->bytes == bytes && memcmp(key->text, text, bytes) == 0;
}

static GwKey **
text_slot(GwKeys *keys, guint32 hash, const char *text, size_t bytes)
{
    guint slot = hash % SLOTS;

    while (keys->by_text[slot] && !is_key(keys->by_text[slot], text, bytes))
        slot = (slot + 1) % SLOTS;
    return &keys->by_text[slot];
}

static GwKey **
atom_slot(GwKeys *keys, JSAtom atom)
{
    guint slot = hash_atom(atom) % SLOTS;

    while (keys->by_atom[slot] && keys->by_atom[slot]->atom != atom)
        slot = (slot + 1) % SLOTS;
    return &keys->by_atom[slot];
}

/* Takes `take_atom`. */
static GwKey *
add(GwKeys *keys, JSAtom take_atom, const char *text, size_t bytes)
{
    const guint32 hash = hash_text(text, bytes);
    GwKey **by_text = text_slot(keys, hash, text, bytes);
    GwKey *key = *by_text;

    if (key) {
        JS_FreeAtom(keys->js, take_atom);
        return key;
    }
    key = g_malloc0(sizeof(GwKey) + bytes + 1);
    key->atom = take_atom;
    key->hash = hash;
    key->bytes = bytes;
    key->has_nul = memchr(text, 0, bytes) != NULL;
    memcpy(key->text, text, bytes);
    *by_text = key;
    *atom_slot(keys, take_atom) = key;
    keys->count++;
    return key;
}

GwKey *
gw_keys_by_text(GwKeys *keys, GwKey *previous, const char *text, size_t bytes)
{
    GwKey *key = previous ? previous->next : NULL;
    JSAtom atom = JS_ATOM_NULL;

    if (is_key(key, text, bytes))
        return key;

    key = *text_slot(keys, hash_text(text, bytes), text, bytes);
    if (!key) {
        /* Broken UTF-8 has no atom of its own: it must not be written back for another's. */
        if (keys->count >= MOST_KEYS || !g_utf8_validate_len(text, bytes, NULL))
            return NULL;
        atom = gw_keys_atom(keys->js, text, bytes);
        if (atom == JS_ATOM_NULL)
            return NULL;
        key = add(keys, atom, text, bytes);
    }
    if (previous)
        previous->next = key;
    return key;
}

GwKey *
gw_keys_by_atom(GwKeys *keys, JSAtom atom)
{
    GwKey *key = *atom_slot(keys, atom);
    const char *text = NULL;
    size_t bytes = 0;
    g_autofree char *mended = NULL;

    if (key)
        return key;
    if (keys->count >= MOST_KEYS)
        return NULL;
    text = JS_AtomToCStringLen(keys->js, &bytes, atom);
    if (!text)
        return NULL;
    mended = g_memdup2(text, bytes + 1);
    JS_FreeCString(keys->js, text);
    gw_keys_mend_utf8(mended, bytes);
    key = add(keys, JS_DupAtom(keys->js, atom), mended, bytes);

    /* Two atoms may have one text, where one of them holds half a surrogate pair. */
    return key->atom == atom ? key : NULL;
}
