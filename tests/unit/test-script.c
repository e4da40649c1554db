/* SPDX-License-Identifier: Apache-2.0 */
#include "support/script-case.h"

#include <string.h>

#define SLEEP "const sleep = (ms) => new Promise((done) => setTimeout(done, ms));\n"

static const ScriptCase cases[] = {
    {
        .name = "an async up is waited for and is a method of its migration",
        .files = "@@ a.js\n" SLEEP "module.exports = { word: 'helped',\n"
                 "  async up() { await sleep(5); console.log(this.word); },\n"
                 "  down() { return sleep(5).then(() => console.log('down')); } };",
        .calls = "up down",
        .output = "helped\ndown\n",
    },
    {
        .name = "a throw has the file, line and column",
        .files = "@@ a.js\nexports.up = async () => {\n  throw new TypeError('bad');\n};",
        .calls = "up",
        .error = "bad",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:2:13",
    },
    {
        .name = "a throw before any await fails as well",
        .files = "@@ a.js\nexports.up = () => { null.x; };",
        .calls = "up",
        .error = "cannot read property 'x' of null",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:1:22",
    },
    {
        .name = "what is called and is no function is named",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  const db = { collection: () => ({}) };\n"
                 "  await db.collection('u)').updateMny({});\n};",
        .calls = "up",
        .error = "db.collection(...).updateMny is not a function",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:3:29",
    },
    {
        .name = "what is no function inside a native call is not named wrongly",
        .files = "@@ a.js\nexports.up = async () => {\n  [1].map(String(1));\n};",
        .calls = "up",
        .error = "not a function",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a missing function is named",
        .files = "@@ a.js\nexports.down = () => {};",
        .calls = "up",
        .error = "migration.up is not a function",
        .code = GW_ERROR_SCRIPT,
        .place = ":0:0",
    },
    {
        .name = "an up that never settles is found out at once",
        .files = "@@ a.js\nexports.up = async () => { await new Promise(() => {}); };",
        .calls = "up",
        .error = "up() never settled: it awaits a promise that nothing will resolve",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "an interval that is unref'd does not keep an up alive",
        .files = "@@ a.js\nexports.up = async () => { setInterval(() => {}, 1).unref();\n"
                 "  await new Promise(() => {}); };",
        .calls = "up",
        .error = "up() never settled: it awaits a promise that nothing will resolve",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a rejection with nothing says so",
        .files = "@@ a.js\nexports.up = () => Promise.reject();",
        .calls = "up",
        .error = "rejected with undefined: no reason was given",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a rejection with null says so",
        .files = "@@ a.js\nexports.up = () => Promise.reject(null);",
        .calls = "up",
        .error = "rejected with null: no reason was given",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a thrown string is the message",
        .files = "@@ a.js\nexports.up = async () => { throw 'went wrong'; };",
        .calls = "up",
        .error = "went wrong",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a thrown object is shown as JSON",
        .files = "@@ a.js\nexports.up = async () => { throw { ok: 0 }; };",
        .calls = "up",
        .error = "{\"ok\":0}",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "an error without a message shows its name",
        .files = "@@ a.js\nexports.up = async () => { throw new RangeError(); };",
        .calls = "up",
        .error = "RangeError",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "causes follow the message",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  throw new Error('a', { cause: new Error('b', { cause: 'c' }) }); };",
        .calls = "up",
        .error = "a: b: c",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a cause that is its own cause ends",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  const e = new Error('a'); e.cause = e; throw e; };",
        .calls = "up",
        .error = "a: a: a: a: a",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "the parts of an aggregate follow the message",
        .files = "@@ a.js\nexports.up = () => Promise.any([Promise.reject(new Error('x')),\n"
                 "  Promise.reject('y')]).catch((e) => { e.message = 'all failed'; throw e; });",
        .calls = "up",
        .error = "all failed (x; y)",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "an error whose getters throw is still an error",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  throw { get message() { throw 1; }, get stack() { throw 2; } }; };",
        .calls = "up",
        .error = "a value that cannot be shown",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a rejection that nobody handles fails",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  Promise.reject(new Error('floating'));\n"
                 "  await new Promise((done) => setTimeout(done, 5)); };",
        .calls = "up",
        .error = "floating",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:2:22",
    },
    {
        .name = "un-awaited work that fails after up fails it",
        .files = "@@ a.js\n" SLEEP "exports.up = async () => {\n"
                 "  sleep(10).then(() => { throw new Error('late'); }); };",
        .calls = "up",
        .error = "late",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:3:36",
    },
    {
        .name = "a rejection that is handled later in the same turn is fine",
        .files =
            "@@ a.js\nexports.up = async () => {\n"
            "  const p = Promise.reject(new Error('x')); await null; await p.catch(() => {}); };",
        .calls = "up",
    },
    {
        .name = "un-awaited work is waited for with a note",
        .files = "@@ a.js\n" SLEEP "exports.up = async () => {\n"
                 "  sleep(10).then(() => console.log('done')); console.log('up'); };",
        .calls = "up",
        .output = "up\ndone\n",
        .note = "up() did not await all of its work: godwit has waited for it",
    },
    {
        .name = "a long timer that is left behind is dropped with a note",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  setTimeout(() => console.log('never'), 60000); setInterval(() => {}, 1); };",
        .calls = "up",
        .output = "",
        .note = "up() left 2 timers behind: dropped",
    },
    {
        .name = "a timer's callback that throws fails",
        .files = "@@ a.js\n" SLEEP "exports.up = async () => {\n"
                 "  setTimeout(() => { throw new Error('tick'); }, 1); await sleep(50); };",
        .calls = "up",
        .error = "tick",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:3:32",
    },
    {
        .name = "a microtask that throws fails",
        .files = "@@ a.js\nexports.up = async () => {\n"
                 "  queueMicrotask(() => { throw new Error('micro'); }); };",
        .calls = "up",
        .error = "micro",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a validate that answers false fails",
        .files = "@@ a.js\nexports.validate = async () => false;",
        .calls = "validate",
        .error = "validate() answered false",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "a validate that answers anything else passes",
        .files = "@@ a.js\nexports.validate = async () => 0; exports.up = () => false;",
        .calls = "validate up",
    },
    {
        .name = "a callback settles up",
        .files = "@@ a.js\nexports.up = (db, client, next) => {\n"
                 "  setTimeout(() => { console.log('called'); next(); }, 1); };",
        .calls = "up",
        .output = "called\n",
        .note = "up() takes a callback: it is done when that is called",
    },
    {
        .name = "a callback with an error fails",
        .files = "@@ a.js\nexports.up = (db, client, next) => { next(new Error('cb')); };",
        .calls = "up",
        .error = "cb",
        .code = GW_ERROR_SCRIPT,
        .note = "callback",
    },
    {
        .name = "a callback that is never called never settles",
        .files = "@@ a.js\nexports.up = (db, client, next) => {};",
        .calls = "up",
        .error = "up() never settled: it awaits a promise that nothing will resolve",
        .code = GW_ERROR_SCRIPT,
        .note = "callback",
    },
    {
        .name = "an async up that ignores its callback is settled by its promise",
        .files = "@@ a.js\nexports.up = async (db, client, next) => {};",
        .calls = "up",
        .note = "callback",
    },
    {
        .name = "endless recursion is an error of the script",
        .files = "@@ a.js\nexports.up = async () => { const f = () => f() + 1; f(); };",
        .calls = "up",
        .error = "Maximum call stack size exceeded",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "fetch says that it is not there",
        .files = "@@ a.js\nexports.up = async () => { await fetch('http://x'); };",
        .calls = "up",
        .error = "fetch is not available in godwit for 'x': the configuration does not allow "
                 "it",
        .code = GW_ERROR_SCRIPT,
        .place = "a.js:1:34",
    },
    {
        .name = "Intl says that it is not there",
        .files = "@@ a.js\nexports.up = async () => { new Intl.DateTimeFormat('de'); };",
        .calls = "up",
        .error = "Intl.DateTimeFormat is not available in godwit",
        .code = GW_ERROR_SCRIPT,
    },
    {
        .name = "timers fire in order and may be cleared by number",
        .files =
            "@@ a.js\n" SLEEP "exports.up = async () => {\n"
            "  const log = (x) => () => console.log(x);\n"
            "  setTimeout(log('c'), 8); setTimeout(log('b'), 2); setImmediate(log('a'));\n"
            "  clearTimeout(+setTimeout(log('no'), 3)); clearTimeout(undefined);\n"
            "  clearInterval(setInterval(log('no'), 1)); clearImmediate(setImmediate(log('no')));\n"
            "  const again = setTimeout(log('d'), 5); again.refresh();\n"
            "  let ticks = 0;\n"
            "  await new Promise((done) => { const each = setInterval(() => {\n"
            "    if (++ticks === 3) { clearInterval(each); done(); } }, 6); });\n"
            "  console.log(ticks, again.hasRef()); };",
        .calls = "up",
        .output = "a\nb\nd\nc\n3 true\n",
    },
    {
        .name = "a microtask goes before a timer",
        .files = "@@ a.js\n" SLEEP "exports.up = async () => {\n"
                 "  setTimeout(() => console.log('timer'), 0);\n"
                 "  Promise.resolve().then(() => console.log('micro')); await sleep(5); };",
        .calls = "up",
        .output = "micro\ntimer\n",
    },
    {
        .name = "the console groups and counts",
        .files = "@@ a.js\nexports.up = async () => { console.group('g'); console.log('a\\nb');\n"
                 "  console.groupEnd(); console.count(); console.count(); console.assert(1);\n"
                 "  console.assert(false, 'no'); const { log } = console; log('free'); };",
        .calls = "up",
        .output = "g\n  a\n  b\ndefault: 1\ndefault: 2\nAssertion failed: no\nfree\n",
    },
};

