/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "mongo/command.h"
#include "mongo/writer.h"
#include "sandbox/folder.h"

#define SET_NAME "sandbox"
#define PATIENCE_MS 60000
#define LOOK_US (20 * G_TIME_SPAN_MILLISECOND)

/* A server that is coming up. */
typedef struct {
    GwSandbox *sandbox;              /* borrowed */
    bool is_ours;                    /* ends with this process */
    const volatile int *interrupted; /* borrowed, or NULL */
    gint64 until_ms;                 /* monotonic */
} Start;

void
gw_sandbox_clear(GwSandbox *sandbox)
{
    g_clear_pointer(&sandbox->uri, g_free);
    g_clear_pointer(&sandbox->mongod, g_free);
    g_clear_pointer(&sandbox->folder, g_free);
    sandbox->port = 0;
    sandbox->pid = 0;
}

char *
gw_sandbox_find_mongod(GError **error)
{
    const char *named = g_getenv("GODWIT_MONGOD");
    char *path = gw_process_find_program(named != NULL && *named != '\0' ? named : "mongod");

    if (path != NULL)
        return path;
    if (named != NULL && *named != '\0')
        gw_throw(error, GW_ERROR_CONFIG, "GODWIT_MONGOD is '%s', which is no program", named);
    else
        gw_throw(error, GW_ERROR_CONFIG, "there is no mongod in PATH");
    gw_hint(error, "Install MongoDB's server, or set GODWIT_MONGOD to its program.");
    return NULL;
}

/* A port that nobody listens on. Somebody may take it before mongod does; then that one says so. */
static int
find_free_port(GError **error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                 getsockname(fd, (struct sockaddr *)&address, &length) == 0;

    if (!is_ok)
        gw_throw(error, GW_ERROR_IO, "looking for a free port: %s", g_strerror(errno));
    if (fd >= 0)
        (void)close(fd); /* nothing was written to it */
    return is_ok ? ntohs(address.sin_port) : 0;
}

static bool
spawn(const Start *start, GError **error)
{
    GwSandbox *sandbox = start->sandbox;
    g_autofree char *port = g_strdup_printf("%d", sandbox->port);
    g_autofree char *data = g_build_filename(sandbox->folder, "data", NULL);
    g_autofree char *log = g_build_filename(sandbox->folder, "mongod.log", NULL);
    const char *const argv[] = {sandbox->mongod,
                                "--bind_ip",
                                "127.0.0.1",
                                "--port",
                                port,
                                "--dbpath",
                                data,
                                "--logpath",
                                log,
                                "--replSet",
                                SET_NAME,
                                "--wiredTigerCacheSizeGB",
                                "0.25",
                                "--nounixsocket",
                                "--setParameter",
                                "diagnosticDataCollectionEnabled=false",
                                NULL};
    g_autofree char *output = g_build_filename(sandbox->folder, "mongod.out", NULL);
    GwProcessParams params = {
        .argv = argv, .output = output, .is_detached = true, .ends_with_us = start->is_ours};
    pid_t pid = 0;

    if (!gw_process_start(&params, &pid, error))
        return false;
    sandbox->pid = pid;
    return true;
}

