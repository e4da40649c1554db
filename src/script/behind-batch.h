/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes of one kind to one collection that are sent together, and the results of them that a
 * script holds: those ask the batch when somebody looks at them. JavaScript thread only, but for
 * what is said to be the worker's.
 */
#pragma once

#include "script/binding-mongo.h"

typedef struct {
    GwCall *call;       /* owned: the command, the writes, the reply */
    GPtrArray *results; /* owned: what is alive of the results; NULL where it is not */
    gint references;
    bool is_done; /* the worker's: it is through; under the lock of behind.c */
} GwBatch;

/* A write that is to go with others. All borrowed. */
typedef struct {
    const uint8_t *command; /* BSON: the command without the writes */
    size_t command_bytes;
    const char *batch_name; /* static */
    const GwBytes *bytes;   /* BSON: the write */
    JSValueConst here;      /* a function that tells where the script called */
} GwGathered;

/* Takes the call, whose `owner` it becomes. */
GwBatch *gw_batch_new(GwCall *take_call);
GwBatch *gw_batch_ref(GwBatch *batch);
void gw_batch_unref(GwBatch *batch, JSContext *js);

/* Make the class of results. False with an exception. */
bool gw_batch_init(GwMongo *mongo, JSContext *js);

/* Add a write, and answer its result; undefined where whoever inserts knows it. */
JSValue gw_batch_add(GwBatch *batch, const GwGathered *write, JSContext *js);

/* Whether another write goes with those in the batch: of the same kind, with the same options. */
bool gw_batch_takes(const GwBatch *batch, const GwGathered *write);

/* Get ready to be sent: note what somebody may want to know of it. */
void gw_batch_seal(GwBatch *batch);

/* It is done: tell the results, and whether it failed. */
bool gw_batch_has_failed(const GwBatch *batch);
void gw_batch_tell(GwBatch *batch);

/* What the script would have caught. */
JSValue gw_batch_error(GwBatch *batch, JSContext *js);
