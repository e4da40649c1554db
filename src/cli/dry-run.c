/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dry-run.h"

#include <string.h>

#include "cli/report.h"

bool
gw_cli_is_dry_run(const GwArgs *args)
{
    return gw_args_has(args, GW_OPTION_ID_DRY_RUN);
}

/* One line, cut to what the terminal takes. */
static void
put_line(const GwTerminal *out, GwStyle style, const char *mark, const char *text)
{
    g_autofree char *clean = gw_terminal_clean(text);
    g_autofree char *shown =
        gw_terminal_cut(clean, MAX(20, out->width - (guint)strlen(mark)), out->is_utf8);

    gw_terminal_put(out, style, "%s%s", mark, shown);
    (void)fputc('\n', out->file);
}

static void
put_wrapped(const GwTerminal *out, const char *label, const char *text)
{
    g_autofree char *clean = gw_terminal_clean(text);

    gw_terminal_put(out, GW_STYLE_DIM, "    %-7s", label);
    gw_terminal_wrap(out, clean, 11, out->width);
}

/* "field: value" of one field; libbson writes { "field" : value }. Owned. */
static char *
field_text(const bson_iter_t *iter)
{
    g_auto(bson_t) one = BSON_INITIALIZER;
    g_autoptr(GwBsonStr) json = NULL;
    gsize length = 0;

    bson_append_iter(&one, NULL, 0, iter);
    json = bson_as_relaxed_extended_json(&one, NULL);
    length = json != NULL ? strlen(json) : 0;
    return length > 4 ? g_strndup(json + 2, length - 4) : g_strdup("?");
}

/* The fields of `doc` that `other` has not, or otherwise. */
static void
put_fields(const GwTerminal *out, GwStyle style, const char *mark, const bson_t *doc,
           const bson_t *other)
{
    bson_iter_t iter;

    for (bool more = bson_iter_init(&iter, doc); more && bson_iter_next(&iter);) {
        g_autofree char *text = NULL;

        if (gw_bson_has_same_field(other, &iter))
            continue;
        text = field_text(&iter);
        put_line(out, style, mark, text);
    }
}

static void
put_whole(const GwTerminal *out, GwStyle style, const char *mark, const bson_t *doc)
{
    g_autoptr(GwBsonStr) json = bson_as_relaxed_extended_json(doc, NULL);

    put_line(out, style, mark, json != NULL ? json : "?");
}

static void
put_sample(const GwTerminal *out, const GwPreviewSample *sample)
{
    bson_iter_t id;
    g_autofree char *text = NULL;

    if (sample->before == NULL || sample->after == NULL) {
        bool is_new = sample->before == NULL;

        put_whole(out, is_new ? GW_STYLE_GREEN : GW_STYLE_RED, is_new ? "      + " : "      - ",
                  is_new ? sample->after : sample->before);
        return;
    }
    if (bson_equal(sample->before, sample->after)) {
        put_whole(out, GW_STYLE_PLAIN, "        ", sample->before);
        return;
    }
    if (bson_iter_init_find(&id, sample->after, "_id"))
        text = field_text(&id);
    put_line(out, GW_STYLE_DIM, "        ", text != NULL ? text : "");
    put_fields(out, GW_STYLE_RED, "      - ", sample->before, sample->after);
    put_fields(out, GW_STYLE_GREEN, "      + ", sample->after, sample->before);
}

static void
put_head(const GwTerminal *out, const GwPreviewOp *op)
{
    g_autofree char *ns =
        op->coll != NULL ? g_strconcat(op->db, ".", op->coll, NULL) : g_strdup(op->db);
    g_autofree char *clean = gw_terminal_clean(ns);

    (void)fputs("  ", out->file);
    gw_terminal_put(out, GW_STYLE_BOLD, "%s", op->what);
    (void)fprintf(out->file, " %s", clean);
    if (op->operations > 1) {
        g_autofree char *times = gw_report_number(op->operations);

        (void)fprintf(out->file, ", %s times", times);
    }
    if (op->is_irreversible)
        gw_terminal_put(out, GW_STYLE_RED, "  irreversible");
    else if (op->is_destructive)
        gw_terminal_put(out, GW_STYLE_YELLOW, "  destructive");
    (void)fputc('\n', out->file);
}

static void
put_counts(const GwTerminal *out, const GwPreviewOp *op)
{
    g_autofree char *matched = gw_report_count(op->matched, "document");
    g_autofree char *changed = gw_report_number(op->changed);
    g_autofree char *time =
        op->estimate_us >= 0 ? gw_report_duration(op->estimate_us / 1000) : NULL;
    g_autofree char *text =
        g_strconcat(matched, op->matched == 1 ? " matches, " : " match, ", changed, " would change",
                    op->access != NULL ? ", " : "", op->access != NULL ? op->access : "",
                    time != NULL ? ", about " : "", time != NULL ? time : "", NULL);

    put_wrapped(out, "finds", text);
}

static void
put_operation(const GwTerminal *out, const GwPreviewOp *op)
{
    put_head(out, op);
    if (op->shape[0] != '\0' && !op->is_simulated)
        put_wrapped(out, "call", op->shape);
    put_counts(out, op);
    if (op->is_sampled)
        put_wrapped(out, "tried", "on a part of the documents; counted in full");
    else if (op->is_simulated)
        put_wrapped(out, "tried", "no: checked, and answered as the server would");
    for (guint next = 0; next < op->findings->len; next++)
        put_wrapped(out, "note", g_ptr_array_index(op->findings, next));
    for (guint next = 0; next < op->samples->len; next++)
        put_sample(out, g_ptr_array_index(op->samples, next));
    put_wrapped(out, "undo", op->undo);
    if (op->failure != NULL) {
        g_autofree char *message = gw_terminal_clean(op->failure);

        gw_terminal_put(out, GW_STYLE_RED, "    fails  ");
        gw_terminal_wrap(out, message, 11, out->width);
    }
}

static void
put_migration(const GwTerminal *out, const GwDryRunMigration *migration)
{
    const GPtrArray *ops = gw_preview_report_ops(migration->report);
    bool has_passed = g_str_equal(migration->status, "passed");
    g_autofree char *name = gw_terminal_clean(migration->id);

    gw_terminal_put(out, has_passed ? GW_STYLE_GREEN : GW_STYLE_RED, "%s", migration->status);
    (void)fprintf(out->file, " %s %s\n", migration->direction, name);
    if (ops->len == 0)
        (void)fputs("  changes nothing\n", out->file);
    for (guint next = 0; next < ops->len; next++)
        put_operation(out, g_ptr_array_index(ops, next));
}

static void
print(const GwCli *cli, const GwDryRunReport *report)
{
    guint count = report->migrations->len;
    g_autofree char *migrations = gw_report_count(count, "migration");

    for (guint next = 0; next < count; next++)
        put_migration(&cli->out, g_ptr_array_index(report->migrations, next));
    (void)fprintf(cli->out.file, "%s%s tried on '%s' (%s); nothing was written\n",
                  count > 0 ? "\n" : "", migrations, report->database, report->environment);
    gw_report_warnings(&cli->err, report->warnings);
}

bool
gw_cli_dry_run(GwCli *cli, GwDryRunVerb verb, const GwRunParams *params, GError **error)
{
    g_auto(GwDryRunReport) report = {0};
    bool is_ok = gw_engine_dry_run(cli->project, verb, params, &report, error);

    if (report.migrations == NULL)
        return is_ok;
    if (cli->json != NULL)
        gw_dry_run_write_json(cli->json, &report);
    else
        print(cli, &report);
    return is_ok;
}
