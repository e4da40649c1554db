/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check before an undo writes anything. It walks the entries as the undo will, from the last to
 * the first, and compares each document with what its last change left behind. A collection that
 * was dropped or renamed since is where the later entries put it, so the walk keeps a map of names.
 * Of a document that several calls changed, only the last change can be compared: the ones before
 * follow from it.
 */
#include "base/crew.h"
#include "base/turns.h"
#include "journal/met.h"
#include "journal/putback.h"
#include "journal/schema.h"
#include "journal/undo-internal.h"

/* What the walk has met of a document. */
enum {
    ABSENT = 1,
    PRESENT = 2
};

/* A collection, by the name that it has now. */
typedef struct {
    gint64 ours; /* documents in it that the migration inserted */
    bool is_met; /* an entry of documents was met */
} Place;

typedef struct {
    GwUndo *undo;       /* borrowed */
    GHashTable *places; /* owned: "db.coll" as it is now -> Place */
    GHashTable *moved;  /* owned: "db.coll" of the entries -> as it is now; "" = there is none */
    GwMet *met;         /* owned: ABSENT, PRESENT */
} Walk;

static void
walk_clear(Walk *walk)
{
    g_clear_pointer(&walk->places, g_hash_table_unref);
    g_clear_pointer(&walk->moved, g_hash_table_unref);
    g_clear_pointer(&walk->met, gw_met_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

/* Where a collection of the entries is now; NULL = nowhere. Borrowed. */
static const char *
place_of(const Walk *walk, const char *ns)
{
    const char *moved = g_hash_table_lookup(walk->moved, ns);

    if (moved == NULL)
        return ns;
    return *moved != '\0' ? moved : NULL;
}

static void
move_place(Walk *walk, const char *ns, const char *where)
{
    g_hash_table_replace(walk->moved, g_strdup(ns), g_strdup(where != NULL ? where : ""));
}

static Place *
get_place(Walk *walk, const char *where)
{
    Place *place = g_hash_table_lookup(walk->places, where);

    if (place != NULL)
        return place;
    place = g_new0(Place, 1);
    g_hash_table_insert(walk->places, g_strdup(where), place);
    return place;
}

static void
compare(Walk *walk, const GwEntry *entry, const GwDocRecord *record, const bson_t *current)
{
    g_autofree char *where = NULL;

    bool is_too_large = gw_undo_is_too_large(record, current);

    if (!is_too_large &&
        (gw_record_is_as_left(record, current) || gw_record_is_as_before(record, current)))
        return;
    where = gw_undo_describe(entry->db, entry->coll, record);
    if (is_too_large) {
        gw_undo_note_conflict(walk->undo, "%s, which would become larger than a document may be",
                              where);
        return;
    }
    gw_undo_note_conflict(walk->undo, "%s, which %s", where,
                          current == NULL ? "is gone" : "has other values now");
}

static void
meet_record(Walk *walk, const GwEntry *entry, const char *where, bool is_once,
            const GwDocRecord *record, const bson_t *current)
{
    guint state = is_once ? 0 : gw_met_find(walk->met, where, &record->id);

    if (state == 0) {
        compare(walk, entry, record, current);
        state = current != NULL ? PRESENT : ABSENT;
        if (!is_once)
            gw_met_note(walk->met, where, &record->id, state);
    }
    if (record->kind == GW_RECORD_INSERTED && state == PRESENT)
        get_place(walk, where)->ours++;
}

/* The documents of `records`, where they are now. Owned. */
static GwDocSet *
read_current(const Walk *walk, const char *where, const GPtrArray *records, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(walk->undo->params->journal->clients);
    g_autoptr(GwDocSet) current = gw_doc_set_new();
    g_auto(GStrv) parts = g_strsplit(where, ".", 2);
    g_autoptr(bson_t) projection = gw_putback_projection(records);
    g_autoptr(bson_t) find = gw_undo_find(parts[1], records, projection);

    if (!gw_doc_set_read(current, conn, parts[0], find, NULL, 0, error))
        return NULL;
    return g_steal_pointer(&current);
}

/* Documents of one entry, read by one of several threads. */
typedef struct {
    Walk *walk;           /* borrowed */
    const GwEntry *entry; /* borrowed */
    GwTurns *turns;       /* borrowed */
    guint turn;
} Piece;

static void
piece_free(gpointer data)
{
    Piece *piece = data;

    gw_turns_pass(piece->turns, piece->turn);
    g_free(piece);
}

static bool
meet_records(Walk *walk, const GwEntry *entry, const GPtrArray *records, GwDocSet *current,
             GError **error)
{
    g_autofree char *ns = gw_entry_ns(entry);
    const char *where = place_of(walk, ns);
    const bool is_once = !gw_met_can_meet_again(walk->met, entry);

    get_place(walk, where)->is_met = true;
    for (guint index = records->len; index > 0; index--) {
        GwDocRecord record = {0};

        if (!gw_record_view(g_ptr_array_index(records, index - 1), &record))
            return gw_throw(error, GW_ERROR_FAILED, "a record of the journal is damaged");
        meet_record(walk, entry, where, is_once, &record, gw_doc_set_find(current, &record.id));
    }
    return true;
}

/* Read beside others, then compare when it is this entry's turn. */
static bool
meet_piece(gpointer data, gpointer user, GError **error)
{
    const Piece *piece = data;
    Walk *walk = piece->walk;
    g_autofree char *ns = gw_entry_ns(piece->entry);
    const char *where = place_of(walk, ns);
    g_autoptr(GPtrArray) records =
        gw_entry_records(walk->undo->params->journal->entries, piece->entry, error);
    g_autoptr(GwDocSet) current = NULL;

    if (records == NULL)
        return false;
    if (where == NULL)
        return true; /* what became of the collection is known from a later entry */
    current = read_current(walk, where, records, error);
    if (current == NULL)
        return false;
    gw_turns_wait(piece->turns, piece->turn);
    return meet_records(walk, piece->entry, records, current, error);
}

/* `count` entries of documents, with nothing else between. */
static bool
meet_docs(Walk *walk, guint first, guint count, GError **error)
{
    g_auto(GwTurns) turns = {0};
    g_autoptr(GwCrew) crew = NULL;

    gw_turns_init(&turns, count);
    crew = gw_crew_new(walk->undo->params->journal->workers, meet_piece, piece_free, NULL);
    for (guint index = 0; index < count; index++) {
        Piece *piece = g_new(Piece, 1);

        *piece = (Piece){.walk = walk,
                         .entry = g_ptr_array_index(walk->undo->entries, first + index),
                         .turns = &turns,
                         .turn = index};
        if (!gw_crew_give(crew, piece))
            break;
    }
    return gw_crew_wait(crew, error);
}

static GwCollInfo *
look_at(Walk *walk, const char *ns, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(ns, ".", 2);

    return gw_catalog_get(walk->undo->conn, parts[0], parts[1], error);
}

static bool
count_documents(Walk *walk, const char *ns, gint64 *out_count, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(ns, ".", 2);
    g_autoptr(bson_t) pipeline = BCON_NEW("aggregate", BCON_UTF8(parts[1]), "pipeline", "[", "{",
                                          "$count", BCON_UTF8("n"), "}", "]", "cursor", "{", "}");
    g_autoptr(GwReader) reader = gw_reader_new(walk->undo->conn, parts[0], pipeline, NULL);
    const bson_t *doc = NULL;

    if (!gw_reader_next(reader, &doc, error))
        return false;
    *out_count = doc != NULL ? gw_bson_get_int(doc, "n", 0) : 0;
    return true;
}

static bool
meet_create(Walk *walk, const GwEntry *entry, GError **error)
{
    g_autofree char *ns = gw_entry_ns(entry);
    const char *where = place_of(walk, ns);
    g_autoptr(GwCollInfo) info = where != NULL ? look_at(walk, where, error) : NULL;
    gint64 count = 0;

    if (where != NULL && info == NULL)
        return false;
    if (info != NULL && info->kind == GW_COLL_PLAIN) {
        if (!count_documents(walk, where, &count, error))
            return false;
        if (count > get_place(walk, where)->ours)
            gw_undo_note_conflict(
                walk->undo,
                "'%s', which the migration made and others have written %" G_GINT64_FORMAT
                " documents into",
                ns, count - get_place(walk, where)->ours);
    }
    move_place(walk, ns, NULL);
    return true;
}

/* Whether a name that is needed again is free once the later entries are taken back. */
static bool
check_free(Walk *walk, const char *ns, const char *deed, GError **error)
{
    const char *where = place_of(walk, ns);
    g_autoptr(GwCollInfo) info = NULL;

    if (where == NULL || !g_str_equal(where, ns))
        return true;
    info = look_at(walk, ns, error);
    if (info == NULL)
        return false;
    if (info->kind != GW_COLL_NONE)
        gw_undo_note_conflict(walk->undo, "'%s', which somebody made again after it was %s", ns,
                              deed);
    return true;
}

static bool
meet_drop(Walk *walk, const GwEntry *entry, GError **error)
{
    const char *trash = gw_bson_get_str(entry->facts, "trash");
    g_autofree char *ns = gw_entry_ns(entry);
    g_autofree char *kept_ns = g_strdup_printf("%s.%s", entry->db, trash != NULL ? trash : "");
    g_autoptr(GwCollInfo) kept = NULL;

    if (trash == NULL) { /* a view holds nothing */
        move_place(walk, ns, NULL);
        return true;
    }
    kept = look_at(walk, kept_ns, error);
    if (kept == NULL)
        return false;
    if (kept->kind == GW_COLL_NONE) {
        g_autoptr(GwCollInfo) info = look_at(walk, ns, error);

        if (info == NULL)
            return false;
        if (info->kind == GW_COLL_NONE)
            return gw_throw(error, GW_ERROR_FAILED,
                            "what was kept of the dropped collection '%s' is gone: '%s'", ns,
                            kept_ns);
        return true; /* the drop was announced and did not happen */
    }
    if (!check_free(walk, ns, "dropped", error))
        return false;
    move_place(walk, ns, kept_ns);
    return true;
}

static bool
meet_rename(Walk *walk, const GwEntry *entry, GError **error)
{
    g_autofree char *ns = gw_entry_ns(entry);
    g_autofree char *to = gw_entry_new_ns(entry);
    const char *where = place_of(walk, to);
    g_autofree char *now = g_strdup(where);
    g_autoptr(GwCollInfo) info = where != NULL ? look_at(walk, where, error) : NULL;

    if (where != NULL && info == NULL)
        return false;
    if (info == NULL || info->kind == GW_COLL_NONE) {
        g_autoptr(GwCollInfo) old = look_at(walk, ns, error);

        if (old == NULL)
            return false;
        if (old->kind == GW_COLL_NONE)
            gw_undo_note_conflict(walk->undo, "'%s', which was renamed from '%s' and is gone", to,
                                  ns);
        return true;
    }
    if (!check_free(walk, ns, "renamed", error))
        return false;
    move_place(walk, ns, now);
    move_place(walk, to, NULL);
    return true;
}

static bool
meet_output(Walk *walk, const GwEntry *entry, GError **error)
{
    const char *after = gw_bson_get_str(entry->facts, "after");
    const char *trash = gw_bson_get_str(entry->facts, "trash");
    g_autofree char *ns = gw_entry_ns(entry);
    const char *where = place_of(walk, ns);
    g_autofree char *kept = g_strdup_printf("%s.%s", entry->db, trash);
    bool existed = gw_bson_get_bool(entry->facts, "existed", false);

    if (existed && !gw_bson_has(entry->facts, "copied"))
        return true; /* announced, and no more than that */
    /* Where the migration wrote into it afterwards, it can only be compared once that is undone. */
    if (after != NULL && where != NULL && !get_place(walk, where)->is_met) {
        g_auto(GStrv) parts = g_strsplit(where, ".", 2);
        g_autofree char *now = gw_schema_fingerprint(walk->undo->conn, parts[0], parts[1], error);

        if (now == NULL)
            return false;
        if (!g_str_equal(now, after))
            gw_undo_note_conflict(walk->undo,
                                  "'%s', which was written as a whole and changed since", ns);
    }
    move_place(walk, ns, existed ? kept : NULL);
    return true;
}

/* Indexes and options of a collection that somebody dropped can't be put back. */
static bool
meet_facts_of(Walk *walk, const GwEntry *entry, GError **error)
{
    g_autofree char *ns = gw_entry_ns(entry);
    const char *where = place_of(walk, ns);
    g_autoptr(GPtrArray) before = gw_undo_indexes_of(entry, "before");
    g_autoptr(GwCollInfo) info = where != NULL ? look_at(walk, where, error) : NULL;

    if (where == NULL)
        return true;
    if (info == NULL)
        return false;
    if (info->kind == GW_COLL_NONE &&
        (entry->kind == GW_ENTRY_OPTIONS || gw_undo_has_indexes(before)))
        gw_undo_note_conflict(walk->undo, "'%s', which somebody dropped", ns);
    return true;
}

static bool
meet(Walk *walk, const GwEntry *entry, GError **error)
{
    switch (entry->kind) {
    case GW_ENTRY_CREATE:
        return meet_create(walk, entry, error);
    case GW_ENTRY_DROP:
        return meet_drop(walk, entry, error);
    case GW_ENTRY_RENAME:
        return meet_rename(walk, entry, error);
    case GW_ENTRY_OUTPUT:
        return meet_output(walk, entry, error);
    case GW_ENTRY_INDEXES:
    case GW_ENTRY_OPTIONS:
        return meet_facts_of(walk, entry, error);
    case GW_ENTRY_IRREVERSIBLE:
        return true;
    case GW_ENTRY_DOCS:
        break; /* meet_docs */
    }
    g_assert_not_reached();
}

static void
walk_init(Walk *walk, GwUndo *undo)
{
    walk->undo = undo;
    walk->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    walk->moved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    walk->met = gw_met_new(undo->entries);
}

/* How many entries of documents follow each other. */
static guint
extent_of_docs(const Walk *walk, guint first)
{
    const GPtrArray *entries = walk->undo->entries;
    guint end = first;

    while (end < entries->len &&
           ((const GwEntry *)g_ptr_array_index(entries, end))->kind == GW_ENTRY_DOCS)
        end++;
    return end - first;
}

bool
gw_undo_look(GwUndo *undo, GError **error)
{
    g_auto(Walk) walk = {0};
    guint index = 0;

    walk_init(&walk, undo);
    while (index < undo->entries->len) {
        const guint docs = extent_of_docs(&walk, index);
        bool is_done = docs > 0 ? meet_docs(&walk, index, docs, error)
                                : meet(&walk, g_ptr_array_index(undo->entries, index), error);

        if (!is_done)
            return gw_prefix(error, "looking at the journal of '%s'", undo->job->migration);
        index += MAX(docs, 1);
    }
    return true;
}
