/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/joined.h"

#include "journal/statement.h"

bool
gw_joined_can(const GwPart *part)
{
    const GwDocsWrite *docs = part->docs;

    return (part->kind == GW_PART_ONE || part->kind == GW_PART_BY_ID) && part->count == 1 &&
           !docs->is_plain && !part->is_split && !gw_statement_is_upsert(part) &&
           /* Behind a mongos the filter would have to name the shard key. */
           !gw_clients_server(docs->journal->clients)->is_mongos;
}

/* Owned. */
static bson_t *
command_of(const GwPart *part)
{
    static const char *const own[] = {"collation", "arrayFilters", "hint"};
    static const char *const common[] = {"let", "comment", "bypassDocumentValidation"};
    const bson_t *operation = g_ptr_array_index(part->operations, part->first);
    bson_t *command = BCON_NEW("findAndModify", BCON_UTF8(part->docs->coll));
    g_autoptr(bson_t) projection = NULL;

    gw_bson_copy_field(operation, "q", command, "query");
    if (gw_statement_is_delete(part)) {
        BSON_APPEND_BOOL(command, "remove", true);
    } else {
        gw_bson_copy_field(operation, "u", command, "update");
        projection = gw_touched_projection(&part->touched);
    }
    if (projection != NULL)
        BSON_APPEND_DOCUMENT(command, "fields", projection);
    for (guint index = 0; index < G_N_ELEMENTS(own); index++)
        gw_bson_copy_field(operation, own[index], command, own[index]);
    for (guint index = 0; index < G_N_ELEMENTS(common); index++)
        gw_bson_copy_field(part->docs->write->command, common[index], command, common[index]);
    return command;
}

bool
gw_joined_run(GwPart *part, GwSession *session, GwConn *conn, GError **error)
{
    g_autoptr(bson_t) command = command_of(part);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    GwWrite write = {.kind = GW_WRITE_FIND_AND_MODIFY,
                     .db = part->docs->write->db,
                     .command = command,
                     .session = session};
    bson_t value = BSON_INITIALIZER;

    if (!gw_writer_apply(part->docs->next, conn, &write, &reply, error))
        return false;
    part->is_sent = true;
    if (gw_bson_get_doc(&reply, "value", &value))
        gw_doc_set_add(part->pre, &value);
    BCON_APPEND(&part->reply, "n", BCON_INT32((int32_t)gw_doc_set_count(part->pre)), "ok",
                BCON_DOUBLE(1));
    return true;
}

void
gw_joined_tell(GwPart *part, bool is_changed)
{
    if (!gw_statement_is_delete(part))
        BSON_APPEND_INT32(&part->reply, "nModified", is_changed ? 1 : 0);
}
