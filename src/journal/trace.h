/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a job's script did, step after step, so that a later run can do the same again without
 * changing anything twice. It has no writes of its own: what happened goes with the next entry of
 * the journal.
 *
 * Steps are numbered from 1: what the script read between two writes is one, each write is one.
 *   trace: { step: 7, of: NumberLong(fingerprint), what: "whole", reply: {n: 1, ..},
 *            past: [ {step: 1, source: "sha256:.. 0.1.0"},
 *                    {step: 5, reads: 2, hash: NumberLong(..), answers: [{of, reply}, ..]},
 *                    {step: 6, of: NumberLong(..), reply: {..}} ] }
 * `past` holds what is over and in no entry yet. See docs/design/resume.md.
 */
#pragma once

#include "journal/done.h"
#include "journal/part.h"

typedef struct GwTrace GwTrace;

/* One write of the script on its way. */
typedef struct GwTraceCall {
    gint64 step;
    guint64 of;         /* its fingerprint */
    bool is_told;       /* an entry says all of it */
    const GwDone *done; /* borrowed: what an earlier run did of it; NULL = nothing */
} GwTraceCall;

GwTrace *gw_trace_new(void);
void gw_trace_free(GwTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwTrace, gw_trace_free)

/* The first step: what is run. */
void gw_trace_note_source(GwTrace *trace, const char *source);

/* Go on behind step `last`. */
void gw_trace_go_on(GwTrace *trace, gint64 last);

/* Threads: all below from any. What the script read; `reply` NULL = that failed. */
void gw_trace_note_read(GwTrace *trace, guint64 of, const bson_t *reply);

/* A write begins, whose `of` is known, and ends; `reply` NULL = it failed. */
void gw_trace_begin(GwTrace *trace, GwTraceCall *call);
void gw_trace_end(GwTrace *trace, const GwTraceCall *call, const bson_t *reply);

/* Say in an entry of the call what it is of; `what` see above. Then, that it was committed. */
void gw_trace_describe(GwTrace *trace, const GwTraceCall *call, const char *what, GwEntry *entry);
void gw_trace_describe_part(GwTrace *trace, const GwPart *part, GwEntry *entry);
void gw_trace_confirm(GwTrace *trace, gint64 mark);

/* The entry with this mark will be committed before any later one, or the job has failed: what it
 * tells of need not be said again. */
void gw_trace_lend(GwTrace *trace, gint64 mark);
