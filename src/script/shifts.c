/* SPDX-License-Identifier: Apache-2.0 */
#include "script/shifts.h"

#include <glib.h>

enum {
    PARTS = 5
};

typedef struct {
    int line;
    int column;
    int by_lines;
    int by_columns;
    int is_replaced;
} Shift;

/* "3,17,0,4,0": answers what follows it, or NULL where there is no more. */
static const char *
next_shift(const char *text, Shift *out_shift)
{
    int parts[PARTS] = {0};
    char *end = NULL;

    for (int part = 0; part < PARTS; part++) {
        parts[part] = (int)g_ascii_strtoll(text, &end, 10);
        if (end == text)
            return NULL;
        text = *end == ',' || *end == ' ' ? end + 1 : end;
    }
    *out_shift = (Shift){parts[0], parts[1], parts[2], parts[3], parts[4]};
    return text;
}

void
gw_shifts_apply(const char *shifts, int *line, int *column)
{
    Shift best = {0};
    Shift shift;

    for (const char *at = shifts; at != NULL && (at = next_shift(at, &shift)) != NULL;) {
        if (shift.line == *line && shift.column <= *column)
            best = shift;
    }
    *line -= best.by_lines;
    *column = MAX(1, (best.is_replaced ? best.column : *column) - best.by_columns);
}