/* What a case can't say: parameters of their own. */
typedef struct {
    char *folder; /* owned */
    char *path;   /* owned */
    GwScriptParams params;
} Fixture;

static void
fixture_init(Fixture *fixture, const char *source)
{
    g_autofree char *files = g_strconcat("@@ a.js\n", source, NULL);

    fixture->folder = script_case_write(files);
    fixture->path = g_build_filename(fixture->folder, "a.js", NULL);
    fixture->params.root = fixture->folder;
}

static void
fixture_clear(Fixture *fixture)
{
    script_case_remove(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static volatile int interrupted;

/* Waits for the script's first word, then asks it to stop. */
static gpointer
interrupt_it(gpointer data)
{
    (void)g_async_queue_pop(data);
    interrupted = 1;
    return NULL;
}

static void
see_start(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    g_async_queue_push(data, data);
}

static void
check_interrupt(const char *source)
{
    g_autoptr(GAsyncQueue) started = g_async_queue_new();
    g_auto(Fixture) fixture = {0};
    g_auto(GwScriptFacts) facts = {0};
    g_autoptr(GwScript) script = NULL;
    g_autoptr(GError) error = NULL;
    gint64 start;
    GThread *thread;

    interrupted = 0;
    fixture_init(&fixture, source);
    fixture.params.interrupted = &interrupted;
    fixture.params.output = see_start;
    fixture.params.data = started;
    script = gw_script_new(&fixture.params, &error);
    g_assert_true(gw_script_load(script, fixture.path, &facts, &error));
    start = g_get_monotonic_time();
    thread = g_thread_new("interrupt", interrupt_it, started);
    g_assert_false(gw_script_call(script, "up", &error));
    g_thread_join(thread);
    g_assert_error(error, GW_ERROR, GW_ERROR_INTERRUPTED);
    g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC);
}

static void
test_interrupt_ends_a_loop(void)
{
    check_interrupt("exports.up = async () => { await null; console.log(1); for (;;); };");
}

static void
test_interrupt_ends_a_wait(void)
{
    check_interrupt("exports.up = () => { console.log(1);\n"
                    "  return new Promise((done) => setTimeout(done, 60000)); };");
}

static void
test_interrupt_is_not_caught(void)
{
    check_interrupt(
        "exports.up = async () => { console.log(1); for (;;) try { for (;;); } catch {} };");
}

static void
test_memory_is_limited(void)
{
    g_auto(Fixture) fixture = {0};
    g_auto(GwScriptFacts) facts = {0};
    g_autoptr(GwScript) script = NULL;
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture,
                 "exports.up = async () => { const a = []; for (;;) a.push(new Array(999)); };");
    fixture.params.memory_bytes = 16 << 20;
    script = gw_script_new(&fixture.params, &error);
    g_assert_true(gw_script_load(script, fixture.path, &facts, &error));
    g_assert_false(gw_script_call(script, "up", &error));
    g_assert_error(error, GW_ERROR, GW_ERROR_SCRIPT);
    g_assert_cmpstr(error->message, ==, "out of memory");
}

