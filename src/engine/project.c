/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/project-internal.h"

#include "engine/gm_options.h"
#include "project/config_file.h"
#include "project/scan.h"
#include "script/script.h"

struct GwProject {
    GwLocation location;
    GwConfig *config;     /* owned */
    GwClients *clients;   /* owned; NULL until connected */
    const char *database; /* borrowed from config or clients; NULL until connected */
    GwObserver observer;
    GwAskFunc ask;                   /* NULL: nobody is there */
    gpointer ask_data;               /* borrowed: outlives the project */
    const volatile int *interrupted; /* borrowed: outlives the project; may be NULL */
};

void
gw_project_free(GwProject *project)
{
    if (project == NULL)
        return;
    gw_clients_free(project->clients);
    gw_config_free(project->config);
    gw_location_clear(&project->location);
    g_free(project);
}

static void
emit_note(const char *text, gpointer data)
{
    gw_project_emit(data,
                    &(GwEvent){.kind = GW_EVENT_NOTE, .text = text, .text_bytes = strlen(text)});
}

static void
emit_output(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    gw_project_emit(data, &(GwEvent){.kind = GW_EVENT_OUTPUT,
                                     .text = text,
                                     .text_bytes = bytes,
                                     .is_stderr = is_stderr});
}

/* Configurations in JavaScript read environment variables and .env files, wherever they are. */
static bson_t *
run_configuration(GwProject *project, GError **error)
{
    GwScriptParams params = {
        .root = project->location.folder,
        .output = emit_output,
        .note = emit_note,
        .data = project,
        .interrupted = project->interrupted,
        .may_leave_root = true,
    };
    g_autoptr(GwScript) script = gw_script_new(&params, error);

    if (script == NULL)
        return NULL;
    return gw_script_eval_config(script, project->location.config_path, error);
}

static void
emit_notes(GwProject *project, const GPtrArray *notes)
{
    for (guint next = 0; next < notes->len; next++)
        emit_note(g_ptr_array_index(notes, next), project);
}

static GwConfigFlag *
copy_flags(const GwProjectParams *params)
{
    GwConfigFlag *flags = g_new0(GwConfigFlag, params->setting_count);

    for (gsize index = 0; index < params->setting_count; index++) {
        flags[index].key = params->settings[index].key;
        flags[index].value = params->settings[index].value;
        flags[index].origin = params->settings[index].origin;
    }
    return flags;
}

static bool
read_configuration(GwProject *project, const GwProjectParams *params, GError **error)
{
    g_autofree GwConfigFlag *flags = copy_flags(params);
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(bson_t) exported = NULL;
    g_auto(GStrv) variables = g_get_environ();
    GwConfigSources sources = {
        .location = &project->location,
        .variables = variables,
        .flags = flags,
        .flag_count = params->setting_count,
    };

    if (project->location.is_script) {
        exported = run_configuration(project, error);
        if (exported == NULL)
            return gw_prefix(error, "reading the configuration");
        sources.exported = exported;
    }
    project->config = gw_config_file_load(&sources, notes, error);
    if (project->config == NULL)
        return false;
    emit_notes(project, notes);
    return true;
}

static GwProject *
new_project(const GwProjectParams *params)
{
    GwProject *project = g_new0(GwProject, 1);

    project->observer = params->observer;
    project->ask = params->ask;
    project->ask_data = params->ask_data;
    project->interrupted = params->interrupted;
    return project;
}

GwProject *
gw_project_open(const GwProjectParams *params, GError **error)
{
    g_autoptr(GwProject) project = new_project(params);

    if (!gw_locate(params->folder, params->config_file, &project->location, error))
        return NULL;
    if (!read_configuration(project, params, error))
        return NULL;
    return g_steal_pointer(&project);
}

