/* SPDX-License-Identifier: Apache-2.0 */
#include "preview/report.h"

enum {
    SAMPLES_MAX = 3,
    SHAPES_MAX = 1000,
    FINDINGS_MAX = 10,
};

struct GwPreviewReport {
    GPtrArray *ops;   /* owned: GwPreviewOp */
    GHashTable *keys; /* owned: text -> borrowed GwPreviewOp */
};

static void
sample_free(gpointer data)
{
    GwPreviewSample *sample = data;

    g_clear_pointer(&sample->before, bson_destroy);
    g_clear_pointer(&sample->after, bson_destroy);
    g_free(sample);
}

static void
op_free(gpointer data)
{
    GwPreviewOp *op = data;

    g_free(op->db);
    g_free(op->coll);
    g_free(op->what);
    g_free(op->shape);
    g_free(op->access);
    g_free(op->failure);
    g_ptr_array_unref(op->samples);
    g_ptr_array_unref(op->findings);
    g_free(op);
}

GwPreviewReport *
gw_preview_report_new(void)
{
    GwPreviewReport *report = g_new0(GwPreviewReport, 1);

    report->ops = g_ptr_array_new_with_free_func(op_free);
    report->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return report;
}

void
gw_preview_report_free(GwPreviewReport *report)
{
    if (report == NULL)
        return;
    g_hash_table_unref(report->keys);
    g_ptr_array_unref(report->ops);
    g_free(report);
}

static GwPreviewOp *
new_op(const char *db, const char *coll, const char *what, const char *shape)
{
    GwPreviewOp *op = g_new0(GwPreviewOp, 1);

    op->db = g_strdup(db);
    op->coll = g_strdup(coll);
    op->what = g_strdup(what);
    op->shape = g_strdup(shape);
    op->samples = g_ptr_array_new_with_free_func(sample_free);
    op->findings = g_ptr_array_new_with_free_func(g_free);
    return op;
}

GwPreviewOp *
gw_preview_report_entry(GwPreviewReport *report, const char *db, const char *coll, const char *what,
                        const char *shape)
{
    const char *told = report->ops->len < SHAPES_MAX ? shape : "others";
    g_autofree char *key = g_strjoin("\n", db, coll != NULL ? coll : "", what, shape, NULL);
    g_autofree char *wide = g_strjoin("\n", db, coll != NULL ? coll : "", what, told, NULL);
    GwPreviewOp *op = g_hash_table_lookup(report->keys, key);

    if (op == NULL)
        op = g_hash_table_lookup(report->keys, wide);
    if (op != NULL)
        return op;
    op = new_op(db, coll, what, told);
    g_ptr_array_add(report->ops, op);
    g_hash_table_insert(report->keys, g_steal_pointer(&wide), op);
    return op;
}

const GPtrArray *
gw_preview_report_ops(const GwPreviewReport *report)
{
    return report->ops;
}

bool
gw_preview_op_wants_samples(const GwPreviewOp *op)
{
    return op->samples->len < SAMPLES_MAX;
}

void
gw_preview_op_add_sample(GwPreviewOp *op, const bson_t *before, const bson_t *after)
{
    GwPreviewSample *sample = NULL;

    if (!gw_preview_op_wants_samples(op))
        return;
    sample = g_new0(GwPreviewSample, 1);
    sample->before = before != NULL ? bson_copy(before) : NULL;
    sample->after = after != NULL ? bson_copy(after) : NULL;
    g_ptr_array_add(op->samples, sample);
}

void
gw_preview_op_find(GwPreviewOp *op, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (op->findings->len < FINDINGS_MAX &&
        !g_ptr_array_find_with_equal_func(op->findings, text, g_str_equal, NULL))
        g_ptr_array_add(op->findings, g_steal_pointer(&text));
}

void
gw_preview_op_fail(GwPreviewOp *op, const char *message)
{
    if (op->failure == NULL)
        op->failure = g_strdup(message);
}
