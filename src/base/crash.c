/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crash.h"

#ifdef GW_CRASH_POINTS
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
gw_crash_point(const char *name)
{
    static gint reached;
    const char *wanted = g_getenv("GODWIT_CRASH_AT");
    const char *colon = wanted != NULL ? strrchr(wanted, ':') : NULL;
    gsize length = colon != NULL ? (gsize)(colon - wanted) : 0;

    if (colon == NULL || strlen(name) != length || strncmp(name, wanted, length) != 0)
        return;
    if (g_atomic_int_add(&reached, 1) + 1 == (gint)g_ascii_strtoll(colon + 1, NULL, 10))
        _exit(137);
}
#endif
