/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that work through pieces side by side, as many pieces ahead as keeps them busy. After the
 * first failure nothing more is begun.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct GwCrew GwCrew;

/* Work on one piece. Threads: several at once, none of them the caller's. */
typedef bool (*GwCrewFunc)(gpointer piece, gpointer data, GError **error);

/* `free_piece` frees each piece once it was worked on, or passed over after a failure; NULL: the
 * pieces are the caller's. `data` is
 * borrowed and outlives the crew. Owned; freeing it waits as gw_crew_wait does. */
GwCrew *gw_crew_new(guint threads, GwCrewFunc func, GDestroyNotify free_piece, gpointer data);
void gw_crew_free(GwCrew *crew);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwCrew, gw_crew_free)

/* Hand over a piece; waits while there are enough ahead. False where one has failed: gw_crew_wait
 * says how. */
bool gw_crew_give(GwCrew *crew, gpointer take_piece);

/* Wait for all that was handed over. Fails with the first failure. */
bool gw_crew_wait(GwCrew *crew, GError **error);