GwProject *
gw_project_open_any(const GwProjectParams *params, GError **error)
{
    g_autoptr(GwProject) project = new_project(params);
    g_autoptr(GError) failure = NULL;

    if (!gw_locate(params->folder, params->config_file, &project->location, &failure)) {
        if (params->config_file != NULL ||
            !g_error_matches(failure, GW_ERROR, GW_ERROR_NO_PROJECT)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
        gw_locate_bare(params->folder, &project->location);
    }
    if (!read_configuration(project, params, error))
        return NULL;
    return g_steal_pointer(&project);
}

static bool
throw_no_database(GError **error)
{
    gw_throw(error, GW_ERROR_CONFIG, "there is no database name");
    return gw_hint(error, "Write \"database\" into the configuration, put it into the URI "
                          "(mongodb://host/NAME), or say --database NAME.");
}

/* migrate-mongo's driver takes "test" where nobody names a database; its projects count on it. */
static bool
choose_database(GwProject *project, GError **error)
{
    const char *configured = gw_config_str(project->config, GW_CONFIG_DATABASE);
    const char *from_uri = gw_clients_uri_database(project->clients);

    if (configured != NULL)
        project->database = configured;
    else if (from_uri != NULL)
        project->database = from_uri;
    else if (gw_project_is_migrate_mongo(project))
        project->database = "test";
    return project->database != NULL || throw_no_database(error);
}

bool
gw_project_connect(GwProject *project, GError **error)
{
    if (project->database != NULL)
        return true;
    if (!gw_config_file_check_connection(project->config, error) ||
        !gw_gm_options_check(project, error))
        return false;
    if (project->clients == NULL) {
        project->clients = gw_clients_open(gw_config_str(project->config, GW_CONFIG_URI),
                                           "godwit/" GW_VERSION, error);
        if (project->clients == NULL)
            return false;
    }
    if (!gw_clients_connect(project->clients, error))
        return false;
    return choose_database(project, error);
}

const GwConfig *
gw_project_config(const GwProject *project)
{
    return project->config;
}

const char *
gw_project_root(const GwProject *project)
{
    return project->location.root;
}

const char *
gw_project_config_path(const GwProject *project)
{
    return project->location.config_path;
}

bool
gw_project_is_migrate_mongo(const GwProject *project)
{
    return gw_config_flavour(project->config) == GW_FLAVOUR_MIGRATE_MONGO;
}

GwClients *
gw_project_clients(const GwProject *project)
{
    return project->clients;
}

const char *
gw_project_database(const GwProject *project)
{
    return project->database;
}

const char *
gw_project_environment(const GwProject *project)
{
    return gw_config_str(project->config, GW_CONFIG_ENVIRONMENT);
}

const volatile int *
gw_project_interrupted(const GwProject *project)
{
    return project->interrupted;
}

const GwObserver *
gw_project_observer(const GwProject *project)
{
    return &project->observer;
}

void
gw_project_emit(const GwProject *project, const GwEvent *event)
{
    if (project->observer.func != NULL)
        project->observer.func(event, project->observer.data);
}

GwAnswer
gw_project_ask(const GwProject *project, const char *question)
{
    return project->ask != NULL ? project->ask(question, project->ask_data) : GW_ANSWER_NOBODY;
}

GPtrArray *
gw_project_scan(const GwProject *project, GError **error)
{
    g_autofree char *folder = gw_config_file_folder(project->config, project->location.root);

    return gw_scan_folder(project->config, folder, error);
}

GArray *
gw_project_join(const GwProject *project, const GPtrArray *files, const GPtrArray *records)
{
    GwPlanRules rules = gw_plan_rules(project->config);

    return gw_plan_join(files, records, &rules);
}

bool
gw_project_check_unique(const GwProject *project, const GPtrArray *files, GError **error)
{
    GwPlanRules rules = gw_plan_rules(project->config);

    return gw_plan_check_unique(files, &rules, error);
}

GwPolicies
gw_project_policies(const GwProject *project)
{
    return gw_plan_policies(project->config);
}

bool
gw_project_is_golang_migrate(const GwProject *project)
{
    return g_strcmp0(gw_config_str(project->config, GW_CONFIG_FORMAT), "golang-migrate") == 0;
}

const char *
gw_project_tracker_name(const GwProject *project)
{
    if (gw_project_is_golang_migrate(project) &&
        gw_config_is_default(project->config, GW_CONFIG_TRACKER))
        return "schema_migrations";
    return gw_config_str(project->config, GW_CONFIG_TRACKER);
}

/* Where the folder can't be read, whoever wants its files says so. */
static GPtrArray *
files_or_none(const GwProject *project)
{
    GPtrArray *files = gw_project_scan(project, NULL);

    return files != NULL ? files
                         : g_ptr_array_new_with_free_func((GDestroyNotify)gw_migration_file_free);
}

GwTracker *
gw_project_tracker(const GwProject *project)
{
    const char *name = gw_project_tracker_name(project);

    if (gw_project_is_golang_migrate(project))
        return gw_tracker_versions_new(project->clients, project->database, name,
                                       files_or_none(project));
    if (gw_project_is_migrate_mongo(project))
        return gw_tracker_changelog_new(project->clients, project->database, name,
                                        gw_config_bool(project->config, GW_CONFIG_USE_FILE_HASH));
    return gw_tracker_native_new(project->clients, project->database, name);
}

bool
gw_project_has_mm_lock(const GwProject *project)
{
    return gw_project_is_migrate_mongo(project) &&
           gw_config_str(project->config, GW_CONFIG_LOCK_COLLECTION_NAME) != NULL &&
           gw_config_int(project->config, GW_CONFIG_LOCK_TTL) > 0;
}
