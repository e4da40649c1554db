/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/step.h"

#include "engine/gm_options.h"
#include "engine/node_choice.h"
#include "engine/project-internal.h"

struct GwStep {
    GwStepParams params;
    GwOutput *output; /* owned */
    GwScript *script; /* owned */
    char **node;      /* owned: Node's command line; NULL = godwit runs the file */
    GwScriptNode how; /* of `node` */
    GwMask *mask;     /* owned */
    GwScriptFacts facts;
    gint64 elapsed_us;
};

void
gw_step_free(GwStep *step)
{
    if (step == NULL)
        return;
    /* The script first: taking it down may still print. */
    gw_script_free(step->script);
    g_strfreev(step->node);
    gw_output_free(step->output);
    gw_mask_free(step->mask);
    gw_script_facts_clear(&step->facts);
    g_free(step);
}

/* A migrate-mongo project's files know no ids; there, what is called `id` is the file's own affair.
 */
static bool
check_id(const GwStep *step, GError **error)
{
    const GwMigrationFile *file = step->params.file;
    const char *id = step->facts.id;

    if (id == NULL || gw_project_is_migrate_mongo(step->params.project) ||
        g_str_equal(id, file->id))
        return true;

    gw_throw(error, GW_ERROR_INTEGRITY, "the file '%s' gives itself the id '%s'", file->name, id);
    return gw_hint(error, "Make them agree: write id: \"%s\" in the file, or rename it.", file->id);
}

/* Node's, where it runs the file; else NULL. */
static const GwScriptNode *
choose_node(GwStep *step)
{
    const GwStepParams *params = &step->params;

    if (!gw_node_runs(params->project, params->file))
        return NULL;
    step->node = gw_node_command(params->project);
    step->how = (GwScriptNode){
        .command = (const char *const *)step->node,
        .uri = gw_config_str(gw_project_config(params->project), GW_CONFIG_URI),
        .only_loads = params->only_loads,
    };
    return &step->how;
}

static GwScript *
open_script(GwStep *step, GError **error)
{
    const GwStepParams *params = &step->params;
    const GwConfig *config = gw_project_config(params->project);
    GwScriptParams script_params = {
        .root = gw_project_root(params->project),
        .clients = params->clients,
        .writer = params->tally,
        .detour = params->detour,
        .watch = params->watch,
        .database = gw_project_database(params->project),
        .output = gw_output_write,
        .note = gw_output_note,
        .data = step->output,
        .interrupted = gw_project_interrupted(params->project),
        .hosts = gw_config_str(config, GW_CONFIG_NETWORK),
        .lists_in_transaction = gw_gm_options_is_transaction(params->project),
        .node = choose_node(step),
        .cancelled = params->cancelled,
        .skips_bad = params->skips_bad,
        .mask = step->mask,
        .journals = params->fails_whole,
        .write_behind = params->fails_whole && gw_config_bool(config, GW_CONFIG_WRITE_BEHIND),
        .may_leave_root = g_str_equal(gw_config_str(config, GW_CONFIG_FILES), "anywhere"),
    };

    return gw_script_new(&script_params, error);
}

GwStep *
gw_step_load(const GwStepParams *params, GError **error)
{
    g_autoptr(GwStep) step = g_new0(GwStep, 1);
    const GwConfig *config = gw_project_config(params->project);

    step->params = *params;
    step->output = gw_output_new(params->observer, params->file->id, params->file->name,
                                 (gsize)gw_config_int(config, GW_CONFIG_OUTPUT_LIMIT));
    step->mask = gw_mask_new(gw_config_str(config, GW_CONFIG_MASK));
    step->script = open_script(step, error);
    if (step->script == NULL)
        return NULL;
    if (!gw_script_load(step->script, params->file->path, &step->facts, error))
        return NULL;
    if (!check_id(step, error))
        return NULL;
    return g_steal_pointer(&step);
}

bool
gw_step_call(GwStep *step, const char *function, GError **error)
{
    gint64 start_us = g_get_monotonic_time();
    bool is_done = gw_script_call(step->script, function, error);

    step->elapsed_us += g_get_monotonic_time() - start_us;
    return is_done;
}

const GwScriptFacts *
gw_step_facts(const GwStep *step)
{
    return &step->facts;
}

gint64
gw_step_elapsed_ms(const GwStep *step)
{
    return step->elapsed_us / G_TIME_SPAN_MILLISECOND;
}

gint64
gw_step_documents(const GwStep *step)
{
    GwWriteCounts counts = gw_writer_tally_counts(step->params.tally);

    return counts.inserted + counts.modified + counts.upserted + counts.deleted;
}

void
gw_step_describe(const GwStep *step, GwRecord *record)
{
    g_clear_pointer(&record->description, g_free);
    g_clear_pointer(&record->author, g_free);
    g_clear_pointer(&record->output, g_ptr_array_unref);
    record->description = g_strdup(step->facts.description);
    record->author = g_strdup(step->facts.author);
    record->output = gw_output_lines(step->output, &record->output_truncated);
    record->execution_ms = gw_step_elapsed_ms(step);
    record->documents_affected = gw_step_documents(step);
}