static void
test_facts_are_what_the_file_says(void)
{
    g_auto(Fixture) fixture = {0};
    g_auto(GwScriptFacts) facts = {0};
    g_autoptr(GwScript) script = NULL;
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture,
                 "module.exports = { id: '001_x', description: 'd', createdAt: new Date(0),\n"
                 "  up() {}, validate() {}, down: 5 };");
    script = gw_script_new(&fixture.params, &error);
    g_assert_true(gw_script_load(script, fixture.path, &facts, &error));
    g_assert_cmpstr(facts.id, ==, "001_x");
    g_assert_cmpstr(facts.description, ==, "d");
    g_assert_null(facts.author);
    g_assert_cmpstr(facts.created_at, ==, "1970-01-01T00:00:00.000Z");
    g_assert_true(facts.has_up && facts.has_validate && !facts.has_down);
}

static void
test_excerpt_points_at_the_column(void)
{
    g_auto(Fixture) fixture = {0};
    g_auto(GwScriptFacts) facts = {0};
    g_autoptr(GwScript) script = NULL;
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, "let a = 1;\nfoo bar;\n");
    script = gw_script_new(&fixture.params, &error);
    g_assert_false(gw_script_load(script, fixture.path, &facts, &error));
    g_assert_cmpstr(gw_error_info(error)->excerpt, ==, "2 | foo bar;\n  |     ^");
}

