/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JavaScript of a project: configuration files and migrations, run by an embedded engine on one
 * thread. Changes of data leave it through a GwWriter only. It keeps no record of what was applied.
 */
#pragma once

#include "base/bson.h"
#include "base/error.h"
#include "model/mask.h"
#include "mongo/client.h"
#include "mongo/detour.h"
#include "mongo/watch.h"
#include "mongo/writer.h"

typedef struct GwScript GwScript;

typedef void (*GwScriptOutputFunc)(const char *text, gsize bytes, gboolean is_stderr,
                                   gpointer data);
typedef void (*GwScriptNoteFunc)(const char *text, gpointer data);

/* How a file is run by the project's own Node. All pointers are borrowed. */
typedef struct {
    const char *const *command; /* Node's command line, without a script; ends with NULL */
    const char *uri;            /* where the database is, with its password; NULL = not known */
    bool only_loads;            /* no function will be called: connections of its own are held */
} GwScriptNode;

/* All pointers are borrowed and outlive the GwScript; strings are copied. */
typedef struct {
    const char *root;     /* the project's folder, absolute: process.cwd(), bound of file access */
    GwClients *clients;   /* NULL: no database (for configuration files) */
    GwWriter *writer;     /* NULL only where `clients` is */
    GwDetour *detour;     /* takes the reads and transactions; NULL: they go to the server */
    GwWatch *watch;       /* is told what is read, where there is no detour; or NULL */
    const char *database; /* what db is in up(db, client); NULL: the URI's, else "test" */
    GwScriptOutputFunc output; /* console.*, process.stdout; NULL: dropped */
    GwScriptNoteFunc note;     /* remarks that fail nothing, such as un-awaited work; or NULL */
    gpointer data;             /* for both */
    gsize memory_bytes;        /* of the JavaScript heap; 0: 1 GiB */
    const volatile int *interrupted; /* not 0: stop as soon as possible; or NULL */
    const volatile int *cancelled;   /* the same */
    bool may_leave_root;             /* files outside `root` may be read and written */
    bool lists_in_transaction;       /* the commands of a .json run in one */
    bool journals;                   /* the writer knows GW_WRITE_SWEEP */
    const char *hosts;        /* that fetch may reach, commas between; "*" is all; NULL = none */
    const GwScriptNode *node; /* NULL: godwit's own engine runs the migration */
    const GwMask *mask;       /* what is hidden of documents that are shown; or NULL */
    bool skips_bad;           /* a sweep leaves documents of which nothing good becomes */
    bool write_behind; /* writes may be gathered: whatever fails, all that was done is taken back */
} GwScriptParams;

/* What a migration's file says of itself. */
typedef struct {
    char *id;          /* owned; NULL where the file does not say */
    char *description; /* owned or NULL */
    char *author;      /* owned or NULL */
    char *created_at;  /* owned or NULL: as written; of a Date, its ISO form */
    bool has_up;
    bool has_down;
    bool has_validate;
} GwScriptFacts;
void gw_script_facts_clear(GwScriptFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwScriptFacts, gw_script_facts_clear)

/* A new engine: nothing that earlier scripts did is seen by it. */
GwScript *gw_script_new(const GwScriptParams *params, GError **error);

/* Frees it with everything that scripts left open: sessions are ended, work in flight is waited
 * for. */
void gw_script_free(GwScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwScript, gw_script_free)

/* Load a migration from an absolute path, as `module.default ?? module`. Loads one per GwScript.
 * Fails with GW_ERROR_SCRIPT_LOAD (syntax, import, a throw at the top level), the place set. */
bool gw_script_load(GwScript *script, const char *path, GwScriptFacts *out_facts, GError **error);

/* Call `up`, `down` or `validate` of the loaded migration with (db, client) and wait until it is
 * settled and all work that it left un-awaited is done as well.
 * Fails with GW_ERROR_SCRIPT: it threw, rejected, never settles, called process.exit, un-awaited
 * work failed, or the function is not there. Server code, place and stack are in the error's facts.
 * Fails with GW_ERROR_INTERRUPTED. `validate` also fails where it answers false. */
bool gw_script_call(GwScript *script, const char *function, GError **error);

/* Evaluate a configuration file and answer what it exports, settled when it is a promise. Values
 * that are no data (functions) are left out. Owned. Fails with GW_ERROR_SCRIPT_LOAD. */
bson_t *gw_script_eval_config(GwScript *script, const char *path, GError **error);