static bool
accepts(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((guint16)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool does = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

    if (fd >= 0)
        (void)close(fd); /* nothing was written to it */
    return does;
}

static bool
throw_down(const Start *start, const char *what, GError **error)
{
    g_autofree char *log = gw_sandbox_folder_log_end(start->sandbox->folder);

    gw_throw(error, GW_ERROR_CONNECTION, "'%s' %s%s%s", start->sandbox->mongod, what,
             log != NULL ? "; its log ends with: " : "", log != NULL ? log : "");
    return gw_hint(error, "GODWIT_MONGOD names another program; it needs MongoDB 4.4 or newer.");
}

/* Whether to go on waiting for it. */
static bool
check_patience(const Start *start, GError **error)
{
    int status = 0;

    if (start->interrupted != NULL && *start->interrupted != 0)
        return gw_throw(error, GW_ERROR_INTERRUPTED, "stopped while the sandbox was starting");
    if (!gw_process_is_running((pid_t)start->sandbox->pid, &status)) {
        start->sandbox->pid = 0;
        return throw_down(start, "ended at once", error);
    }
    if (gw_clock_monotonic_ms() > start->until_ms)
        return throw_down(start, "did not come up within a minute", error);
    return true;
}

static bool
wait_for_port(const Start *start, GError **error)
{
    while (!accepts(start->sandbox->port)) {
        if (!check_patience(start, error))
            return false;
        g_usleep(LOOK_US);
    }
    return true;
}

static bool
initiate(const GwSandbox *sandbox, GwConn *conn, GError **error)
{
    g_autofree char *host = g_strdup_printf("127.0.0.1:%d", sandbox->port);
    g_autoptr(bson_t) command =
        BCON_NEW("replSetInitiate", "{", "_id", BCON_UTF8(SET_NAME), "members", "[", "{", "_id",
                 BCON_INT32(0), "host", BCON_UTF8(host), "}", "]", "}");
    GwWrite write = {.kind = gw_write_kind_of(command), .db = "admin", .command = command};
    g_autoptr(GwWriter) writer = gw_writer_server_new();
    g_auto(bson_t) reply = BSON_INITIALIZER;

    if (!gw_writer_apply(writer, conn, &write, &reply, error))
        return gw_prefix(error, "making a replica set of the sandbox");
    return true;
}

static bool
wait_for_primary(const Start *start, GwConn *conn, GError **error)
{
    g_autoptr(bson_t) hello = BCON_NEW("hello", BCON_INT32(1));
    bool is_primary = false;

    while (!is_primary) {
        g_auto(bson_t) reply = BSON_INITIALIZER;

        if (!check_patience(start, error) ||
            !gw_command_read(conn, "admin", hello, NULL, &reply, error))
            return false;
        is_primary = gw_bson_get_bool(&reply, "isWritablePrimary", false);
        if (!is_primary)
            g_usleep(LOOK_US);
    }
    return true;
}

static bool
make_replica_set(const Start *start, GError **error)
{
    g_autofree char *uri =
        g_strdup_printf("mongodb://127.0.0.1:%d/?directConnection=true", start->sandbox->port);
    g_autoptr(GwClients) clients = gw_clients_open(uri, "godwit/sandbox", error);
    g_autoptr(GwConn) conn = NULL;

    if (clients == NULL || !gw_clients_connect(clients, error))
        return false;
    conn = gw_conn_take(clients);
    return initiate(start->sandbox, conn, error) && wait_for_primary(start, conn, error);
}

static bool
bring_up(const Start *start, GError **error)
{
    return spawn(start, error) && wait_for_port(start, error) && make_replica_set(start, error) &&
           gw_sandbox_folder_write(start->sandbox, error);
}

static bool
prepare(const char *folder, GwSandbox *out_sandbox, GError **error)
{
    if (gw_sandbox_folder_holder(folder) != 0) {
        gw_throw(error, GW_ERROR_REFUSED, "a sandbox is running in '%s' already", folder);
        return gw_hint(error, "godwit sandbox status shows where; godwit sandbox stop ends it.");
    }
    out_sandbox->mongod = gw_sandbox_find_mongod(error);
    out_sandbox->port = out_sandbox->mongod != NULL ? find_free_port(error) : 0;
    if (out_sandbox->port == 0)
        return false;
    out_sandbox->folder = g_strdup(folder);
    out_sandbox->uri =
        g_strdup_printf("mongodb://127.0.0.1:%d/?replicaSet=" SET_NAME, out_sandbox->port);
    /* What one that was killed left behind. */
    return gw_sandbox_folder_delete(folder, error) && gw_sandbox_folder_make(folder, error);
}

bool
gw_sandbox_start(const char *folder, bool is_ours, const volatile int *interrupted,
                 GwSandbox *out_sandbox, GError **error)
{
    g_auto(GwSandbox) sandbox = {0};
    Start start = {.sandbox = &sandbox,
                   .is_ours = is_ours,
                   .interrupted = interrupted,
                   .until_ms = gw_clock_monotonic_ms() + PATIENCE_MS};
    g_autoptr(GError) failure = NULL;

    if (!prepare(folder, &sandbox, error))
        return false;
    if (bring_up(&start, &failure)) {
        *out_sandbox = sandbox;
        sandbox = (GwSandbox){0};
        return true;
    }
    if (!gw_sandbox_stop(&sandbox, error))
        return false;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

bool
gw_sandbox_find(const char *folder, GwSandbox *out_sandbox, GError **error)
{
    gint64 pid = gw_sandbox_folder_holder(folder);

    *out_sandbox = (GwSandbox){0};
    if (pid == 0)
        return true;
    if (!gw_sandbox_folder_read(folder, out_sandbox, error))
        return false;
    out_sandbox->pid = pid;
    if (out_sandbox->folder == NULL)
        out_sandbox->folder = g_strdup(folder);
    return true;
}

/* Its lock tells when it is gone: the process itself may stay a zombie where nobody asks for it. */
static bool
wait_until_unlocked(const GwSandbox *sandbox, GError **error)
{
    const gint64 until_ms = gw_clock_monotonic_ms() + PATIENCE_MS;

    while (gw_sandbox_folder_holder(sandbox->folder) != 0) {
        if (gw_clock_monotonic_ms() > until_ms)
            return gw_throw(error, GW_ERROR_IO, "process %" G_GINT64_FORMAT " does not end",
                            sandbox->pid);
        g_usleep(LOOK_US);
    }
    return true;
}

bool
gw_sandbox_stop(const GwSandbox *sandbox, GError **error)
{
    /* Its data goes, so it need not write it out first. */
    if (sandbox->pid != 0 &&
        (!gw_process_kill((pid_t)sandbox->pid, error) || !wait_until_unlocked(sandbox, error)))
        return false;
    return gw_sandbox_folder_delete(sandbox->folder, error);
}
