/* SPDX-License-Identifier: Apache-2.0 */
#include "model/migration.h"

#include <string.h>

static const char *const status_names[] = {
    [GW_STATUS_PENDING] = "pending",         [GW_STATUS_RUNNING] = "running",
    [GW_STATUS_COMPLETED] = "completed",     [GW_STATUS_FAILED] = "failed",
    [GW_STATUS_ROLLED_BACK] = "rolled_back",
};

const char *
gw_status_name(GwStatus status)
{
    g_assert(status < G_N_ELEMENTS(status_names));
    return status_names[status];
}

bool
gw_status_of_name(const char *name, GwStatus *out_status, GError **error)
{
    for (guint status = 0; status < G_N_ELEMENTS(status_names); status++) {
        if (strcmp(status_names[status], name) != 0)
            continue;
        *out_status = status;
        return true;
    }
    return gw_throw(error, GW_ERROR_FAILED, "the status '%s' is not one that godwit knows", name);
}

void
gw_migration_file_free(GwMigrationFile *file)
{
    if (file == NULL)
        return;
    g_free(file->id);
    g_free(file->name);
    g_free(file->path);
    g_free(file->checksum);
    g_free(file);
}

void
gw_record_free(GwRecord *record)
{
    if (record == NULL)
        return;
    g_free(record->id);
    g_free(record->file);
    g_free(record->description);
    g_free(record->author);
    g_free(record->environment);
    g_free(record->checksum);
    g_free(record->run);
    g_free(record->host);
    g_free(record->user);
    g_free(record->godwit);
    g_free(record->git_commit);
    g_clear_pointer(&record->output, g_ptr_array_unref);
    g_free(record->error_message);
    g_free(record->error_file);
    g_free(record->journal);
    g_clear_pointer(&record->irreversible, g_ptr_array_unref);
    g_clear_pointer(&record->backups, g_ptr_array_unref);
    g_free(record);
}
