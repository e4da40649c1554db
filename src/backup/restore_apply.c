/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/restore_internal.h"

#define NAMESPACE_NOT_FOUND 26

static bool
throw_write_error(const bson_t *reply, GError **error)
{
    const char *message = gw_bson_get_str(reply, "writeErrors.0.errmsg");
    int code = (int)gw_bson_get_int(reply, "writeErrors.0.code", 0);

    if (message == NULL) {
        message = gw_bson_get_str(reply, "writeConcernError.errmsg");
        code = (int)gw_bson_get_int(reply, "writeConcernError.code", 0);
    }
    if (message == NULL)
        return true;
    gw_throw(error, GW_ERROR_SERVER, "%s", message);
    if (error != NULL)
        gw_error_info(*error)->server_code = code;
    return false;
}

bool
gw_restore_may_go_on(const GwRestore *restore, GError **error)
{
    const volatile int *interrupted = restore->params->interrupted;

    return interrupted == NULL || *interrupted == 0 ||
           gw_throw(error, GW_ERROR_INTERRUPTED, "stopped by a signal");
}

bool
gw_restore_apply(GwWriter *writer, GwConn *conn, const GwWrite *write, GError **error)
{
    g_auto(bson_t) reply = BSON_INITIALIZER;

    return gw_writer_apply(writer, conn, write, &reply, error) && throw_write_error(&reply, error);
}

bool
gw_restore_drop(GwWriter *writer, GwConn *conn, const char *db, const char *name, GError **error)
{
    g_autoptr(bson_t) command = BCON_NEW("drop", BCON_UTF8(name));
    GwWrite write = {.kind = GW_WRITE_DROP, .db = db, .command = command};
    g_autoptr(GError) failure = NULL;

    if (gw_restore_apply(writer, conn, &write, &failure))
        return true;
    if (gw_error_info(failure) != NULL &&
        gw_error_info(failure)->server_code == NAMESPACE_NOT_FOUND)
        return true;
    g_propagate_prefixed_error(error, g_steal_pointer(&failure), "dropping '%s.%s': ", db, name);
    return false;
}
