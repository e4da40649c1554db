/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transaction for several single writes of a script that follow each other closely. Each is
 * sent and answered by itself, in one trip; the entries are kept, and go out together with the
 * fence before the commit. What the script was told of is done again where the server gives the
 * transaction up: where that comes out otherwise, the job has failed.
 */
#pragma once

#include "journal/part.h"

typedef struct GwShared GwShared;

/* `journal` is borrowed and outlives it. */
GwShared *gw_shared_new(GwJournal *journal);
void gw_shared_free(GwShared *shared); /* what is open is given up */

/* The session that its transactions are in, all of them. Where this process dies, the next one has
 * the server end it at once, so the job notes it before the first. NULL with an error; borrowed. */
GwSession *gw_shared_session(GwShared *shared, GError **error);

typedef enum {
    GW_SHARED_DONE,   /* it is in the transaction, or committed */
    GW_SHARED_ALONE,  /* nothing is open any more: it is to be done by itself */
    GW_SHARED_FAILED, /* the error is set, and stays for whoever comes next */
} GwSharedEnd;

/* Do a part of one operation in it, where writes come fast enough for that; one that the server
 * refuses is to be done alone, so that its error is the usual one. Threads: any. */
GwSharedEnd gw_shared_run(GwShared *shared, GwPart *part, GError **error);

/* One of those that were to be done alone has ended. */
void gw_shared_note_alone(GwShared *shared, bool is_done);

/* Commit what is open. Fails, from then on each time, where what was answered did not come to be.
 * Threads: any. */
bool gw_shared_close(GwShared *shared, GError **error);

/* Give up what is open, and forget what failed: the job is over, or will be taken back. */
void gw_shared_abandon(GwShared *shared);
