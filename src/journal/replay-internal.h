/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace that was read. Not for outside of journal/replay*.c.
 */
#pragma once

#include "journal/replay.h"

typedef enum {
    GW_STEP_MISSING,
    GW_STEP_SOURCE,
    GW_STEP_READS,
    GW_STEP_WRITE,
} GwStepKind;

/* One step. */
typedef struct {
    GwStepKind kind;
    char *source;       /* owned */
    guint64 of;         /* of a write; of reads, the hash */
    gint64 count;       /* of reads */
    bson_t *answers;    /* owned: of reads, an array; NULL = not kept */
    bson_t *reply;      /* owned: of a write that is over; NULL = not known */
    bool is_over;       /* it came to its end */
    GPtrArray *entries; /* owned: GwEntry, borrowed: its own, oldest first */
} GwReplayStep;

struct GwReplay {
    GPtrArray *entries; /* owned: GwEntry, newest first */
    GPtrArray *steps;   /* owned: GwReplayStep; step 1 is the first */
    GwDone *done;       /* owned: of the last step, where that is not over; else NULL */
    GwReplayFacts facts;
    GMutex lock; /* guards what follows */
    guint at;    /* the step that comes next; steps->len = all were met */
    gint64 read; /* reads of that step so far */
    guint64 hash;
    char *why; /* owned: what is not as it was; NULL = nothing */
};