static void
test_server_facts_are_kept(void)
{
    g_auto(Fixture) fixture = {0};
    g_auto(GwScriptFacts) facts = {0};
    g_autoptr(GwScript) script = NULL;
    g_autoptr(GError) error = NULL;

    fixture_init(&fixture, "class MongoServerError extends Error {\n"
                           "  name = 'MongoServerError'; code = 11000; codeName = 'DuplicateKey';\n"
                           "  errorLabels = ['TransientTransactionError']; }\n"
                           "exports.up = async () => { throw new MongoServerError('E11000'); };");
    script = gw_script_new(&fixture.params, &error);
    g_assert_true(gw_script_load(script, fixture.path, &facts, &error));
    g_assert_false(gw_script_call(script, "up", &error));
    g_assert_cmpstr(error->message, ==, "E11000");
    g_assert_cmpint(gw_error_info(error)->server_code, ==, 11000);
    g_assert_cmpstr(gw_error_info(error)->server_name, ==, "DuplicateKey");
    g_assert_true(gw_error_has_label(error, "TransientTransactionError"));
    g_assert_cmpint(gw_error_info(error)->line, ==, 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    script_cases_add("call", cases, G_N_ELEMENTS(cases));
    g_test_add_func("/script/interrupt/ends a loop", test_interrupt_ends_a_loop);
    g_test_add_func("/script/interrupt/ends a wait", test_interrupt_ends_a_wait);
    g_test_add_func("/script/interrupt/is not caught", test_interrupt_is_not_caught);
    g_test_add_func("/script/memory is limited", test_memory_is_limited);
    g_test_add_func("/script/facts are what the file says", test_facts_are_what_the_file_says);
    g_test_add_func("/script/excerpt points at the column", test_excerpt_points_at_the_column);
    g_test_add_func("/script/server facts are kept", test_server_facts_are_kept);
    return g_test_run();
}
