/* SPDX-License-Identifier: Apache-2.0 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum {
    CHANNEL_FD = 3, /* in the child */
    POLL_MS = 50,
    END_MS = 2000, /* how long it may take to end by itself */
    OUTPUT_BYTES = 16 * 1024,
    MESSAGE_BYTES_MAX = 256 << 20, /* far above what any command has; keeps nonsense out */
};

/* Its output first: what was printed before a message was sent is there when the message is. */
enum {
    OUTPUT,
    ERROR_OUTPUT,
    CHANNEL,
    STOP,
    FD_COUNT
};

struct GwChild {
    GPid pid;
    int fds[FD_COUNT];   /* owned; -1 = at its end */
    int stop_writer;     /* owned: the other end of fds[STOP] */
    GByteArray *arrived; /* owned: of the channel, not yet a whole message */
    gint has_hung_up;    /* atomic: nothing more comes from the channel, which another thread may
                            still be sending to */
};

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* nothing is kept in it that could be lost */
    *fd = -1;
}

/* Runs in the child between fork and exec: nothing but plain system calls. */
static void
set_up_child(gpointer data)
{
    (void)setsid(); /* fails only for the leader of a group, which a new child is not */
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it must not go on writing without us */
#endif
}

static bool
spawn(GwChild *child, const char *const *argv, const char *folder, int theirs, GError **error)
{
    const int target = CHANNEL_FD;
    g_autoptr(GError) cause = NULL;
    g_autofree char *shown = gw_text_shown(argv[0]);

    if (g_spawn_async_with_pipes_and_fds(
            folder, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, set_up_child, NULL,
            -1, -1, -1, &theirs, &target, 1, &child->pid, NULL, &child->fds[OUTPUT],
            &child->fds[ERROR_OUTPUT], &cause))
        return true;
    return gw_throw(error, GW_ERROR_IO, "starting '%s': %s", shown, cause->message);
}

static bool
open_channel(GwChild *child, int *out_theirs, GError **error)
{
    int channel[2] = {-1, -1};
    int stop[2] = {-1, -1};

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
        return gw_throw(error, GW_ERROR_IO, "opening a socket: %s", g_strerror(errno));
    child->fds[CHANNEL] = channel[0];
    *out_theirs = channel[1];
    if (pipe2(stop, O_CLOEXEC) != 0)
        return gw_throw(error, GW_ERROR_IO, "opening a pipe: %s", g_strerror(errno));
    child->fds[STOP] = stop[0];
    child->stop_writer = stop[1];
    return true;
}

GwChild *
gw_child_start(const char *const *argv, const char *folder, GError **error)
{
    g_autoptr(GwChild) child = g_new0(GwChild, 1);
    int theirs = -1;
    bool is_started = false;

    for (int row = 0; row < FD_COUNT; row++)
        child->fds[row] = -1;
    child->stop_writer = -1;
    child->arrived = g_byte_array_new();
    is_started = open_channel(child, &theirs, error) && spawn(child, argv, folder, theirs, error);
    close_fd(&theirs);
    return is_started ? g_steal_pointer(&child) : NULL;
}

/* Wait until it has closed its end, which at the latest its end does. */
static void
wait_for_hangup(GwChild *child)
{
    gint64 until_us = g_get_monotonic_time() + END_MS * G_TIME_SPAN_MILLISECOND;
    guint8 dropped[OUTPUT_BYTES];

    (void)shutdown(child->fds[CHANNEL], SHUT_WR); /* fails where it has ended: so much the better */
    while (g_get_monotonic_time() < until_us) {
        struct pollfd fd = {.fd = child->fds[CHANNEL], .events = POLLIN};

        if (poll(&fd, 1, POLL_MS) > 0 && read(fd.fd, dropped, sizeof dropped) <= 0)
            return;
    }
}

