/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field names as the engine knows them (atoms) and as BSON does (UTF-8), remembered both ways. Most
 * documents of a collection have the same few names in the same order, so the next one is guessed.
 */
#pragma once

#include <glib.h>
#include <quickjs.h>
#include <stdbool.h>

typedef struct GwKeys GwKeys;

typedef struct GwKey GwKey;
struct GwKey {
    JSAtom atom;
    guint32 hash;
    size_t bytes;
    bool has_nul; /* no BSON key can hold it */
    GwKey *next;  /* borrowed: what followed this key the last time; or NULL */
    char text[];  /* UTF-8, `bytes` long and a 0 */
};

GwKeys *gw_keys_new(JSContext *js);
void gw_keys_free(GwKeys *keys);

/* The key of these UTF-8 bytes, which follows `previous` (NULL: it is the first). NULL where the
 * table is full (documents used as dictionaries) or an exception is pending: use gw_keys_atom. */
GwKey *gw_keys_by_text(GwKeys *keys, GwKey *previous, const char *text, size_t bytes);

/* The key of this atom, or NULL where the table is full or the atom is an integer. */
GwKey *gw_keys_by_atom(GwKeys *keys, JSAtom atom);

/* An atom of these UTF-8 bytes, to be freed by the caller; JS_ATOM_NULL with an exception. */
JSAtom gw_keys_atom(JSContext *js, const char *text, size_t bytes);

/* Append-ready UTF-8 of a string or atom: what no Unicode text can hold becomes U+FFFD. In place.
 */
void gw_keys_mend_utf8(char *text, size_t bytes);
