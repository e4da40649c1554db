/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command has at hand: the command line, both streams, the project. A command asks the
 * engine and shows the answer; it decides nothing.
 */
#pragma once

#include "base/json.h"
#include "cli/args.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "engine/project.h"

struct GwCli {
    const GwArgs *args; /* borrowed */
    GwTerminal out;     /* what was asked for */
    GwTerminal err;     /* errors, progress, remarks */
    GwProgress *progress;
    GwProject *project;     /* NULL where the command needs none */
    GwJson *json;           /* the object that is the answer, begun; NULL: people read it */
    GArray *settings;       /* of GwSetting */
    GwProjectParams params; /* how `project` was opened, or would be */
    int exit_status;        /* where the command did not fail; 0 = done */
    bool is_quiet;
    bool is_verbose;
    bool is_yes;
};

/* Run the program; the answer is the exit status. */
int gw_cli_main(int argc, char **argv);

/* Whether the project is migrate-mongo's and people read the output: then it has to look as
 * migrate-mongo's does. */
bool gw_cli_speaks_migrate_mongo(const GwCli *cli);
