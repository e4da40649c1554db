/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Write-behind: writes of one document by its _id that a script awaits one after the other are
 * answered at once, gathered and sent together. It is invisible as long as an error of any of them
 * fails the whole migration, which takes everything back: so it is off in scripts that could catch
 * it. Before anything is read, and before any other write, what was gathered is sent and done.
 */
#pragma once

#include "script/binding-mongo.h"

/* Make it, and its functions in `binding`. False with an exception. */
bool gw_behind_init(GwMongo *mongo, JSContext *js, JSValueConst binding);
void gw_behind_clear(GwMongo *mongo); /* what was not sent is dropped */

/* Send all and wait until it is done. False with an exception: that of a write which failed. */
bool gw_behind_settle(GwMongo *mongo, JSContext *js);

/* How many batches the loop has not handed back, though they may be done. */
guint gw_behind_in_flight(const GwMongo *mongo);

/* Send what can be sent, and go on. */
void gw_behind_send(GwMongo *mongo);

/* Look whether the source of a file could catch an error, or tell how long a write took: if so
 * nothing is gathered from now on. */
void gw_behind_note_source(GwEngine *engine, const char *path, const char *text, gsize bytes);
