/* SPDX-License-Identifier: Apache-2.0 */
#include "state/record_bson.h"

#include "state/stamp.h"

static void
append_lines(bson_t *doc, const char *key, const GPtrArray *lines)
{
    bson_t array = BSON_INITIALIZER;

    bson_append_array_begin(doc, key, -1, &array);
    for (guint index = 0; lines != NULL && index < lines->len; index++) {
        char buffer[16];
        const char *digits = NULL;

        bson_uint32_to_string(index, &digits, buffer, sizeof buffer);
        gw_stamp_append_text(&array, digits, g_ptr_array_index(lines, index));
    }
    bson_append_array_end(doc, &array);
}

static void
append_rollback_info(bson_t *doc, const GwRecord *record)
{
    bson_t info = BSON_INITIALIZER;

    if (record->status != GW_STATUS_COMPLETED) {
        BSON_APPEND_NULL(doc, "rollbackInfo");
        return;
    }
    BSON_APPEND_DOCUMENT_BEGIN(doc, "rollbackInfo", &info);
    gw_stamp_append_text(&info, "journal", record->journal);
    gw_stamp_append_number(&info, "operations", record->journal_operations);
    gw_stamp_append_number(&info, "documents", record->journal_documents);
    append_lines(&info, "irreversible", record->irreversible);
    if (record->backups != NULL && record->backups->len > 0)
        append_lines(&info, "backup", record->backups);
    bson_append_document_end(doc, &info);
}

static void
append_output(bson_t *doc, const GwRecord *record)
{
    if (record->output == NULL || record->output->len == 0)
        return;
    append_lines(doc, "output", record->output);
    if (record->output_truncated)
        BSON_APPEND_BOOL(doc, "outputTruncated", true);
}

static void
append_plan_fields(bson_t *doc, const GwRecord *record)
{
    gw_stamp_append_text(doc, "migrationId", record->id);
    gw_stamp_append_text(doc, "description", record->description);
    gw_stamp_append_text(doc, "author", record->author);
    gw_stamp_append_text(doc, "environment", record->environment);
    BSON_APPEND_UTF8(doc, "status", gw_status_name(record->status));
    BSON_APPEND_NULL(doc, "appliedAt");
    gw_stamp_append_number(doc, "executionTime", record->execution_ms);
    gw_stamp_append_number(doc, "documentsAffected", record->documents_affected);
    append_rollback_info(doc, record);
}

bson_t *
gw_record_to_bson(const GwRecord *record)
{
    g_autoptr(bson_t) doc = bson_new();

    append_plan_fields(doc, record);
    gw_stamp_append_fact(doc, "file", record->file);
    gw_stamp_append_fact(doc, "checksum", record->checksum);
    gw_stamp_append_fact(doc, "run", record->run);
    gw_stamp_append_number(doc, "sequence", record->sequence);
    gw_stamp_append_fact(doc, "host", record->host);
    gw_stamp_append_fact(doc, "user", record->user);
    gw_stamp_append_fact(doc, "godwit", record->godwit);
    gw_stamp_append_fact(doc, "gitCommit", record->git_commit);
    append_output(doc, record);
    if (record->error_message != NULL)
        gw_stamp_append_error(doc, record->error_message, record->error_file, record->error_line,
                              record->error_code);
    return g_steal_pointer(&doc);
}

static void
read_output(GwRecord *record, const bson_t *doc)
{
    bson_t lines = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!gw_bson_get_doc(doc, "output", &lines) || !bson_iter_init(&iter, &lines))
        return;
    record->output = g_ptr_array_new_with_free_func(g_free);
    while (bson_iter_next(&iter))
        if (BSON_ITER_HOLDS_UTF8(&iter))
            g_ptr_array_add(record->output, g_strdup(bson_iter_utf8(&iter, NULL)));
    record->output_truncated = gw_bson_get_bool(doc, "outputTruncated", false);
}

static void
read_texts(GwRecord *record, const bson_t *doc)
{
    record->file = g_strdup(gw_bson_get_str(doc, "file"));
    record->description = g_strdup(gw_bson_get_str(doc, "description"));
    record->author = g_strdup(gw_bson_get_str(doc, "author"));
    record->environment = g_strdup(gw_bson_get_str(doc, "environment"));
    record->checksum = g_strdup(gw_bson_get_str(doc, "checksum"));
    record->run = g_strdup(gw_bson_get_str(doc, "run"));
    record->host = g_strdup(gw_bson_get_str(doc, "host"));
    record->user = g_strdup(gw_bson_get_str(doc, "user"));
    record->godwit = g_strdup(gw_bson_get_str(doc, "godwit"));
    record->git_commit = g_strdup(gw_bson_get_str(doc, "gitCommit"));
    record->error_message = g_strdup(gw_bson_get_str(doc, "error.message"));
    record->error_file = g_strdup(gw_bson_get_str(doc, "error.file"));
}

static void
read_numbers(GwRecord *record, const bson_t *doc)
{
    record->error_line = (int)gw_bson_get_int(doc, "error.line", 0);
    record->error_code = (int)gw_bson_get_int(doc, "error.code", 0);
    record->applied_at_ms = gw_bson_get_date_ms(doc, "appliedAt", G_MININT64);
    record->execution_ms = gw_bson_get_int(doc, "executionTime", 0);
    record->documents_affected = gw_bson_get_int(doc, "documentsAffected", 0);
    record->sequence = gw_bson_get_int(doc, "sequence", 0);
}

GwRecord *
gw_record_of_bson(const bson_t *doc, GError **error)
{
    g_autoptr(GwRecord) record = g_new0(GwRecord, 1);
    const char *id = gw_bson_get_str(doc, "migrationId");
    const char *status = gw_bson_get_str(doc, "status");

    if (id == NULL || status == NULL) {
        gw_throw(error, GW_ERROR_FAILED, "it holds a document without 'migrationId' or 'status'");
        gw_hint(error, "Is this collection an application's own? Name another one for godwit: "
                       "\"tracker\" in its configuration.");
        return NULL;
    }
    if (!gw_status_of_name(status, &record->status, error)) {
        gw_prefix(error, "the record of '%s'", id);
        return NULL;
    }
    record->id = g_strdup(id);
    read_texts(record, doc);
    read_numbers(record, doc);
    read_output(record, doc);
    return g_steal_pointer(&record);
}
