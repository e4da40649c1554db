/* SPDX-License-Identifier: Apache-2.0 */
#include "support/script-case.h"

typedef struct {
    const char *name;
    const char *files;
    const char *json;  /* what comes of it */
    const char *error; /* or why nothing does */
} ConfigCase;

static const ConfigCase cases[] = {
    {"an object", "@@ c.js\nmodule.exports = { a: 1, f() {}, b: { c: [true, null] } };",
     "{ \"a\" : 1, \"b\" : { \"c\" : [ true, null ] } }", NULL},
    {"a promise of one", "@@ c.js\nmodule.exports = Promise.resolve({ a: 'x' });",
     "{ \"a\" : \"x\" }", NULL},
    {"a default export", "@@ c.js\nexport default { a: 1.5 };", "{ \"a\" : 1.5 }", NULL},
    {"a default export that is a promise",
     "@@ c.mjs\nexport default new Promise((done) => setTimeout(() => done({ a: 2 }), 1));",
     "{ \"a\" : 2 }", NULL},
    {"named exports", "@@ c.mjs\nexport const a = 1;\nexport const b = 'x';",
     "{ \"a\" : 1, \"b\" : \"x\" }", NULL},
    {"JSON", "@@ c.json\n{\"a\": {\"b\": 1}}", "{ \"a\" : { \"b\" : 1 } }", NULL},
    {"what another file makes",
     "@@ c.js\nconst { url } = require('./lib');\nmodule.exports = { mongodb: { url } };\n"
     "@@ lib.js\nexports.url = 'mongodb://h';",
     "{ \"mongodb\" : { \"url\" : \"mongodb://h\" } }", NULL},
    {"no object", "@@ c.js\nmodule.exports = 5;", NULL,
     "a configuration file must export an object, or a promise of one"},
    {"a rejected promise", "@@ c.js\nmodule.exports = Promise.reject(new Error('no'));", NULL,
     "no"},
    {"an object that holds itself", "@@ c.js\nconst o = {}; o.o = o; module.exports = o;", NULL,
     "circular reference"},
    {"a syntax error", "@@ c.js\nmodule.exports = {,};", NULL,
     "syntax error: invalid property name"},
};

static void
test_case(gconstpointer data)
{
    const ConfigCase *row = data;
    g_autofree char *folder = script_case_write(row->files);
    g_autofree char *first = script_case_first(row->files);
    g_autofree char *path = g_build_filename(folder, first, NULL);
    GwScriptParams params = {.root = folder};
    g_autoptr(GError) error = NULL;
    g_autoptr(GwScript) script = gw_script_new(&params, &error);
    g_autoptr(bson_t) config = gw_script_eval_config(script, path, &error);
    g_autoptr(GwBsonStr) json = NULL;

    script_case_remove(folder);
    if (row->error != NULL) {
        g_assert_error(error, GW_ERROR, GW_ERROR_SCRIPT_LOAD);
        g_assert_cmpstr(error->message, ==, row->error);
        return;
    }
    g_assert_no_error(error);
    json = bson_as_relaxed_extended_json(config, NULL);
    g_assert_cmpstr(json, ==, row->json);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize row = 0; row < G_N_ELEMENTS(cases); row++) {
        g_autofree char *path = g_strconcat("/script/config/", cases[row].name, NULL);

        g_test_add_data_func(path, &cases[row], test_case);
    }
    return g_test_run();
}
