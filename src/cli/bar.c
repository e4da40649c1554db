/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bar.h"

#include "cli/report.h"

#define CELLS 20

static void
append_bar(GString *text, const GwTerminal *terminal, const GwProgressFacts *facts)
{
    const gint64 done = facts->documents * CELLS / facts->total;

    for (gint64 cell = 0; cell < CELLS; cell++) {
        if (terminal->is_utf8)
            g_string_append(text, cell < done ? "█" : "░");
        else
            g_string_append_c(text, cell < done ? '#' : '-');
    }
    g_string_append_printf(text, " %d %%, ", (int)(facts->documents * 100 / facts->total));
}

static void
append_count(GString *text, const GwProgressFacts *facts)
{
    g_autofree char *documents = gw_report_number(facts->documents);
    g_autofree char *total = gw_report_count(facts->total, "document");
    g_autofree char *alone = gw_report_count(facts->documents, "document");

    if (facts->total > 0)
        g_string_append_printf(text, "%s of %s", documents, total);
    else
        g_string_append(text, alone);
}

static void
append_pace(GString *text, const GwProgressFacts *facts)
{
    g_autofree char *rate = gw_report_number(facts->rate);
    g_autofree char *left = gw_report_duration(MAX(0, facts->left_ms));
    g_autofree char *lag = gw_report_duration(MAX(0, facts->lag_ms));

    g_string_append_printf(text, ", %s/s", rate);
    if (facts->left_ms >= 0)
        g_string_append_printf(text, ", %s left", left);
    if (facts->lag_ms > 0)
        g_string_append_printf(text, ", lag %s", lag);
    if (facts->waiting != NULL)
        g_string_append_printf(text, "; waits: %s", facts->waiting);
}

char *
gw_bar_describe(const GwTerminal *terminal, const GwProgressFacts *facts)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *ns = facts->ns != NULL ? gw_terminal_clean(facts->ns) : NULL;

    if (facts->is_undo)
        g_string_append(text, "taking back ");
    if (ns != NULL)
        g_string_append_printf(text, "%s ", ns);
    if (facts->total > 0)
        append_bar(text, terminal, facts);
    append_count(text, facts);
    append_pace(text, facts);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
add_or_null(GwJson *json, const char *key, gint64 value, bool is_known)
{
    gw_json_key(json, key);
    if (is_known)
        gw_json_int(json, value);
    else
        gw_json_null(json);
}

void
gw_bar_add_json(GwJson *json, const GwProgressFacts *facts)
{
    gw_json_add_str(json, "namespace", facts->ns);
    gw_json_add_int(json, "documents", facts->documents);
    add_or_null(json, "total", facts->total, facts->total > 0);
    gw_json_add_int(json, "changed", facts->changed);
    gw_json_add_int(json, "rate", facts->rate);
    add_or_null(json, "left", facts->left_ms, facts->left_ms >= 0);
    add_or_null(json, "lag", facts->lag_ms, facts->lag_ms >= 0);
    gw_json_add_bool(json, "undo", facts->is_undo);
    gw_json_add_str(json, "waiting", facts->waiting);
}
