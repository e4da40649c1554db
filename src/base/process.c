/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

/* Runs in the child between fork and exec: nothing but plain system calls. */
static void
set_up_child(gpointer data)
{
    const GwProcessParams *params = data;

    if (params->is_detached)
        (void)setsid(); /* fails only where it is the leader of a group, which a new child is not */
#ifdef __linux__
    if (params->ends_with_us)
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a convenience: who stops us still cleans up */
#endif
}

static int
open_output(const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0)
        gw_throw(error, GW_ERROR_IO, "opening '%s': %s", path, g_strerror(errno));
    return fd;
}

static char **
environment_of(const GwProcessParams *params)
{
    char **all = g_get_environ();

    for (gsize i = 0; params->env != NULL && params->env[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(params->env[i], "=", 2);

        all = g_environ_setenv(all, pair[0], pair[1] != NULL ? pair[1] : "", TRUE);
    }
    return all;
}

/* Whom it failed for, and what GLib's own domain does not say: that this is about files. */
static bool
throw_spawn(const GwProcessParams *params, const GError *cause, GError **error)
{
    g_autofree char *shown = gw_text_shown(params->argv[0]);

    return gw_throw(error, GW_ERROR_IO, "starting '%s': %s", shown, cause->message);
}

bool
gw_process_start(const GwProcessParams *params, pid_t *out_pid, GError **error)
{
    g_auto(GStrv) env = environment_of(params);
    g_autoptr(GError) cause = NULL;
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH;
    int output = params->output != NULL ? open_output(params->output, error) : -1;
    bool is_started = false;

    if (params->output != NULL && output < 0)
        return false;
    if (!params->is_detached)
        flags |= G_SPAWN_CHILD_INHERITS_STDIN;
    is_started = g_spawn_async_with_fds(NULL, (char **)params->argv, env, flags, set_up_child,
                                        (gpointer)params, out_pid, -1, output, output, &cause);
    if (output >= 0)
        (void)close(output); /* the child has its own by now */
    return is_started || throw_spawn(params, cause, error);
}

static int
exit_status_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool
gw_process_wait(pid_t pid, int *out_status, GError **error)
{
    int status = 0;
    pid_t ended = 0;

    do
        ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended < 0)
        return gw_throw(error, GW_ERROR_IO, "waiting for process %d: %s", (int)pid,
                        g_strerror(errno));
    *out_status = exit_status_of(status);
    return true;
}

bool
gw_process_is_running(pid_t pid, int *out_status)
{
    int status = 0;

    if (waitpid(pid, &status, WNOHANG) != pid)
        return true;
    *out_status = exit_status_of(status);
    return false;
}

bool
gw_process_kill(pid_t pid, GError **error)
{
    if (kill(pid, SIGKILL) != 0 && errno != ESRCH)
        return gw_throw(error, GW_ERROR_IO, "ending process %d: %s", (int)pid, g_strerror(errno));
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return true;
}

char *
gw_process_find_program(const char *name)
{
    return g_find_program_in_path(name);
}
