/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/check.h"

#include <string.h>

#include "base/fs.h"
#include "engine/node_choice.h"
#include "engine/project-internal.h"
#include "engine/step.h"
#include "script/typescript.h"

static const GwObserver silent = {0};

typedef struct {
    GwProject *project;    /* borrowed */
    GwCheckReport *report; /* borrowed */
    char **off;            /* owned: rules that the configuration switches off */
} Check;

static void
finding_free(GwFinding *finding)
{
    g_free(finding->file);
    g_free(finding->rule);
    g_free(finding->level);
    g_free(finding->message);
    g_free(finding);
}

static void
checked_file_free(GwCheckedFile *file)
{
    g_free(file->file);
    g_free(file->modules);
    g_free(file->calls);
    g_free(file);
}

void
gw_check_report_clear(GwCheckReport *report)
{
    g_clear_pointer(&report->files, g_ptr_array_unref);
    g_clear_pointer(&report->findings, g_ptr_array_unref);
}

static void
add_finding(const Check *check, GwFinding *take_finding)
{
    g_ptr_array_add(check->report->findings, take_finding);
    check->report->errors += g_str_equal(take_finding->level, "error");
    check->report->warnings += g_str_equal(take_finding->level, "warning");
}

/* What only Node has says so in its message. */
static const char *
runs_where(const GError *error)
{
    if (strstr(error->message, "not available in godwit") != NULL ||
        strstr(error->message, "which godwit cannot run") != NULL)
        return "node";
    return "nowhere";
}

static void
add_load_error(const Check *check, const char *shown, const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);
    GwFinding *finding = g_new0(GwFinding, 1);

    finding->file = g_strdup(info != NULL && info->file != NULL ? info->file : shown);
    finding->rule = g_strdup("loads");
    finding->level = g_strdup("error");
    finding->message = g_strdup(error->message);
    finding->line = info != NULL ? MAX(1, info->line) : 1;
    finding->column = info != NULL ? MAX(1, info->column) : 1;
    add_finding(check, finding);
}

/* Whether it loads; says whether it has a down(). */
static const char *
load(const Check *check, const GwMigrationFile *file, const char *shown, bool *out_has_down)
{
    GwStepParams params = {.project = check->project, .file = file, .observer = &silent};
    g_autoptr(GError) error = NULL;
    g_autoptr(GwStep) step = NULL;

    *out_has_down = true;
    /* Loading it would start the application. */
    if (gw_node_runs(check->project, file))
        return "node";
    step = gw_step_load(&params, &error);
    if (step == NULL) {
        add_load_error(check, shown, error);
        return runs_where(error);
    }
    *out_has_down = gw_step_facts(step)->has_down;
    return "native";
}

static GwFinding *
finding_of(const bson_t *row, const char *shown)
{
    GwFinding *finding = g_new0(GwFinding, 1);

    finding->file = g_strdup(shown);
    finding->rule = g_strdup(gw_bson_get_str(row, "rule"));
    finding->level = g_strdup(gw_bson_get_str(row, "level"));
    finding->message = g_strdup(gw_bson_get_str(row, "message"));
    finding->line = (int)gw_bson_get_int(row, "line", 1);
    finding->column = (int)gw_bson_get_int(row, "column", 1);
    return finding;
}

static void
add_findings(const Check *check, const bson_t *facts, const char *shown)
{
    bson_iter_t list;
    bson_iter_t row;

    if (!bson_iter_init_find(&list, facts, "findings") || !bson_iter_recurse(&list, &row))
        return;
    while (bson_iter_next(&row)) {
        bson_t doc;
        const uint8_t *bytes = NULL;
        uint32_t size = 0;

        bson_iter_document(&row, &size, &bytes);
        if (!bson_init_static(&doc, bytes, size) ||
            g_strv_contains((const char *const *)check->off, gw_bson_get_str(&doc, "rule")))
            continue;
        add_finding(check, finding_of(&doc, shown));
    }
}

static char *
part_of(const bson_t *facts, const char *name)
{
    bson_iter_t iter;
    bson_t doc;
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    g_autoptr(GwBsonStr) json = NULL;

    if (!bson_iter_init_find(&iter, facts, name))
        return g_strdup("[]");
    bson_iter_array(&iter, &size, &bytes);
    if (!bson_init_static(&doc, bytes, size))
        return g_strdup("[]");
    json = bson_array_as_json(&doc, NULL);
    return g_strdup(json);
}

/* A file that does not parse was reported by loading it. */
static void
look_into(const Check *check, const GwMigrationFile *file, bool has_down, GwCheckedFile *checked)
{
    gsize bytes = 0;
    g_autofree char *text = gw_fs_read(file->path, &bytes, NULL);
    g_autofree char *json = NULL;
    g_autoptr(bson_t) facts = NULL;

    if (text != NULL && !g_str_has_suffix(file->name, ".json"))
        json = gw_typescript_check(text, bytes, has_down, NULL);
    if (json != NULL)
        facts = bson_new_from_json((const uint8_t *)json, -1, NULL);
    if (facts == NULL) {
        checked->modules = g_strdup("[]");
        checked->calls = g_strdup("[]");
        return;
    }
    checked->modules = part_of(facts, "modules");
    checked->calls = part_of(facts, "calls");
    add_findings(check, facts, checked->file);
}

static void
check_one(const Check *check, const GwMigrationFile *file)
{
    const char *root = gw_project_root(check->project);
    GwCheckedFile *checked = g_new0(GwCheckedFile, 1);
    bool has_down = true;

    checked->file =
        g_strdup(gw_fs_is_under(root, file->path) ? file->path + strlen(root) + 1 : file->path);
    checked->runs = load(check, file, checked->file, &has_down);
    look_into(check, file, has_down, checked);
    g_ptr_array_add(check->report->files, checked);
}

bool
gw_engine_check(GwProject *project, GwCheckReport *out_report, GError **error)
{
    g_autoptr(GPtrArray) files = gw_project_scan(project, error);
    const char *off = gw_config_str(gw_project_config(project), GW_CONFIG_CHECK_OFF);
    g_auto(GStrv) rules = g_strsplit_set(off != NULL ? off : "", ", ", -1);
    Check check = {project, out_report, rules};

    if (files == NULL)
        return false;
    *out_report = (GwCheckReport){
        .files = g_ptr_array_new_with_free_func((GDestroyNotify)checked_file_free),
        .findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free),
    };
    for (guint row = 0; row < files->len; row++)
        check_one(&check, g_ptr_array_index(files, row));
    return true;
}
