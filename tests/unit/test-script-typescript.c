/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "support/script-case.h"

#define LOADS(name_, files_, output_)                                                              \
    {                                                                                              \
        .name = name_, .files = files_, .calls = "up", .output = output_,                          \
    }
#define FAILS(name_, files_, error_, place_)                                                       \
    {                                                                                              \
        .name = name_, .files = files_, .error = error_, .place = place_,                          \
        .code = GW_ERROR_SCRIPT_LOAD,                                                              \
    }
#define THROWS(name_, files_, error_, place_)                                                      \
    {                                                                                              \
        .name = name_, .files = files_, .calls = "up", .error = error_, .place = place_,           \
        .code = GW_ERROR_SCRIPT,                                                                   \
    }

static const ScriptCase cases[] = {
    LOADS("types, generics, casts and assertions are dropped",
          "@@ a.ts\ninterface User { name: string; age?: number }\n"
          "type F<T> = (x: T) => Promise<T>;\nconst id: F<number> = async <T,>(x: T) => x;\n"
          "function isUser(x: unknown): x is User { return (x as User).name !== undefined; }\n"
          "function over(a: string): string;\nfunction over(a: number): number;\n"
          "function over(this: void, a: any) { return a!; }\n"
          "const o = { a: 1 } satisfies Record<string, number>;\n"
          "export async function up(db: unknown, _client?: object): Promise<void> {\n"
          "  console.log(await id<number>(2), isUser({ name: 'x' }), over('o'), o.a, <any>3);\n}\n",
          "2 true o 1 3\n"),
    LOADS(
        "enums of all kinds",
        "@@ a.ts\nenum A { X, Y = 'y', Z = 1 << 3, W = Z | 1, V }\nconst enum C { One = 1, Two }\n"
        "export enum E { K = 'k' }\ndeclare enum D { No }\n"
        "export const up = () => console.log(A.X, A[0], A.Y, A.Z, A.W, A.V, C.Two, E.K);\n",
        "0 X y 8 9 10 2 k\n"),
    LOADS(
        "parameter properties, access modifiers and abstract classes",
        "@@ a.ts\nabstract class B { abstract go(): number; constructor(protected readonly n = 1) "
        "{} }\n"
        "class C extends B { private z?: string; declare q: number; static readonly S = 5;\n"
        "  constructor(private x: number, public y = 2) { super(7); }\n"
        "  override go(): number { return this.x + this.y + this.n; } }\n"
        "export const up = () => console.log(new C(1).go(), C.S, Object.keys(new C(1)).join());\n",
        "10 5 n,z,x,y\n"),
    LOADS(
        "imports that only types need are not loaded",
        "@@ a.ts\nimport { Nothing } from './not-there';\nimport type { Other } from 'nor-this';\n"
        "import def, { type T, value } from './b';\nexport type { Other };\n"
        "export const up = (n?: Nothing, t?: T): void => console.log(def, value);\n"
        "@@ b.ts\nexport interface T { a: 1 }\nexport const value = 'v';\nexport default 'd';\n",
        "d v\n"),
    LOADS("import = require() and export =",
          "@@ a.ts\nimport path = require('path');\nimport b = require('./b');\n"
          "export = { up: () => console.log(path.basename(__filename), b.x) };\n"
          "@@ b.ts\nconst all = { x: 1 };\nexport = all;\n",
          "a.ts 1\n"),
    LOADS("import * of a function stays one",
          "@@ a.ts\nimport * as f from './f';\nimport g from './f';\n"
          "export const up = () => console.log((f as any)(), g());\n"
          "@@ f.js\nmodule.exports = () => 'called';\n",
          "called called\n"),
    LOADS(".mts and .cts",
          "@@ a.mts\nimport c from './c.cjs';\nimport { m } from './m.mjs';\n"
          "const late: string = await Promise.resolve('late');\n"
          "export const up = () => console.log(c.x, m, late, typeof require);\n"
          "@@ c.cts\nimport { sep } from 'path';\nexport const x: string = sep + typeof require;\n"
          "@@ m.mts\nexport const m: number = 3;\n",
          "/function 3 late undefined\n"),
    LOADS(".ts is an ES module where the package says so, or where it awaits at its top",
          "@@ a.ts\nimport { x } from './esm/x.js';\nconst y: number = await Promise.resolve(2);\n"
          "export const up = () => console.log(x, y);\n"
          "@@ esm/package.json\n{\"type\": \"module\"}\n"
          "@@ esm/x.ts\nexport const x: string = import.meta.filename.slice(-4);\n",
          "x.ts 2\n"),
    LOADS("a dynamic import() stays one",
          "@@ a.ts\nexport const up = async (): Promise<void> => console.log((await "
          "import('./m.mjs')).m);\n@@ m.mjs\nexport const m = 1;\n",
          "1\n"),
    LOADS("JavaScript and TypeScript load each other",
          "@@ a.js\nconst { n } = require('./b');\nexports.up = () => console.log(n);\n"
          "@@ b.ts\nimport { n as m } from './c';\nexport const n: number = m + 1;\n"
          "@@ c.js\nexports.n = 1;\n",
          "2\n"),
    LOADS("paths and baseUrl of tsconfig.json, also by extends, with comments",
          "@@ migrations/a.ts\nimport { s } from '@shared/s';\nimport one from '~one';\n"
          "import { u } from 'lib/util';\nexport const up = () => console.log(s, one, u);\n"
          "@@ tsconfig.json\n{ // as a compiler reads it\n  \"extends\": \"./base.json\",\n"
          "  \"compilerOptions\": { \"paths\": { \"@shared/*\": [\"nowhere/*\", \"src/*\"], /* */\n"
          "    \"~one\": [\"src/one\"], }, },\n}\n"
          "@@ base.json\n{\"compilerOptions\": {\"baseUrl\": \".\"}}\n"
          "@@ src/s.ts\nexport const s: string = 's // none';\n"
          "@@ src/one/index.ts\nexport default 1;\n@@ lib/util.ts\nexport const u = 'u';\n",
          "s // none 1 u\n"),
    LOADS("a namespace of types, and what is declared only",
          "@@ a.ts\nnamespace N { export interface A { const: 1 } export type B = typeof up; }\n"
          "declare namespace M { const x: number; }\ndeclare global { interface G { a: 1 } "
          "namespace P { let q: 1 } }\n"
          "declare module 'm' { export function f(): void; }\ndeclare const z: string;\n"
          "export const up = (a?: N.A) => console.log('ok');\n",
          "ok\n"),
    LOADS("lines without semicolons stay apart where a type stood between them",
          "@@ a.ts\nlet n: number = 0\nconst list = [1, 2] as const\ntype T = typeof list[1]\n"
          ";[n] = list\n"
          "const f = () => 5\ninterface I { a: 1; b: 2 }\n(f as any)\nconst o = { a: list }\n"
          "declare const z: string\n[n] = [o.a.length as number]\n"
          "abstract class C { abstract a(): void\n  declare q: number\n"
          "  [Symbol.iterator]() { } }\n"
          "export const up = () => console.log(n, typeof C.prototype[Symbol.iterator])\n",
          "2 function\n"),
    LOADS("a byte order mark, a #! line and CRLF",
          "@@ a.ts\n\xEF\xBB\xBF#!/usr/bin/env ts-node\r\nconst a: string = `x\r\n`;\r\n"
          "export const up = (): void => console.log(a.length);\r\n",
          "2\n"),

    FAILS(
        "a namespace with values is refused",
        "@@ a.ts\ntype A = 1;\n\n  namespace Shop.Inner {\n  export type B = 1;\n"
        "  export const y = 2;\n}\n",
        "the namespace 'Shop.Inner' holds more than types, which cannot be stripped: use a module",
        "a.ts:3:3"),
    FAILS("a nested namespace with values is refused",
          "@@ a.ts\nnamespace A {\n  export namespace B { export function f() {} }\n}\n",
          "the namespace 'B' holds more than types, which cannot be stripped: use a module",
          "a.ts:2:10"),
    FAILS("a decorator is refused", "@@ a.ts\nclass A {\n  @dec() x = 1;\n}\n",
          "decorators are not available in godwit: call the function yourself", "a.ts:2:3"),
    FAILS("a syntax error has its place", "@@ a.ts\nconst a: number = 1;\nconst b: string = ;\n",
          "syntax error: Unexpected token", "a.ts:2:19"),
    FAILS("a syntax error that only the engine finds has its place",
          "@@ a.ts\nlet a: number = 1; let a: string = '';\n",
          "syntax error: invalid redefinition of global identifier", "a.ts:1:34"),
    FAILS("a missing import names its importer and has its place",
          "@@ m/a.ts\nimport { x } from '../b';\nexport const y = x;\n"
          "@@ b.ts\n\nimport n from './nix';\nexport const x: number = n;\n",
          "Cannot find module './nix'\nRequire stack:\n- b.ts\n- m/a.ts", "b.ts:2:16"),
    FAILS("a missing export of an ES module has its place",
          "@@ a.mts\nimport { x,\n  nope } from './b.mjs';\nexport const up = () => x + nope;\n"
          "@@ b.mts\nexport const x: number = 1;\n",
          "'b.mts' has no export 'nope', which 'a.mts' imports", "a.mts:2:3"),
    FAILS("a tsconfig.json that does not parse is named",
          "@@ a.ts\nimport { x } from 'x';\nexport const y = x;\n@@ tsconfig.json\n{ nope }\n",
          "Error parsing 'tsconfig.json': Expected property name or '}' in JSON at position 2 "
          "(line 1 column 3)",
          "tsconfig.json:0:0"),

    THROWS("an error behind types has its line and column",
           "@@ a.ts\ninterface A {\n  b: string;\n}\n"
           "export const up = async (a?: A, b: Map<string, A> = new Map()): Promise<void> => {\n"
           "  const c = (a as unknown as number)!; const d: any = c; d.e.f();\n};\n",
           "cannot read property 'e' of undefined", "a.ts:5:58"),
    THROWS("an error in a line that has grown has its column",
           "@@ a.ts\nclass A { constructor(private a: any, public b = 1) { this.a.c(); } }\n"
           "enum E { X, Y } export const up = () => { new A(E); };\n",
           "this.a.c is not a function", "a.ts:1:62"),
    THROWS("an imported name that is not there is named",
           "@@ a.ts\nimport { nope } from './b';\nexport const up = (x: number) => nope(x);\n"
           "@@ b.ts\nexport const y = 1;\n",
           "nope is not a function", "a.ts:2:34"),
};

