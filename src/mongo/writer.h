/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one interface through which a user's data is changed. A write is the server's own command, so
 * that no layer invents an operation of its own; a writer applies it, or hands it on to the next
 * one (dry run, or tally -> fence -> journal -> sweep -> server). Reading is not its business.
 */
#pragma once

#include "mongo/session.h"

typedef enum {
    GW_WRITE_INSERT,          /* insert; batch "documents" */
    GW_WRITE_UPDATE,          /* update (also replacements and upserts); batch "updates" */
    GW_WRITE_DELETE,          /* delete; batch "deletes" */
    GW_WRITE_FIND_AND_MODIFY, /* findAndModify */
    GW_WRITE_SWEEP,           /* godwit's own {sweep: coll, filter}: see GwTransform */
    GW_WRITE_AGGREGATE,       /* aggregate with $out or $merge, mapReduce with an output */
    GW_WRITE_CREATE,          /* create: collections and views */
    GW_WRITE_DROP,            /* drop */
    GW_WRITE_DROP_DATABASE,   /* dropDatabase */
    GW_WRITE_CREATE_INDEXES,  /* createIndexes */
    GW_WRITE_DROP_INDEXES,    /* dropIndexes */
    GW_WRITE_RENAME,          /* renameCollection */
    GW_WRITE_COLL_MOD,        /* collMod */
    GW_WRITE_BEYOND,          /* godwit's own {godwitBeyond: "host:port"}: a script opens a
                                 connection that godwit does not see */
    GW_WRITE_OTHER,           /* anything else that is not known to only read */
} GwWriteKind;

/* Decides what becomes of each document that a GW_WRITE_SWEEP finds. */
typedef struct GwTransform {
    /* For each of `docs` (bson_t) add to `out_changes` NULL (leave it), or an owned bson_t: {u:
     * update or replacement}, {d: true} (delete it), {b: reason} (leave it, it is bad). Threads:
     * several at once, none of them the writer's caller. May be called again for documents that
     * others have changed in between. */
    bool (*decide)(gpointer data, const GPtrArray *docs, GPtrArray *out_changes, GError **error);
    gpointer data; /* borrowed */
} GwTransform;

/* What became of one operation of a batch. */
typedef enum {
    GW_WRITE_MATCHED = 1,
    GW_WRITE_MODIFIED = 2,
} GwWriteOutcome;

/* One change. All pointers are borrowed for the time of the call. */
typedef struct {
    GwWriteKind kind;
    const char *db;               /* the database that the command is sent to */
    const bson_t *command;        /* as a driver sends it, without the array in `batch` */
    const char *batch_name;       /* "documents", "updates", "deletes"; NULL = no batch */
    const uint8_t *batch;         /* BSON documents, one behind the other */
    size_t batch_bytes;           /* of all of them */
    size_t batch_count;           /* how many they are, at least 1 where there is a batch */
    GwSession *session;           /* the script's own session, or NULL */
    const GwTransform *transform; /* of GW_WRITE_SWEEP */
    guint8 *outcomes; /* GwWriteOutcome of each operation by _id, where the journal is told to
                         fill it; or NULL */
    bool fails_whole; /* an error of one fails all that was and will be done: operations on
                         different documents may be done side by side */
    bool waits_for_majority; /* what follows may look for it where only a majority's writes are */
    bool goes_once;          /* never sent again: who writes begins anew where the answer is lost */
    bool stands_alone;       /* nothing else of the script is under way */
    bool follows; /* and nothing but the end of its last write has reached the script since: both
                     may be done as if at one moment */
} GwWrite;

/* What a write did, added up over the commands that it took. */
typedef struct {
    gint64 inserted;
    gint64 matched;
    gint64 modified;
    gint64 upserted;
    gint64 deleted;
} GwWriteCounts;

typedef struct GwWriter GwWriter;

typedef struct {
    /* See gw_writer_apply. */
    bool (*apply)(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply,
                  GError **error);
    /* See gw_writer_settle; NULL = nothing is ever held back. */
    bool (*settle)(GwWriter *self, GError **error);
    void (*free)(GwWriter *self);
} GwWriterClass;

/* Every writer starts with this. */
struct GwWriter {
    const GwWriterClass *klass; /* borrowed: static */
};

/* Apply one change on `conn` (with a session: that session's connection). `out_reply` is always
 * initialised, also on failure, and holds what one command with the whole batch would have
 * answered: `n`, `nModified`, `upserted`, `writeErrors` with indexes into the batch, `value`, and
 * so on. Errors of single documents (`writeErrors`) and of the write concern are in the reply and
 * no failure here. Fails with GW_ERROR_SERVER or GW_ERROR_CONNECTION. Threads: may be called from
 * several at once, each with its own connection. */
bool gw_writer_apply(GwWriter *writer, GwConn *conn, const GwWrite *write, bson_t *out_reply,
                     GError **error);

/* What was answered is there for everybody when this returns: a writer may hold back what follows
 * each other closely. To be called before the script reads, or reaches anything else that could
 * show it. Fails where what was answered did not come to be. Threads: any. */
bool gw_writer_settle(GwWriter *writer, GError **error);

void gw_writer_free(GwWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwWriter, gw_writer_free)

/* Classify a command that does not only read. */
GwWriteKind gw_write_kind_of(const bson_t *command);

/* The writer at the end: sends each write to the server, in as many commands as its size needs. */
GwWriter *gw_writer_server_new(void);

/* Whether a write may go on; sets the error where not. Threads: any, several at once. */
typedef bool (*GwWriterGateFunc)(gpointer data, GError **error);

/* A writer that asks `may_write` before it hands a write on to `next`, and fails with its error.
 * What was handed on already goes on. */
GwWriter *gw_writer_gate_new(GwWriterGateFunc may_write, gpointer data, GwWriter *take_next);

/* A writer that counts what `next` (owned) did. */
GwWriter *gw_writer_tally_new(GwWriter *take_next);

/* What has been counted since the start or the last reset. Threads: any. */
GwWriteCounts gw_writer_tally_counts(const GwWriter *tally);
void gw_writer_tally_reset(GwWriter *tally);
