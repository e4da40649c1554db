/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bson-json.h"
#include "cli/dry-run.h"

/* A sample is to be looked at: what is longer is left out. */
#define FIELD_BYTES_MAX 1024
#define SAMPLE_BYTES_MAX 4096

static void
add_sample_side(GwJson *json, const char *key, const bson_t *doc)
{
    g_auto(bson_t) shortened = BSON_INITIALIZER;
    bson_iter_t iter;

    gw_json_key(json, key);
    if (doc == NULL) {
        gw_json_null(json);
        return;
    }
    for (bool more = bson_iter_init(&iter, doc); more && bson_iter_next(&iter);) {
        g_auto(bson_t) field = BSON_INITIALIZER;

        bson_append_iter(&field, NULL, 0, &iter);
        if (field.len <= FIELD_BYTES_MAX && shortened.len + field.len <= SAMPLE_BYTES_MAX)
            bson_append_iter(&shortened, NULL, 0, &iter);
        else
            BSON_APPEND_UTF8(&shortened, bson_iter_key(&iter), "(left out: too long)");
        if (shortened.len > 2 * SAMPLE_BYTES_MAX)
            break;
    }
    gw_bson_json_write(json, &shortened);
}

static void
add_samples(GwJson *json, const GPtrArray *samples)
{
    gw_json_key(json, "samples");
    gw_json_begin_array(json);
    for (guint next = 0; next < samples->len; next++) {
        const GwPreviewSample *sample = g_ptr_array_index(samples, next);

        gw_json_begin_object(json);
        add_sample_side(json, "before", sample->before);
        add_sample_side(json, "after", sample->after);
        gw_json_end_object(json);
    }
    gw_json_end_array(json);
}

static void
add_texts(GwJson *json, const char *key, const GPtrArray *texts)
{
    gw_json_key(json, key);
    gw_json_begin_array(json);
    for (guint next = 0; next < texts->len; next++)
        gw_json_str(json, g_ptr_array_index(texts, next));
    gw_json_end_array(json);
}

static void
add_estimate(GwJson *json, const GwPreviewOp *op)
{
    gw_json_key(json, "estimatedTime");
    if (op->estimate_us < 0)
        gw_json_null(json);
    else
        gw_json_int(json, op->estimate_us / 1000);
}

static void
add_operation(GwJson *json, const GwPreviewOp *op)
{
    g_autofree char *ns =
        op->coll != NULL ? g_strconcat(op->db, ".", op->coll, NULL) : g_strdup(op->db);

    gw_json_begin_object(json);
    gw_json_add_str(json, "namespace", ns);
    gw_json_add_str(json, "what", op->what);
    gw_json_add_str(json, "call", op->shape);
    gw_json_add_int(json, "operations", op->operations);
    gw_json_add_int(json, "matched", op->matched);
    gw_json_add_int(json, "changed", op->changed);
    gw_json_add_str(json, "access", op->access);
    add_estimate(json, op);
    gw_json_add_bool(json, "destructive", op->is_destructive || op->is_irreversible);
    gw_json_add_bool(json, "irreversible", op->is_irreversible);
    gw_json_add_str(json, "undo", op->undo);
    gw_json_add_bool(json, "simulated", op->is_simulated);
    gw_json_add_bool(json, "sampled", op->is_sampled);
    add_samples(json, op->samples);
    add_texts(json, "findings", op->findings);
    gw_json_add_str(json, "error", op->failure);
    gw_json_end_object(json);
}

static void
add_migration(GwJson *json, const GwDryRunMigration *migration)
{
    const GPtrArray *ops = gw_preview_report_ops(migration->report);

    gw_json_begin_object(json);
    gw_json_add_str(json, "id", migration->id);
    gw_json_add_str(json, "file", migration->file);
    gw_json_add_str(json, "direction", migration->direction);
    gw_json_add_str(json, "status", migration->status);
    gw_json_key(json, "operations");
    gw_json_begin_array(json);
    for (guint next = 0; next < ops->len; next++)
        add_operation(json, g_ptr_array_index(ops, next));
    gw_json_end_array(json);
    gw_json_end_object(json);
}

void
gw_dry_run_write_json(GwJson *json, const GwDryRunReport *report)
{
    gw_json_add_bool(json, "dryRun", true);
    gw_json_key(json, "migrations");
    gw_json_begin_array(json);
    for (guint next = 0; next < report->migrations->len; next++)
        add_migration(json, g_ptr_array_index(report->migrations, next));
    gw_json_end_array(json);
    add_texts(json, "warnings", report->warnings);
    gw_json_add_str(json, "database", report->database);
    gw_json_add_str(json, "environment", report->environment);
}
