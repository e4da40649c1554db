/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/check.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "engine/check_live.h"
#include "engine/node_choice.h"
#include "engine/project-internal.h"
#include "engine/step.h"
#include "script/typescript.h"

static const GwObserver silent = {0};

typedef struct {
    GwProject *project;    /* borrowed */
    GwCheckReport *report; /* borrowed */
    char **off;            /* owned: rules that the configuration switches off */
    GwCheckLive *live;     /* owned; NULL = no database is asked */
    char *indexes;         /* owned: JSON, as the files so far leave them */
} Check;

static void
check_clear(Check *check)
{
    g_clear_pointer(&check->live, gw_check_live_free);
    g_clear_pointer(&check->off, g_strfreev);
    g_clear_pointer(&check->indexes, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

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

/* The next document of a list that `row` walks through. */
static bool
next_document(bson_iter_t *row, bson_t *out_doc)
{
    const uint8_t *bytes = NULL;
    uint32_t size = 0;

    if (!bson_iter_next(row))
        return false;
    bson_iter_document(row, &size, &bytes);
    return bson_init_static(out_doc, bytes, size);
}

static bool
is_off(const Check *check, const bson_t *row)
{
    return g_strv_contains((const char *const *)check->off, gw_bson_get_str(row, "rule"));
}

static void
add_findings(const Check *check, const bson_t *facts, const char *shown)
{
    bson_iter_t list;
    bson_iter_t row;
    bson_t doc;

    if (!bson_iter_init_find(&list, facts, "findings") || !bson_iter_recurse(&list, &row))
        return;
    while (next_document(&row, &doc)) {
        if (!is_off(check, &doc))
            add_finding(check, finding_of(&doc, shown));
    }
}

/* Ask the database what only it knows. */
static bool
add_answers(const Check *check, const bson_t *facts, const GwMigrationFile *file, const char *shown,
            GError **error)
{
    bson_iter_t list;
    bson_iter_t row;
    bson_t doc;

    if (check->live == NULL || !bson_iter_init_find(&list, facts, "questions") ||
        !bson_iter_recurse(&list, &row))
        return true;
    while (next_document(&row, &doc)) {
        GwFinding *finding = NULL;
        char *message = NULL;

        if (is_off(check, &doc))
            continue;
        if (!gw_check_live_answer(check->live, file, &doc, &message, error))
            return false;
        if (message == NULL)
            continue;
        finding = finding_of(&doc, shown);
        finding->message = message;
        add_finding(check, finding);
    }
    return true;
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

/* What the rules are told besides the text: {file, indexes}. Owned. */
static char *
context_of(const Check *check, const char *shown)
{
    g_autoptr(GwJson) json = gw_json_new();

    gw_json_begin_object(json);
    gw_json_add_str(json, "file", shown);
    gw_json_key(json, "indexes");
    gw_json_raw(json, check->indexes);
    gw_json_end_object(json);
    return g_strdup(gw_json_text(json));
}

/* NULL for what is no JavaScript, or does not parse: that was reported by loading it. Owned. */
static bson_t *
facts_of(const Check *check, const GwMigrationFile *file, bool has_down, const char *shown)
{
    gsize bytes = 0;
    g_autofree char *text = gw_fs_read(file->path, &bytes, NULL);
    g_autofree char *context = context_of(check, shown);
    g_autofree char *json = NULL;

    if (text != NULL && !g_str_has_suffix(file->name, ".json"))
        json = gw_typescript_check(text, bytes, has_down, context, NULL);
    return json != NULL ? bson_new_from_json((const uint8_t *)json, -1, NULL) : NULL;
}

static bool
look_into(Check *check, const GwMigrationFile *file, bool has_down, GwCheckedFile *checked,
          GError **error)
{
    g_autoptr(bson_t) facts = facts_of(check, file, has_down, checked->file);

    if (facts == NULL) {
        checked->modules = g_strdup("[]");
        checked->calls = g_strdup("[]");
        return true;
    }
    checked->modules = part_of(facts, "modules");
    checked->calls = part_of(facts, "calls");
    g_clear_pointer(&check->indexes, g_free);
    check->indexes = part_of(facts, "indexes");
    add_findings(check, facts, checked->file);
    return add_answers(check, facts, file, checked->file, error);
}

static bool
check_one(Check *check, const GwMigrationFile *file, GError **error)
{
    const char *root = gw_project_root(check->project);
    GwCheckedFile *checked = g_new0(GwCheckedFile, 1);
    bool has_down = true;

    g_ptr_array_add(check->report->files, checked);
    checked->file =
        g_strdup(gw_fs_is_under(root, file->path) ? file->path + strlen(root) + 1 : file->path);
    checked->runs = load(check, file, checked->file, &has_down);
    return look_into(check, file, has_down, checked, error);
}

static bool
begin(Check *check, bool is_live, GError **error)
{
    const char *off = gw_config_str(gw_project_config(check->project), GW_CONFIG_CHECK_OFF);

    check->off = g_strsplit_set(off != NULL ? off : "", ", ", -1);
    check->indexes = g_strdup("[]");
    if (is_live)
        check->live = gw_check_live_new(check->project, error);
    return !is_live || check->live != NULL;
}

bool
gw_engine_check(GwProject *project, bool is_live, GwCheckReport *out_report, GError **error)
{
    g_autoptr(GPtrArray) files = gw_project_scan(project, error);
    g_auto(Check) check = {.project = project, .report = out_report};

    if (files == NULL || !begin(&check, is_live, error))
        return false;
    *out_report = (GwCheckReport){
        .files = g_ptr_array_new_with_free_func((GDestroyNotify)checked_file_free),
        .findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free),
    };
    for (guint row = 0; row < files->len; row++) {
        if (!check_one(&check, g_ptr_array_index(files, row), error))
            return false;
    }
    return true;
}