/* Different texts: what a process has stripped once it does not write again. */
static const char *const first_text =
    "@@ a.ts\nexport const up = (x: number): void => console.log('v1');\n";
static const char *const second_text =
    "@@ a.ts\nexport const up = (x: number): void => console.log('v2');\n";

static void
see_output(const char *text, gsize bytes, gboolean is_stderr, gpointer data)
{
    g_string_append_len(data, text, (gssize)bytes);
}

static char *
run_in(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "a.ts", NULL);
    g_autoptr(GString) output = g_string_new(NULL);
    GwScriptParams params = {.root = folder, .output = see_output, .data = output};
    g_autoptr(GError) error = NULL;
    g_autoptr(GwScript) script = gw_script_new(&params, &error);
    g_auto(GwScriptFacts) facts = {0};

    g_assert_true(gw_script_load(script, path, &facts, &error));
    g_assert_true(gw_script_call(script, "up", &error));
    return g_strdup(output->str);
}

/* The one file of the cache that holds code. Owned. */
static char *
cache_file(const char *folder)
{
    g_autofree char *cache = g_build_filename(folder, ".godwit", "cache", NULL);
    g_autoptr(GDir) dir = g_dir_open(cache, 0, NULL);
    const char *name = NULL;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".js"))
            return g_build_filename(cache, name, NULL);
    }
    return NULL;
}

