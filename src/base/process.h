/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Child processes, started by the words of their command line; no shell ever reads them.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/* All pointers are borrowed for the time of the call. */
typedef struct {
    const char *const *argv; /* ends with NULL; the first is looked up in PATH */
    const char *const *env;  /* "NAME=value", added to our own; ends with NULL; or NULL */
    const char *output;      /* both of its streams go to this file; NULL = to ours */
    bool is_detached;        /* a session of its own, no input: Ctrl-C in ours does not reach it */
    bool ends_with_us;       /* it gets SIGTERM when we are gone, however that came (Linux only) */
} GwProcessParams;

/* Start a child. It has to be waited for. Fails with GW_ERROR_IO, naming the program. */
bool gw_process_start(const GwProcessParams *params, pid_t *out_pid, GError **error);

/* Wait for the child's end. `out_status` is its exit status, or 128 and the signal that ended it.
 */
bool gw_process_wait(pid_t pid, int *out_status, GError **error);

/* Whether the child has not ended; the status of one that has is there once: see above. */
bool gw_process_is_running(pid_t pid, int *out_status);

/* End the process at once (SIGKILL); a child of ours is waited for. Others may stay in the table of
 * processes until whoever has them looks. That it is gone is no failure. Fails with GW_ERROR_IO. */
bool gw_process_kill(pid_t pid, GError **error);

/* The absolute path of a program in PATH, or of a path to one; NULL = there is none that may be
 * run. Owned. */
char *gw_process_find_program(const char *name);
