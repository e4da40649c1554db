/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded with LD_PRELOAD: the clock of the wall goes wrong by SHIFT_CLOCK_S seconds, the monotonic
 * one stays right, as on a host whose time is set wrong. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define EXPORTED __attribute__((visibility("default")))

static long
shift(void)
{
    const char *text = getenv("SHIFT_CLOCK_S");

    return text != NULL ? strtol(text, NULL, 10) : 0;
}

EXPORTED int
clock_gettime(clockid_t clock, struct timespec *out)
{
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, out);

    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        out->tv_sec += shift();
    return status;
}

EXPORTED int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

EXPORTED time_t
time(time_t *out)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
