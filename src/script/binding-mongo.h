/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the binding 'mongo' share. Only for binding-mongo*.c.
 */
#pragma once

#include "script/binding.h"
#include "script/codec.h"
#include "script/executor.h"

typedef struct {
    GwEngine *engine;     /* borrowed */
    GwCodec *codec;       /* owned */
    GwExecutor *executor; /* owned; NULL without a database, and after clearing */
    JSValue make_error;   /* owned: a function of js/mongodb/errors.js */
    JSClassID cursor_class;
    JSClassID session_class;
    JSClassID result_class;  /* of behind-batch.c */
    GPtrArray *sweeps;       /* owned: GwCall of binding-mongo-sweep.c that are not done */
    bool is_deciding;        /* the function of a sweep runs */
    gint64 turn;             /* of the loop, when the last change had ended */
    JSValue legacy_result;   /* owned: a function of js/mongodb/legacy-results.js */
    struct GwBehind *behind; /* owned */
    GHashTable *handles;     /* owned: the open GwMongoHandles */
} GwMongo;

/* The state of this engine, made on first use. */
GwMongo *gw_mongo_of(JSContext *js);

/* What a JavaScript object holds on to. `mongo` is NULL once the binding was cleared. */
typedef struct GwMongoHandle GwMongoHandle;
struct GwMongoHandle {
    GwMongo *mongo; /* borrowed */
    /* Let go of what is on the server; the object lives on. */
    void (*close)(GwMongoHandle *handle);
};
void gw_mongo_handle_open(GwMongo *mongo, GwMongoHandle *handle);
void gw_mongo_handle_close(GwMongoHandle *handle);

/* How a command reaches the server. */
typedef enum {
    GW_CALL_READ,
    GW_CALL_WRITE,
    GW_CALL_SESSION, /* no command: begin, commit or abort */
} GwCallRoute;

/* One call of the driver in flight. Made on the JavaScript thread, worked on by another. */
typedef struct GwCall GwCall;
struct GwCall {
    GwTask task;    /* first */
    GwMongo *mongo; /* borrowed */
    GwCallRoute route;
    char *db;               /* owned */
    GwBytes command;        /* owned */
    GwBytes batch;          /* owned */
    const char *batch_name; /* borrowed: static; NULL = no batch */
    size_t batch_count;
    bson_t reply; /* owned */
    GwDecodeFlags flags;
    bool is_raw;         /* documents are bytes, both ways */
    bool wants_all;      /* of the reply, also what only drivers care about */
    bool has_session;    /* the script's own */
    bool in_transaction; /* of that session: nothing of it may run outside */
    bool stands_alone;   /* see GwWrite, as for the next three */
    bool follows;
    bool fails_whole;
    guint8 *outcomes;                                  /* owned or NULL */
    const struct GwTransform *transform;               /* borrowed from `owner` */
    gpointer owner;                                    /* of behind.c: the batch that it is */
    void (*free_owner)(gpointer owner, JSContext *js); /* or NULL */
    JSValue (*failure)(GwCall *call, JSContext *js); /* an exception, or undefined: the usual one */
    JSValue stack;                                   /* owned: where the script called */
    JSValue settle[2];                               /* owned: resolve and reject */
    JSValue keep;                                    /* owned: an object that has to live as long */
    JSValue (*answer)(GwCall *call, JSContext *js);  /* the value of the promise */
    bool (*act)(GwSession *session, const bson_t *options, GError **error); /* GW_CALL_SESSION */
    GwDetourAct detour_act; /* the same, where there is a detour */
};

/* A call that belongs to `lane` (NULL: any). `options` of the script: {at: its stack, wantsAll,
 * ...the decode flags}. NULL with an exception. */
GwCall *gw_call_new(JSContext *js, GwCallRoute route, JSValueConst options);
void gw_call_free(GwCall *call, JSContext *js); /* `js` NULL where no value is held */

/* Start it and answer a promise; or wait for it and answer its value. Both take the call. */
JSValue gw_call_start(GwCall *take_call, GwLane *lane, JSContext *js);
JSValue gw_call_wait(GwCall *take_call, GwLane *lane, JSContext *js);

/* A call of (db, command, session, options), as a read or as a change by what the command is. */
GwCall *gw_call_command(JSContext *js, JSValueConst *arguments, GwLane **out_lane);

/* The same of (db, command, session, options, batch name, batch), a change. */
GwCall *gw_call_write(JSContext *js, JSValueConst *arguments, GwLane **out_lane);

/* Append the bytes of a document that was encoded elsewhere. False with an exception. */
bool gw_call_take_raw(JSContext *js, JSValueConst value, GwBytes *out);

/* On a worker's thread: do it. */
void gw_call_work(GwTask *task, GwConn *conn, GwSession *session);

/* What the script is to catch of a call that failed. */
JSValue gw_call_error(GwCall *call, JSContext *js);

/* The reply as a document: the usual `answer`. */
JSValue gw_call_reply(GwCall *call, JSContext *js);

/* binding-mongo-cursor.c, binding-mongo-session.c: classes, and the lane of a session object (NULL
 * for undefined and null). `out_lane` is untouched with an exception. */
bool gw_mongo_cursor_init(GwMongo *mongo, JSContext *js, JSValueConst binding);
bool gw_mongo_session_init(GwMongo *mongo, JSContext *js, JSValueConst binding);
void gw_mongo_sweep_init(JSContext *js, JSValueConst binding);
void gw_mongo_close_sweeps(GwMongo *mongo);
void gw_mongo_forget_sweep(GwCall *call, JSContext *js);
bool gw_mongo_is_in_transaction(GwMongo *mongo, JSValueConst session);
bool gw_mongo_lane_of(GwMongo *mongo, JSContext *js, JSValueConst session, GwLane **out_lane);

/* Allocate a class id that is free in this runtime, and the class. */
bool gw_mongo_class_new(JSContext *js, JSClassID *out_id, const JSClassDef *definition);

/* Flags from the options of a collection: {ignoreUndefined, serializeFunctions, promoteLongs, ...}.
 */
GwEncodeFlags gw_mongo_encode_flags(JSContext *js, JSValueConst options);
GwDecodeFlags gw_mongo_decode_flags(JSContext *js, JSValueConst options);

bool gw_mongo_is_true(JSContext *js, JSValueConst object, const char *name, bool missing);
