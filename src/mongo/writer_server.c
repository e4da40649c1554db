/* SPDX-License-Identifier: Apache-2.0 */
#include "mongo/command.h"
#include "mongo/reply_sum.h"
#include "mongo/send.h"
#include "mongo/writer.h"

/* The server's limits of one command: operations, and the bytes of its document. A stored document
 * may have 16 MiB and a command 16 KiB more, so that one operation always fits. */
#define OPERATIONS_MAX 100000
#define COMMAND_BYTES_MAX (16 * 1024 * 1024)

/* Type byte, key of at most 6 digits and its NUL. */
#define ELEMENT_OVERHEAD 8

/* How far the batch of a write has been sent. */
typedef struct {
    const GwWrite *write; /* borrowed */
    size_t offset;        /* bytes of the batch already cut off */
    size_t count;         /* operations already cut off */
} Cut;

static GwSendMode
mode_of(GwWriteKind kind)
{
    if (kind == GW_WRITE_AGGREGATE)
        return GW_SEND_READ_WRITE;
    /* What we don't know may not take a write concern: it goes as it stands. */
    return kind == GW_WRITE_OTHER ? GW_SEND_RAW : GW_SEND_WRITE;
}

static void
view_operation(const Cut *cut, bson_t *out_view)
{
    const uint8_t *bytes = cut->write->batch + cut->offset;
    guint32 length = 0;

    memcpy(&length, bytes, sizeof length);
    length = GUINT32_FROM_LE(length);
    g_assert(length <= cut->write->batch_bytes - cut->offset);
    g_assert(bson_init_static(out_view, bytes, length));
}

/* The server numbers no operation that may change several documents. */
static bool
is_single(GwWriteKind kind, const bson_t *operation)
{
    if (kind == GW_WRITE_UPDATE)
        return !gw_bson_get_bool(operation, "multi", false);
    return kind != GW_WRITE_DELETE || gw_bson_get_int(operation, "limit", 0) == 1;
}

/* Append the next operations, as many as one command takes. */
static void
append_part(Cut *cut, bson_t *command, bool *out_single)
{
    size_t room = COMMAND_BYTES_MAX - MIN(command->len, COMMAND_BYTES_MAX);
    bson_t array = BSON_INITIALIZER;
    bson_t operation = BSON_INITIALIZER;

    *out_single = true;
    bson_append_array_begin(command, cut->write->batch_name, -1, &array);
    for (guint32 index = 0; index < OPERATIONS_MAX && cut->offset < cut->write->batch_bytes;
         index++) {
        view_operation(cut, &operation);
        if (index > 0 && operation.len + ELEMENT_OVERHEAD > room)
            break;
        gw_bson_append_doc_at(&array, index, &operation);
        room -= MIN(room, operation.len + ELEMENT_OVERHEAD);
        *out_single = *out_single && is_single(cut->write->kind, &operation);
        cut->offset += operation.len;
        cut->count++;
    }
    bson_append_array_end(command, &array);
}

/* With room for what is left of the batch, as far as one command takes it. */
static bson_t *
new_command(const Cut *cut)
{
    const GwWrite *write = cut->write;
    const size_t batch =
        write->batch_bytes - cut->offset + ELEMENT_OVERHEAD * (write->batch_count - cut->count);
    bson_t *command = bson_sized_new(write->command->len + MIN(batch, COMMAND_BYTES_MAX) + 32);

    bson_concat(command, write->command);
    return command;
}

/* Send one part; its reply is in `out_reply` also where it fails. */
static bool
send_part(GwConn *conn, Cut *cut, bson_t *out_reply, bson_error_t *out_cause)
{
    g_autoptr(bson_t) command = new_command(cut);
    GwSend run = {.mode = mode_of(cut->write->kind),
                  .db = cut->write->db,
                  .command = command,
                  .session = cut->write->session};
    bool is_single_only = false;

    append_part(cut, command, &is_single_only);
    /* The server keeps books on what could come again, which takes a fifth of its time. */
    return gw_send_batch(conn, &run, command, is_single_only && !cut->write->goes_once, out_reply,
                         out_cause);
}

static bool
apply_batch(GwConn *conn, const GwWrite *write, bson_t *out_reply, bson_error_t *out_cause)
{
    bool is_ordered = gw_bson_get_bool(write->command, "ordered", true);
    Cut cut = {.write = write};
    g_auto(GwReplySum) sum = {0};
    bool done = true;

    gw_reply_sum_init(&sum);
    for (bool more = true; more;) {
        g_auto(bson_t) reply = BSON_INITIALIZER;
        size_t first = cut.count;

        done = send_part(conn, &cut, &reply, out_cause);
        gw_reply_sum_add(&sum, &reply, first);
        more = done && cut.offset < write->batch_bytes && !(is_ordered && sum.error_count > 0);
        if (!more)
            gw_reply_sum_append(&sum, &reply, out_reply);
    }
    return done;
}

static bool
server_apply(GwWriter *self, GwConn *conn, const GwWrite *write, bson_t *out_reply, GError **error)
{
    GwSend run = {.mode = mode_of(write->kind),
                  .db = write->db,
                  .command = write->command,
                  .session = write->session};
    bson_error_t cause = {0};
    bool done = false;

    /* Only for those that have to know of it: the server is sent nothing. */
    if (write->kind == GW_WRITE_BEYOND) {
        bson_init(out_reply);
        BSON_APPEND_DOUBLE(out_reply, "ok", 1);
        return true;
    }
    if (write->batch_name == NULL) {
        done = gw_send(conn, &run, out_reply, &cause);
    } else {
        bson_init(out_reply);
        done = apply_batch(conn, write, out_reply, &cause);
    }
    return done || gw_throw_server(error, &cause, out_reply);
}

static void
server_free(GwWriter *self)
{
    g_free(self);
}

GwWriter *
gw_writer_server_new(void)
{
    static const GwWriterClass klass = {.apply = server_apply, .free = server_free};
    GwWriter *writer = g_new0(GwWriter, 1);

    writer->klass = &klass;
    return writer;
}
