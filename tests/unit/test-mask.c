/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "model/mask.h"

typedef struct {
    const char *name;
    const char *fields;
    const char *doc;
    const char *shown;
} Case;

static const Case cases[] = {
    {"none", NULL, "{\"a\":1}", "{\"a\":1}"},
    {"empty", " , ", "{\"a\":1}", "{\"a\":1}"},
    {"one", "a", "{\"a\":1,\"b\":{\"a\":2}}", "{\"a\":\"***\",\"b\":{\"a\":2}}"},
    {"several", "a, b", "{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":\"***\",\"b\":\"***\",\"c\":3}"},
    {"inner", "a.b", "{\"a\":{\"b\":1,\"c\":2},\"b\":3}",
     "{\"a\":{\"b\":\"***\",\"c\":2},\"b\":3}"},
    {"all-inner", "a.*", "{\"a\":{\"b\":1,\"c\":[2]}}", "{\"a\":{\"b\":\"***\",\"c\":\"***\"}}"},
    {"star-is-one", "*.b", "{\"a\":{\"b\":1},\"b\":2}", "{\"a\":{\"b\":\"***\"},\"b\":2}"},
    {"whole", "a", "{\"a\":{\"b\":1}}", "{\"a\":\"***\"}"},
    {"lists", "a.b", "{\"a\":[{\"b\":1},{\"c\":2},3]}", "{\"a\":[{\"b\":\"***\"},{\"c\":2},3]}"},
    {"dots", "a.b", "{\"a.b\":1}", "{\"a.b\":\"***\"}"},
    {"not-the-half", "a.b.c", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
};

static void
test_mask(gconstpointer data)
{
    const Case *row = data;
    g_autoptr(GwMask) mask = gw_mask_new(row->fields);
    g_autoptr(bson_t) doc = bson_new_from_json((const uint8_t *)row->doc, -1, NULL);
    g_autoptr(bson_t) wanted = bson_new_from_json((const uint8_t *)row->shown, -1, NULL);
    g_autoptr(bson_t) shown = gw_mask_apply(mask, doc);
    g_autoptr(GwBsonStr) json = bson_as_relaxed_extended_json(shown, NULL);

    if (!bson_equal(shown, wanted))
        g_error("%s became %s", row->doc, json);
}

static void
test_changed(void)
{
    g_autoptr(GwMask) mask = gw_mask_new("a, b");
    g_autoptr(bson_t) before = BCON_NEW("a", BCON_INT32(1), "b", BCON_INT32(1));
    g_autoptr(bson_t) after = BCON_NEW("a", BCON_INT32(1), "b", BCON_INT32(2));
    g_autoptr(bson_t) shown = gw_mask_apply_changed(mask, before, after);

    g_assert_cmpstr(gw_bson_get_str(shown, "a"), ==, "***");
    g_assert_cmpstr(gw_bson_get_str(shown, "b"), ==, "*** (changed)");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint index = 0; index < G_N_ELEMENTS(cases); index++) {
        g_autofree char *path = g_strconcat("/model/mask/", cases[index].name, NULL);

        g_test_add_data_func(path, &cases[index], test_mask);
    }
    g_test_add_func("/model/mask/a-change-can-be-seen", test_changed);
    return g_test_run();
}
