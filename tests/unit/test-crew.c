/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "base/crew.h"
#include "base/error.h"
#include "base/turns.h"

#define PIECES 500

typedef struct {
    gint worked; /* atomic */
    gint freed;  /* atomic */
    gint bad;    /* the piece that fails; 0 = none */
    GMutex lock; /* guards order */
    GArray *order;
    GwTurns turns;
} Fixture;

static Fixture *current;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_mutex_init(&fixture->lock);
    fixture->order = g_array_new(FALSE, FALSE, sizeof(gint));
    gw_turns_init(&fixture->turns, PIECES);
    current = fixture;
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    gw_turns_clear(&fixture->turns);
    g_array_unref(fixture->order);
    g_mutex_clear(&fixture->lock);
}

static void
free_piece(gpointer piece)
{
    g_atomic_int_inc(&current->freed);
    gw_turns_pass(&current->turns, GPOINTER_TO_UINT(piece) - 1);
}

static bool
work(gpointer piece, gpointer data, GError **error)
{
    Fixture *fixture = data;

    g_atomic_int_inc(&fixture->worked);
    if (GPOINTER_TO_INT(piece) == fixture->bad)
        return gw_throw(error, GW_ERROR_FAILED, "piece %d", GPOINTER_TO_INT(piece));
    return true;
}

static gint
give_all(GwCrew *crew)
{
    gint given = 0;

    while (given < PIECES && gw_crew_give(crew, GINT_TO_POINTER(given + 1)))
        given++;
    return given;
}

static void
test_all(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GwCrew) crew = gw_crew_new(3, work, free_piece, fixture);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(give_all(crew), ==, PIECES);
    g_assert_true(gw_crew_wait(crew, &error));
    g_assert_no_error(error);
    g_assert_cmpint(fixture->worked, ==, PIECES);
    g_assert_cmpint(fixture->freed, ==, PIECES);
}

/* What was handed over when the first failed is freed, and not begun. */
static void
test_failure(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GwCrew) crew = gw_crew_new(2, work, free_piece, fixture);
    g_autoptr(GError) error = NULL;
    gint given = 0;
    gint worked = 0;

    fixture->bad = 10;
    given = give_all(crew);
    g_assert_false(gw_crew_wait(crew, &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_FAILED);
    g_assert_cmpstr(error->message, ==, "piece 10");
    g_assert_cmpint(fixture->freed, ==, MIN(given + 1, PIECES));
    worked = fixture->worked;
    g_assert_false(gw_crew_give(crew, GINT_TO_POINTER(1)));
    g_assert_cmpint(fixture->worked, ==, worked);
}

static bool
work_in_turn(gpointer piece, gpointer data, GError **error)
{
    Fixture *fixture = data;
    gint number = GPOINTER_TO_INT(piece);

    gw_turns_wait(&fixture->turns, (guint)number - 1);
    g_mutex_lock(&fixture->lock);
    g_array_append_val(fixture->order, number);
    g_mutex_unlock(&fixture->lock);
    return work(piece, data, error);
}

static void
test_turns(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GwCrew) crew = gw_crew_new(4, work_in_turn, free_piece, fixture);

    g_assert_cmpint(give_all(crew), ==, PIECES);
    g_assert_true(gw_crew_wait(crew, NULL));
    g_assert_cmpuint(fixture->order->len, ==, PIECES);
    for (gint index = 0; index < PIECES; index++)
        g_assert_cmpint(g_array_index(fixture->order, gint, index), ==, index + 1);
}

/* A piece that is passed over leaves nobody waiting for its turn. */
static void
test_turns_after_failure(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GwCrew) crew = gw_crew_new(4, work_in_turn, free_piece, fixture);
    g_autoptr(GError) error = NULL;

    fixture->bad = 3;
    (void)give_all(crew); /* how many is a matter of time */
    g_assert_false(gw_crew_wait(crew, &error));
    g_assert_cmpstr(error->message, ==, "piece 3");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/base/crew/all-pieces-once", Fixture, NULL, set_up, test_all, tear_down);
    g_test_add("/base/crew/first-failure-ends-it", Fixture, NULL, set_up, test_failure, tear_down);
    g_test_add("/base/turns/in-order", Fixture, NULL, set_up, test_turns, tear_down);
    g_test_add("/base/turns/failure-leaves-nobody", Fixture, NULL, set_up, test_turns_after_failure,
               tear_down);
    return g_test_run();
}
