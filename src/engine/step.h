/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One migration, one direction: load its file into a fresh engine, call its function, and say what
 * it did. Nothing is recorded here; see run.h.
 */
#pragma once

#include "engine/output.h"
#include "engine/project.h"
#include "model/migration.h"
#include "mongo/writer.h"
#include "script/script.h"

typedef struct GwStep GwStep;

/* What a step needs of the project. All pointers are borrowed and outlive the step. */
typedef struct {
    GwProject *project;
    GwClients *clients; /* NULL: only load the file, to see whether it does */
    GwWriter *tally;    /* NULL where `clients` is */
    GwDetour *detour;   /* NULL: reads go to the server */
    GwWatch *watch;     /* is told what is read; or NULL */
    bool only_loads;    /* to see what the file has: none of its functions is called */
    bool fails_whole;   /* what fails is taken back, all of it: writes may be gathered */
    const GwMigrationFile *file;
    const GwObserver *observer;
    bool skips_bad;                /* see GwScriptParams */
    const volatile int *cancelled; /* not 0: stop as soon as possible; or NULL */
} GwStepParams;

/* Load the file. Fails with GW_ERROR_SCRIPT_LOAD, and with GW_ERROR_INTEGRITY where the `id` that
 * it gives itself is unlike its name. */
GwStep *gw_step_load(const GwStepParams *params, GError **error);
void gw_step_free(GwStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwStep, gw_step_free)

/* Call "up", "down" or "validate". Fails as gw_script_call does. */
bool gw_step_call(GwStep *step, const char *function, GError **error);

/* Borrowed from the step. */
const GwScriptFacts *gw_step_facts(const GwStep *step);

/* How long the calls took, and how many documents they changed. */
gint64 gw_step_elapsed_ms(const GwStep *step);
gint64 gw_step_documents(const GwStep *step);

/* Put what the file says of itself, what it printed, and the figures above into `record`. */
void gw_step_describe(const GwStep *step, GwRecord *record);
