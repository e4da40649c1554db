/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static volatile int interrupted;
static int exit_status; /* of a process that was interrupted; set before any signal is caught */

/* Only what is safe in a handler: write and _exit. */
static void
interrupt(int number)
{
    static const char text[] = "\ngodwit: stopping at the next safe place; once more: at once\n";

    if (interrupted != 0)
        _exit(exit_status);
    interrupted = number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        return;
}

void
gw_signals_catch(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};

    exit_status = gw_error_code_exit_status(GW_ERROR_INTERRUPTED);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        struct sigaction old;

        /* nohup and `&` in a shell set signals to be ignored; that is the caller's will. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
    (void)signal(SIGPIPE, SIG_IGN);
}

const volatile int *
gw_signals_interrupted(void)
{
    return &interrupted;
}
