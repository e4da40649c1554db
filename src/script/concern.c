/* SPDX-License-Identifier: Apache-2.0 */
#include "script/concern.h"

void
gw_concern_note_source(GwEngine *engine, const char *text, gsize bytes)
{
    /* readConcern and ReadConcern; sessions of a snapshot; read preferences. */
    static const char *const words[] = {"eadConcern", "snapshot", "secondary", "nearest", NULL};

    for (const char *const *word = words; *word != NULL && !engine->waits_for_majority; word++)
        engine->waits_for_majority = g_strstr_len(text, (gssize)bytes, *word) != NULL;
}
