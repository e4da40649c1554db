/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

static void
gw_error_private_init(GwErrorInfo *info)
{
    *info = (GwErrorInfo){0};
}

static void
gw_error_private_copy(const GwErrorInfo *from, GwErrorInfo *to)
{
    *to = *from;
    to->hint = g_strdup(from->hint);
    to->file = g_strdup(from->file);
    to->stack = g_strdup(from->stack);
    to->excerpt = g_strdup(from->excerpt);
    to->server_name = g_strdup(from->server_name);
    to->labels = g_strdupv(from->labels);
}

static void
gw_error_private_clear(GwErrorInfo *info)
{
    g_clear_pointer(&info->hint, g_free);
    g_clear_pointer(&info->file, g_free);
    g_clear_pointer(&info->stack, g_free);
    g_clear_pointer(&info->excerpt, g_free);
    g_clear_pointer(&info->server_name, g_free);
    g_clear_pointer(&info->labels, g_strfreev);
}

/* GLib's macro wants the private type under this very name. */
typedef GwErrorInfo GwErrorPrivate;
G_DEFINE_EXTENDED_ERROR(GwError, gw_error)

bool
gw_throw(GError **error, GwErrorCode code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (error != NULL && *error == NULL)
        *error = g_error_new_valist(GW_ERROR, (int)code, format, arguments);
    va_end(arguments);
    return false;
}

bool
gw_prefix(GError **error, const char *format, ...)
{
    g_autofree char *prefix = NULL;
    va_list arguments;

    va_start(arguments, format);
    prefix = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_prefix_error(error, "%s: ", prefix);
    return false;
}

bool
gw_hint(GError **error, const char *format, ...)
{
    GwErrorInfo *info = error != NULL ? gw_error_info(*error) : NULL;
    va_list arguments;

    va_start(arguments, format);
    if (info != NULL) {
        g_clear_pointer(&info->hint, g_free);
        info->hint = g_strdup_vprintf(format, arguments);
    }
    va_end(arguments);
    return false;
}

void
gw_error_place(GError *error, const char *file, int line, int column)
{
    GwErrorInfo *info = gw_error_info(error);

    if (info == NULL || info->file != NULL)
        return;
    info->file = g_strdup(file);
    info->line = line;
    info->column = column;
}

GwErrorInfo *
gw_error_info(const GError *error)
{
    if (error == NULL || error->domain != GW_ERROR)
        return NULL;
    return gw_error_get_private(error);
}

const char *
gw_error_hint(const GError *error)
{
    const GwErrorInfo *info = gw_error_info(error);

    return info != NULL ? info->hint : NULL;
}

bool
gw_error_has_label(const GError *error, const char *label)
{
    const GwErrorInfo *info = gw_error_info(error);

    return info != NULL && info->labels != NULL &&
           g_strv_contains((const char *const *)info->labels, label);
}

typedef struct {
    GwErrorCode code;
    const char *name;
    int exit_status;
} ErrorRow;

#define ERROR_ROW(code, name, exit_status) {code, name, exit_status},
static const ErrorRow error_rows[] = {GW_ERROR_TABLE(ERROR_ROW)};

static const ErrorRow *
find_row(const GError *error)
{
    if (error->domain != GW_ERROR)
        return &error_rows[0];
    for (size_t row = 0; row < G_N_ELEMENTS(error_rows); row++) {
        if ((int)error_rows[row].code == error->code)
            return &error_rows[row];
    }
    g_assert_not_reached();
}

const char *
gw_error_name(const GError *error)
{
    return find_row(error)->name;
}

int
gw_error_exit_status(const GError *error)
{
    return find_row(error)->exit_status;
}

int
gw_error_code_exit_status(GwErrorCode code)
{
    for (size_t row = 0; row < G_N_ELEMENTS(error_rows); row++) {
        if (error_rows[row].code == code)
            return error_rows[row].exit_status;
    }
    g_assert_not_reached();
}
