/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/done.h"

static bson_t *
of_int(gint64 number)
{
    return BCON_NEW("_id", BCON_INT64(number));
}

static bson_t *
of_text(const char *text)
{
    return BCON_NEW("_id", BCON_UTF8(text));
}

static bool
has(const GwDone *done, bson_t *take_doc)
{
    g_autoptr(bson_t) doc = take_doc;
    bson_iter_t id;

    g_assert_true(bson_iter_init_find(&id, doc, "_id"));
    return gw_done_has(done, &id);
}

static void
add_range(GwDone *done, bson_t *take_after, bson_t *take_upto)
{
    g_autoptr(bson_t) after = take_after;
    g_autoptr(bson_t) upto = take_upto;

    gw_done_add_range(done, after, upto);
}

static gint64
number_of(const bson_t *doc)
{
    return doc != NULL ? gw_bson_get_int(doc, "_id", 0) : G_MININT64;
}

static void
check_gap(const GPtrArray *gaps, guint index, gint64 after, gint64 upto)
{
    const GwIdRange *gap = g_ptr_array_index(gaps, index);

    g_assert_cmpint(number_of(gap->after), ==, after);
    g_assert_cmpint(number_of(gap->upto), ==, upto);
}

/* Threads commit them in any order. */
static void
test_ranges(void)
{
    g_autoptr(GwDone) done = gw_done_new();
    g_autoptr(bson_t) last = of_int(100);
    g_autoptr(GPtrArray) gaps = NULL;

    add_range(done, of_int(30), of_int(40));
    add_range(done, NULL, of_int(10));
    add_range(done, of_int(10), of_int(20));
    g_assert_true(has(done, of_int(G_MININT64)) && has(done, of_int(10)) && has(done, of_int(11)));
    g_assert_true(has(done, of_int(20)) && has(done, of_int(31)) && has(done, of_int(40)));
    g_assert_true(!has(done, of_int(21)) && !has(done, of_int(30)) && !has(done, of_int(41)));
    g_assert_false(has(done, of_text("30")));
    gaps = gw_done_gaps(done, last);
    g_assert_cmpuint(gaps->len, ==, 2);
    check_gap(gaps, 0, 20, 30);
    check_gap(gaps, 1, 40, 100);
}

static void
test_first_gap(void)
{
    g_autoptr(GwDone) done = gw_done_new();
    g_autoptr(bson_t) last = of_int(9);
    g_autoptr(GPtrArray) gaps = NULL;

    add_range(done, of_int(3), of_int(9));
    gaps = gw_done_gaps(done, last);
    g_assert_cmpuint(gaps->len, ==, 1);
    check_gap(gaps, 0, G_MININT64, 3);
}

static void
test_nothing(void)
{
    g_autoptr(bson_t) last = of_int(9);
    g_autoptr(GPtrArray) gaps = gw_done_gaps(NULL, last);

    g_assert_cmpuint(gaps->len, ==, 1);
    check_gap(gaps, 0, G_MININT64, 9);
    g_assert_false(has(NULL, of_int(1)));
    g_assert_true(gw_done_is_empty(NULL));
}

/* As the server compares strings: by their bytes, a shorter one first. */
static void
test_texts(void)
{
    g_autoptr(GwDone) done = gw_done_new();

    add_range(done, of_text("ab"), of_text("b"));
    g_assert_true(has(done, of_text("aba")) && has(done, of_text("b")) && has(done, of_text("az")));
    g_assert_false(has(done, of_text("ab")) || has(done, of_text("a")) || has(done, of_text("b0")));
}

static void
test_ids(void)
{
    g_autoptr(GwDone) done = gw_done_new();
    g_autoptr(bson_t) doc = of_int(7);
    bson_iter_t id;

    g_assert_true(bson_iter_init_find(&id, doc, "_id"));
    gw_done_add_id(done, &id);
    g_assert_true(gw_done_has_ids(done) && has(done, of_int(7)));
    g_assert_true(has(done, BCON_NEW("_id", BCON_DOUBLE(7))));
    g_assert_false(has(done, of_int(8)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/journal/done/ranges-in-any-order-leave-gaps", test_ranges);
    g_test_add_func("/journal/done/what-is-before-the-first-range-is-a-gap", test_first_gap);
    g_test_add_func("/journal/done/where-nothing-is-done-all-is-left", test_nothing);
    g_test_add_func("/journal/done/texts-are-compared-by-bytes", test_texts);
    g_test_add_func("/journal/done/ids-are-one-whatever-their-type", test_ids);
    return g_test_run();
}
