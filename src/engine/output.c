/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/output.h"

struct GwOutput {
    GwObserver observer;   /* its data is borrowed */
    const char *migration; /* borrowed */
    const char *file;      /* borrowed */
    GString *kept;         /* owned */
    gsize limit_bytes;
    bool is_truncated;
};

GwOutput *
gw_output_new(const GwObserver *observer, const char *migration, const char *file,
              gsize limit_bytes)
{
    GwOutput *output = g_new0(GwOutput, 1);

    output->observer = *observer;
    output->migration = migration;
    output->file = file;
    output->kept = g_string_new(NULL);
    output->limit_bytes = limit_bytes;
    return output;
}

void
gw_output_free(GwOutput *output)
{
    if (output == NULL)
        return;
    g_string_free(output->kept, TRUE);
    g_free(output);
}

static void
keep(GwOutput *output, const char *text, gsize bytes)
{
    gsize room = output->limit_bytes - output->kept->len;

    if (bytes > room)
        output->is_truncated = true;
    g_string_append_len(output->kept, text, (gssize)MIN(bytes, room));
}

void
gw_output_write(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    GwOutput *output = data;
    GwEvent event = {.kind = GW_EVENT_OUTPUT,
                     .migration = output->migration,
                     .file = output->file,
                     .text = text,
                     .text_bytes = bytes,
                     .is_stderr = is_stderr};

    keep(output, text, bytes);
    if (output->observer.func != NULL)
        output->observer.func(&event, output->observer.data);
}

void
gw_output_note(const char *text, gpointer data)
{
    GwOutput *output = data;
    GwEvent event = {.kind = GW_EVENT_NOTE,
                     .migration = output->migration,
                     .file = output->file,
                     .text = text,
                     .text_bytes = strlen(text)};

    if (output->observer.func != NULL)
        output->observer.func(&event, output->observer.data);
}

GPtrArray *
gw_output_lines(const GwOutput *output, bool *out_truncated)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GPtrArray *kept = NULL;

    *out_truncated = output->is_truncated;
    if (output->kept->len == 0)
        return NULL;

    /* The limit may have cut a character in two. */
    text = g_utf8_make_valid(output->kept->str, (gssize)output->kept->len);
    if (g_str_has_suffix(text, "\n"))
        text[strlen(text) - 1] = '\0';
    lines = g_strsplit(text, "\n", -1);
    kept = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line != NULL; line++)
        g_ptr_array_add(kept, g_steal_pointer(line));
    return kept;
}
