/* SPDX-License-Identifier: Apache-2.0 */
#include "base/turns.h"

void
gw_turns_init(GwTurns *turns, guint count)
{
    *turns = (GwTurns){.passed = g_new0(guint8, MAX(count, 1)), .count = count};
    g_mutex_init(&turns->lock);
    g_cond_init(&turns->changed);
}

void
gw_turns_clear(GwTurns *turns)
{
    if (turns->passed == NULL)
        return;
    g_clear_pointer(&turns->passed, g_free);
    g_mutex_clear(&turns->lock);
    g_cond_clear(&turns->changed);
}

void
gw_turns_wait(GwTurns *turns, guint piece)
{
    g_mutex_lock(&turns->lock);
    while (turns->next < piece)
        g_cond_wait(&turns->changed, &turns->lock);
    g_mutex_unlock(&turns->lock);
}

void
gw_turns_pass(GwTurns *turns, guint piece)
{
    g_mutex_lock(&turns->lock);
    turns->passed[piece] = 1;
    while (turns->next < turns->count && turns->passed[turns->next] != 0)
        turns->next++;
    g_cond_broadcast(&turns->changed);
    g_mutex_unlock(&turns->lock);
}
