/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crew.h"

struct GwCrew {
    GThreadPool *threads; /* owned */
    GwCrewFunc func;
    GDestroyNotify free_piece; /* or NULL */
    gpointer data;             /* borrowed */
    guint ahead_max;
    GMutex lock; /* guards what follows */
    GCond changed;
    guint ahead;     /* pieces that are not done */
    GError *failure; /* owned: the first one */
};

static void
free_piece(const GwCrew *crew, gpointer piece)
{
    if (crew->free_piece != NULL)
        crew->free_piece(piece);
}

static bool
has_failed(GwCrew *crew)
{
    bool failed = false;

    g_mutex_lock(&crew->lock);
    failed = crew->failure != NULL;
    g_mutex_unlock(&crew->lock);
    return failed;
}

static void
note_done(GwCrew *crew, GError *take_failure)
{
    g_mutex_lock(&crew->lock);
    crew->ahead--;
    if (crew->failure == NULL)
        crew->failure = g_steal_pointer(&take_failure);
    g_cond_broadcast(&crew->changed);
    g_mutex_unlock(&crew->lock);
    g_clear_error(&take_failure);
}

static void
work(gpointer piece, gpointer user)
{
    GwCrew *crew = user;
    GError *failure = NULL;

    if (!has_failed(crew))
        (void)crew->func(piece, crew->data, &failure); /* told by `failure` */
    free_piece(crew, piece);
    note_done(crew, failure);
}

GwCrew *
gw_crew_new(guint threads, GwCrewFunc func, GDestroyNotify free_one, gpointer data)
{
    GwCrew *crew = g_new0(GwCrew, 1);

    crew->func = func;
    crew->free_piece = free_one;
    crew->data = data;
    crew->ahead_max = 2 * threads;
    g_mutex_init(&crew->lock);
    g_cond_init(&crew->changed);
    crew->threads = g_thread_pool_new(work, crew, (gint)threads, FALSE, NULL);
    return crew;
}

void
gw_crew_free(GwCrew *crew)
{
    if (crew == NULL)
        return;
    g_thread_pool_free(crew->threads, FALSE, TRUE);
    g_clear_error(&crew->failure);
    g_mutex_clear(&crew->lock);
    g_cond_clear(&crew->changed);
    g_free(crew);
}

bool
gw_crew_give(GwCrew *crew, gpointer take_piece)
{
    bool is_taken = false;

    g_mutex_lock(&crew->lock);
    while (crew->ahead >= crew->ahead_max && crew->failure == NULL)
        g_cond_wait(&crew->changed, &crew->lock);
    is_taken = crew->failure == NULL;
    if (is_taken)
        crew->ahead++;
    g_mutex_unlock(&crew->lock);
    if (is_taken)
        g_thread_pool_push(crew->threads, take_piece, NULL);
    else
        free_piece(crew, take_piece);
    return is_taken;
}

bool
gw_crew_wait(GwCrew *crew, GError **error)
{
    bool is_done = false;

    g_mutex_lock(&crew->lock);
    while (crew->ahead > 0)
        g_cond_wait(&crew->changed, &crew->lock);
    is_done = crew->failure == NULL;
    if (!is_done)
        g_propagate_error(error, g_error_copy(crew->failure));
    g_mutex_unlock(&crew->lock);
    return is_done;
}