static void
test_cache_is_private(void)
{
    g_autofree char *folder = script_case_write(first_text);
    g_autofree char *output = run_in(folder);
    g_autofree char *path = cache_file(folder);
    g_autofree char *text = NULL;
    struct stat facts;

    g_assert_cmpstr(output, ==, "v1\n");
    g_assert_nonnull(path);
    g_assert_cmpint(stat(path, &facts), ==, 0);
    g_assert_cmpint(facts.st_mode & 0777, ==, 0600);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "console.log('v1')"));
    g_assert_null(strstr(text, "number"));
    script_case_remove(folder);
}

/* What another process prints that finds this in the cache. Owned. */
static char *
run_with_cache(const char *folder, const char *text)
{
    g_autofree char *path = cache_file(folder);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    char *argv[] = {self, "run", (char *)folder, NULL};
    char *output = NULL;

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_true(g_spawn_sync(NULL, argv, NULL, 0, NULL, NULL, &output, NULL, NULL, NULL));
    return output;
}

static void
test_cache_is_used_only_where_whole(void)
{
    g_autofree char *folder = script_case_write(second_text);
    g_autofree char *output = run_in(folder);
    const char *body = "\nexports.up = () => console.log('from the cache');";
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, body, -1);
    g_autofree char *whole = g_strconcat(hash, "\n", body, NULL);
    g_autofree char *with_whole = run_with_cache(folder, whole);
    g_autofree char *with_half = NULL;

    whole[strlen(whole) - 3] = 'x';
    with_half = run_with_cache(folder, whole);
    g_assert_nonnull(strstr(with_whole, "from the cache\n"));
    g_assert_nonnull(strstr(with_half, "v2\n"));
    script_case_remove(folder);
}

int
main(int argc, char **argv)
{
    /* As a process of its own, which has stripped nothing yet. */
    if (argc == 3 && g_str_equal(argv[1], "run")) {
        g_autofree char *output = run_in(argv[2]);

        printf("%s", output);
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    script_cases_add("typescript", cases, G_N_ELEMENTS(cases));
    g_test_add_func("/script/typescript/cache/is-private", test_cache_is_private);
    g_test_add_func("/script/typescript/cache/is-used-only-where-whole",
                    test_cache_is_used_only_where_whole);
    return g_test_run();
}
