/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check-formats.h"

static void
add_finding(GwJson *json, const GwFinding *finding)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "file", finding->file);
    gw_json_add_int(json, "line", finding->line);
    gw_json_add_int(json, "column", finding->column);
    gw_json_add_str(json, "level", finding->level);
    gw_json_add_str(json, "rule", finding->rule);
    gw_json_add_str(json, "message", finding->message);
    gw_json_end_object(json);
}

static void
add_file(GwJson *json, const GwCheckedFile *file)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "file", file->file);
    gw_json_add_str(json, "runs", file->runs);
    gw_json_key(json, "modules");
    gw_json_raw(json, file->modules);
    gw_json_key(json, "calls");
    gw_json_raw(json, file->calls);
    gw_json_end_object(json);
}

void
gw_check_add_json(GwJson *json, const GwCheckReport *report)
{
    gw_json_key(json, "files");
    gw_json_begin_array(json);
    for (guint row = 0; row < report->files->len; row++)
        add_file(json, g_ptr_array_index(report->files, row));
    gw_json_end_array(json);
    gw_json_key(json, "findings");
    gw_json_begin_array(json);
    for (guint row = 0; row < report->findings->len; row++)
        add_finding(json, g_ptr_array_index(report->findings, row));
    gw_json_end_array(json);
    gw_json_add_int(json, "errors", report->errors);
    gw_json_add_int(json, "warnings", report->warnings);
}

/* A message stands on one line, its value behind `=` ends at a comma or colon. */
static char *
escape(const char *text, bool is_value)
{
    g_autoptr(GString) out = g_string_new(text);

    g_string_replace(out, "%", "%25", 0);
    g_string_replace(out, "\r", "%0D", 0);
    g_string_replace(out, "\n", "%0A", 0);
    if (is_value) {
        g_string_replace(out, ":", "%3A", 0);
        g_string_replace(out, ",", "%2C", 0);
    }
    return g_strdup(out->str);
}

char *
gw_check_github(const GwCheckReport *report)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint row = 0; row < report->findings->len; row++) {
        const GwFinding *finding = g_ptr_array_index(report->findings, row);
        g_autofree char *file = escape(finding->file, true);
        g_autofree char *message = escape(finding->message, false);

        g_string_append_printf(out, "::%s file=%s,line=%d,col=%d,title=godwit %s::%s\n",
                               g_str_equal(finding->level, "note") ? "notice" : finding->level,
                               file, finding->line, finding->column, finding->rule, message);
    }
    return g_strdup(out->str);
}

static void
add_result(GwJson *json, const GwFinding *finding)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "ruleId", finding->rule);
    gw_json_add_str(json, "level", finding->level);
    gw_json_key(json, "message");
    gw_json_begin_object(json);
    gw_json_add_str(json, "text", finding->message);
    gw_json_end_object(json);
    gw_json_key(json, "locations");
    gw_json_begin_array(json);
    gw_json_begin_object(json);
    gw_json_key(json, "physicalLocation");
    gw_json_begin_object(json);
    gw_json_key(json, "artifactLocation");
    gw_json_begin_object(json);
    gw_json_add_str(json, "uri", finding->file);
    gw_json_end_object(json);
    gw_json_key(json, "region");
    gw_json_begin_object(json);
    gw_json_add_int(json, "startLine", finding->line);
    gw_json_add_int(json, "startColumn", finding->column);
    gw_json_end_object(json);
    gw_json_end_object(json);
    gw_json_end_object(json);
    gw_json_end_array(json);
    gw_json_end_object(json);
}

static void
begin_run(GwJson *json)
{
    gw_json_begin_object(json);
    gw_json_add_str(json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    gw_json_add_str(json, "version", "2.1.0");
    gw_json_key(json, "runs");
    gw_json_begin_array(json);
    gw_json_begin_object(json);
    gw_json_key(json, "tool");
    gw_json_begin_object(json);
    gw_json_key(json, "driver");
    gw_json_begin_object(json);
    gw_json_add_str(json, "name", "godwit");
    gw_json_add_str(json, "version", GW_VERSION);
    gw_json_end_object(json);
    gw_json_end_object(json);
}

char *
gw_check_sarif(const GwCheckReport *report)
{
    g_autoptr(GwJson) json = gw_json_new();

    begin_run(json);
    gw_json_key(json, "results");
    gw_json_begin_array(json);
    for (guint row = 0; row < report->findings->len; row++)
        add_result(json, g_ptr_array_index(report->findings, row));
    gw_json_end_array(json);
    gw_json_end_object(json);
    gw_json_end_array(json);
    gw_json_end_object(json);
    return g_strconcat(gw_json_text(json), "\n", NULL);
}
