/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/run.h"

static void
outcome_free(gpointer data)
{
    GwOutcome *outcome = data;

    g_free(outcome->id);
    g_free(outcome->file);
    g_free(outcome);
}

void
gw_run_result_init(GwRunResult *result)
{
    *result = (GwRunResult){
        .outcomes = g_ptr_array_new_with_free_func(outcome_free),
        .warnings = g_ptr_array_new_with_free_func(g_free),
    };
}

void
gw_run_result_clear(GwRunResult *result)
{
    g_clear_pointer(&result->outcomes, g_ptr_array_unref);
    g_clear_pointer(&result->warnings, g_ptr_array_unref);
    g_clear_pointer(&result->run, g_free);
}
