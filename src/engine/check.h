/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file of the migrations folder, looked at before anything runs: does it load, what does it
 * call and import, what is to be said of its style. A database is asked only where that is
 * wanted.
 */
#pragma once

#include "engine/project.h"

/* Strings are owned. */
typedef struct {
    char *file;  /* seen from the project: "migrations/001_a.js" */
    char *rule;  /* "loads", or a rule of script/js/typescript/rules.js */
    char *level; /* "error", "warning", "note" */
    char *message;
    int line;
    int column;
} GwFinding;

typedef struct {
    char *file;
    const char *runs; /* static: "native"; "node" = it needs Node; "nowhere" = it does not load */
    char *modules;    /* JSON: what it imports */
    char *calls;      /* JSON: [{name, count}] of the driver */
} GwCheckedFile;

typedef struct {
    GPtrArray *files;    /* owned: GwCheckedFile */
    GPtrArray *findings; /* owned: GwFinding, in the order of files and lines */
    guint errors;
    guint warnings;
} GwCheckReport;
void gw_check_report_clear(GwCheckReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwCheckReport, gw_check_report_clear)

/* Look at all files; with `is_live` ask the database, too. Findings are no failure: it fails where
 * the folder can't be read, or the database not be asked. */
bool gw_engine_check(GwProject *project, bool is_live, GwCheckReport *out_report, GError **error);
