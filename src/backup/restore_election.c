/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/restore_internal.h"
#include "mongo/command.h"

bool
gw_restore_read_election(const GwRestore *restore, bson_oid_t *out_election, GError **error)
{
    g_autoptr(GwConn) conn = gw_conn_take(restore->params->clients);
    g_autoptr(bson_t) hello = BCON_NEW("hello", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t iter;

    *out_election = (bson_oid_t){0};
    if (!gw_command_read(conn, "admin", hello, NULL, &reply, error))
        return false;
    if (bson_iter_init_find(&iter, &reply, "electionId") && BSON_ITER_HOLDS_OID(&iter))
        bson_oid_copy(bson_iter_oid(&iter), out_election);
    return true;
}

bool
gw_restore_check_election(const GwRestore *restore, const bson_oid_t *before, GError **error)
{
    bson_oid_t now = {0};

    if (!gw_restore_read_election(restore, &now, error))
        return false;
    if (bson_oid_equal(before, &now))
        return true;
    gw_throw(error, GW_ERROR_CONNECTION, "another member became the primary meanwhile");
    return gw_hint(error, "What was loaded may not be all of it, and was dropped. Call it again.");
}