void
gw_child_free(GwChild *child)
{
    if (child == NULL)
        return;
    if (child->pid > 0) {
        if (child->fds[CHANNEL] >= 0)
            wait_for_hangup(child);
        /* It was not waited for yet, so that nobody else has its number. */
        (void)kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    for (int row = 0; row < FD_COUNT; row++)
        close_fd(&child->fds[row]);
    close_fd(&child->stop_writer);
    g_byte_array_unref(child->arrived);
    g_free(child);
}

static bool
wait_for_room(const GwChild *child, const volatile int *interrupted, GError **error)
{
    struct pollfd fd = {.fd = child->fds[CHANNEL], .events = POLLOUT};

    while (poll(&fd, 1, POLL_MS) <= 0) {
        if (interrupted != NULL && *interrupted != 0)
            return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
    }
    return true;
}

static bool
send_all(GwChild *child, const guint8 *bytes, gsize size, const volatile int *interrupted,
         GError **error)
{
    while (size > 0) {
        gssize sent = 0;

        if (!wait_for_room(child, interrupted, error))
            return false;
        sent = send(child->fds[CHANNEL], bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EINTR && errno != EAGAIN)
            return gw_throw(error, GW_ERROR_IO, "the process has ended");
        bytes += MAX(0, sent);
        size -= (gsize)MAX(0, sent);
    }
    return true;
}

bool
gw_child_send(GwChild *child, const guint8 *bytes, gsize size, const volatile int *interrupted,
              GError **error)
{
    guint32 length = GUINT32_TO_LE((guint32)size);

    g_assert(size <= MESSAGE_BYTES_MAX);
    return send_all(child, (const guint8 *)&length, sizeof length, interrupted, error) &&
           send_all(child, bytes, size, interrupted, error);
}

/* Whether a whole message has arrived; it goes to `out_bytes`. */
static bool
take_message(GwChild *child, GByteArray *out_bytes)
{
    guint32 length = 0;

    if (child->arrived->len < sizeof length)
        return false;
    memcpy(&length, child->arrived->data, sizeof length);
    length = GUINT32_FROM_LE(length);
    if (length > MESSAGE_BYTES_MAX) {
        g_atomic_int_set(&child->has_hung_up, 1); /* nobody of ours writes that */
        return false;
    }
    if (child->arrived->len - sizeof length < length)
        return false;
    g_byte_array_append(out_bytes, child->arrived->data + sizeof length, length);
    g_byte_array_remove_range(child->arrived, 0, (guint)sizeof length + length);
    return true;
}

/* One read of what is there; false at the end. */
static bool
read_some(int fd, GByteArray *out_bytes)
{
    guint8 bytes[OUTPUT_BYTES];
    gssize got = 0;

    do
        got = read(fd, bytes, sizeof bytes);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        g_byte_array_append(out_bytes, bytes, (guint)got);
    return got > 0;
}

/* Its status stays to be asked for, and its number stays its own, until gw_child_free. */
static int
status_of(const GwChild *child)
{
    siginfo_t info = {0};

    while (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static bool
has_hung_up(GwChild *child)
{
    return g_atomic_int_get(&child->has_hung_up) != 0;
}

/* Which of the descriptors has something; FD_COUNT = none within `wait_ms`. */
static int
find_ready(GwChild *child, int wait_ms)
{
    struct pollfd fds[FD_COUNT];

    for (int row = 0; row < FD_COUNT; row++)
        fds[row] = (struct pollfd){.fd = child->fds[row], .events = POLLIN};
    if (has_hung_up(child))
        fds[CHANNEL].fd = -1;
    while (poll(fds, FD_COUNT, wait_ms) < 0 && errno == EINTR)
        ;
    if (fds[STOP].revents != 0)
        return STOP;
    for (int row = 0; row < FD_COUNT; row++) {
        if (fds[row].fd >= 0 && fds[row].revents != 0)
            return row;
    }
    return FD_COUNT;
}

static bool
has_message(const GwChild *child)
{
    guint32 length = 0;

    if (child->arrived->len < sizeof length)
        return false;
    memcpy(&length, child->arrived->data, sizeof length);
    return child->arrived->len - sizeof length >= GUINT32_FROM_LE(length);
}

GwChildEvent
gw_child_next(GwChild *child, GByteArray *out_bytes, int *out_status)
{
    g_byte_array_set_size(out_bytes, 0);
    for (;;) {
        /* Whoever inherited its output may keep it open for ever: at its end only what is there
         * counts. */
        bool may_wait = !has_hung_up(child) && !has_message(child);
        int ready = find_ready(child, may_wait ? -1 : 0);

        if (ready == OUTPUT || ready == ERROR_OUTPUT) {
            if (read_some(child->fds[ready], out_bytes))
                return ready == OUTPUT ? GW_CHILD_OUTPUT : GW_CHILD_ERROR_OUTPUT;
            close_fd(&child->fds[ready]);
            continue;
        }
        if (ready != STOP && take_message(child, out_bytes))
            return GW_CHILD_MESSAGE;
        if (ready == CHANNEL && !read_some(child->fds[CHANNEL], child->arrived))
            g_atomic_int_set(&child->has_hung_up, 1);
        if (ready == CHANNEL)
            continue;
        *out_status = ready == STOP ? 0 : status_of(child);
        return GW_CHILD_ENDED;
    }
}

void
gw_child_stop(GwChild *child)
{
    (void)!write(child->stop_writer, "", 1); /* fails where it is full: somebody did that before */
}
