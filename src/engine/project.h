/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A project that a verb works on: its configuration and, once connected, its database. It is the
 * only thing that skins hand to verbs.
 */
#pragma once

#include "model/config.h"
#include "model/event.h"

typedef struct GwProject GwProject;

/* One setting from the command line, stronger than any other source. Strings are borrowed. */
typedef struct {
    GwConfigKey key;
    const char *value;
    const char *origin; /* "--uri" */
} GwSetting;

/* What was answered to a question. */
typedef enum {
    GW_ANSWER_NOBODY, /* there was nobody to ask */
    GW_ANSWER_NO,     /* also: interrupted while it was asked */
    GW_ANSWER_YES,
    GW_ANSWER_ALL,        /* yes, and do not ask again in this run */
    GW_ANSWER_BEFOREHAND, /* --yes */
} GwAnswer;

/* Ask whoever started the verb. Threads: called from any, one at a time. */
typedef GwAnswer (*GwAskFunc)(const char *question, gpointer data);

/* All pointers are borrowed and outlive the project; strings are copied. */
typedef struct {
    const char *folder;      /* where the command was called; NULL: the current one */
    const char *config_file; /* -f FILE, relative to `folder` or absolute; NULL: look for one */
    const GwSetting *settings;
    gsize setting_count;
    GwObserver observer; /* .func may be NULL */
    GwAskFunc ask;       /* NULL: nobody is there to ask */
    gpointer ask_data;
    const volatile int *interrupted; /* not 0: stop at the next safe place; may be NULL */
} GwProjectParams;

/* Find and read the configuration; runs it where it is JavaScript. No connection is made. Fails
 * with GW_ERROR_NO_PROJECT, GW_ERROR_CONFIG, GW_ERROR_SCRIPT_LOAD. */
GwProject *gw_project_open(const GwProjectParams *params, GError **error);

/* Where there is no configuration file at all, as if an empty one stood in `folder`: for verbs that
 * work everywhere (doctor, sandbox, config). */
GwProject *gw_project_open_any(const GwProjectParams *params, GError **error);

void gw_project_free(GwProject *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwProject, gw_project_free)

/* Connect, unless that is done. Fails with GW_ERROR_CONNECTION, GW_ERROR_AUTH, GW_ERROR_CONFIG (no
 * URI, no database name). Verbs that need the database call it by themselves. */
bool gw_project_connect(GwProject *project, GError **error);

/* Borrowed from the project. */
const GwConfig *gw_project_config(const GwProject *project);
const char *gw_project_root(const GwProject *project);        /* absolute */
const char *gw_project_config_path(const GwProject *project); /* absolute; NULL = none */
bool gw_project_is_migrate_mongo(const GwProject *project);
