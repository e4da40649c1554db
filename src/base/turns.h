/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of work that go on side by side and have one step that is taken in their order.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    GMutex lock; /* guards what follows */
    GCond changed;
    guint8 *passed; /* owned: of each piece, whether its turn is over */
    guint next;     /* the first whose turn is not */
    guint count;
} GwTurns;

void gw_turns_init(GwTurns *turns, guint count);
void gw_turns_clear(GwTurns *turns);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GwTurns, gw_turns_clear)

/* Wait until the turns of all pieces before `piece` are over. Each piece has to pass on in the end,
 * also one that was never begun. */
void gw_turns_wait(GwTurns *turns, guint piece);
void gw_turns_pass(GwTurns *turns, guint piece);
