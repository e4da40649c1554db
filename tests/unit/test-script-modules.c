/* SPDX-License-Identifier: Apache-2.0 */
#include "support/script-case.h"

/* Longer than what the engine's messages have of a path. */
#define LONG "a-folder-whose-name-is-longer-than-what-is-left-of-it-in-messages-of-the-engine"

#define LOADS(name_, files_, output_)                                                              \
    {                                                                                              \
        .name = name_, .files = files_, .calls = "up", .output = output_,                          \
    }
#define FAILS(name_, files_, error_, place_)                                                       \
    {                                                                                              \
        .name = name_, .files = files_, .error = error_, .place = place_,                          \
        .code = GW_ERROR_SCRIPT_LOAD,                                                              \
    }

static const ScriptCase cases[] = {
    LOADS("CommonJS exports", "@@ a.js\nexports.up = () => console.log(typeof require);",
          "function\n"),
    LOADS("an ES module with named exports",
          "@@ a.mjs\nexport const up = () => console.log(typeof require);", "undefined\n"),
    LOADS("an ES module with a default object",
          "@@ a.js\nexport default { up() { console.log('default'); } };", "default\n"),
    LOADS("a class instance",
          "@@ a.js\nclass M { up() { this.say(); } say() { console.log('said'); } }\n"
          "module.exports = new M();",
          "said\n"),
    LOADS("named functions beside a default that lacks them",
          "@@ a.mjs\nexport default 5;\nexport function up() { console.log('named'); }", "named\n"),
    LOADS("a default export that a compiler made",
          "@@ a.js\nexports.__esModule = true;\nexports.default = { up() { console.log('d'); } };",
          "d\n"),
    LOADS("a top-level await",
          "@@ a.js\nconst x = await new Promise((done) => setTimeout(() => done(7), 1));\n"
          "export const up = () => console.log(x);",
          "7\n"),
    LOADS("a byte order mark, a #! line and CRLF",
          "@@ a.js\n\xEF\xBB\xBF#!/usr/bin/env node\r\nconst a = `x\r\n`;\r\n"
          "exports.up = () => console.log(a.length);\r\n",
          "2\n"),
    LOADS("relative files, folders and JSON",
          "@@ m/a.js\nconst { x } = require('../lib/x');\nconst y = require('./y');\n"
          "const z = require('../z.json');\nexports.up = () => console.log(x, y, z.z);\n"
          "@@ lib/x.js\nexports.x = 1;\n@@ m/y/index.js\nmodule.exports = 2;\n"
          "@@ z.json\n{\"z\": 3}\n",
          "1 2 3\n"),
    LOADS("__filename and __dirname",
          "@@ m/a.js\nexports.up = () => console.log(\n"
          "  __filename.endsWith('/m/a.js'), __filename.startsWith(__dirname + '/'));",
          "true true\n"),
    LOADS("a package with a main file",
          "@@ m/a.js\nexports.up = () => console.log(require('p'), require('p/sub'));\n"
          "@@ node_modules/p/package.json\n{\"main\": \"./lib\"}\n"
          "@@ node_modules/p/lib/index.js\nmodule.exports = 'lib';\n"
          "@@ node_modules/p/sub.js\nmodule.exports = 'sub';\n",
          "lib sub\n"),
    LOADS("a package with exports by condition, pattern and alternative",
          "@@ a.js\nexports.up = async () => console.log(require('@s/p'), (await "
          "import('@s/p')).default,\n"
          "  require('@s/p/f/x'), require('@s/p/alt'), require('@s/p/f/deep/y.js'));\n"
          "@@ node_modules/@s/p/package.json\n{\"exports\": {\n"
          "  \".\": {\"import\": \"./i.mjs\", \"require\": {\"node\": \"./r.cjs\"}},\n"
          "  \"./f/*\": \"./files/*.js\", \"./f/deep/*.js\": \"./deep/*.js\",\n"
          "  \"./alt\": [{\"browser\": \"./b.js\"}, \"./r.cjs\"]}}\n"
          "@@ node_modules/@s/p/i.mjs\nexport default 'import';\n"
          "@@ node_modules/@s/p/r.cjs\nmodule.exports = 'require';\n"
          "@@ node_modules/@s/p/files/x.js\nmodule.exports = 'file';\n"
          "@@ node_modules/@s/p/deep/y.js\nmodule.exports = 'deep';\n",
          "require import file require deep\n"),
    LOADS("a package's own imports and its own name",
          "@@ a.js\nexports.up = () => console.log(require('#lib/x'), require('me/y'));\n"
          "@@ package.json\n{\"name\": \"me\", \"imports\": {\"#lib/*\": \"./lib/*.js\"},\n"
          "  \"exports\": {\"./y\": \"./lib/y.js\"}}\n"
          "@@ lib/x.js\nmodule.exports = 'x';\n@@ lib/y.js\nmodule.exports = 'y';\n",
          "x y\n"),
    LOADS("the type of the nearest package.json",
          "@@ a.js\nimport cjs, { n } from './old/c.js';\nimport { m } from './x.js';\n"
          "export const up = () => console.log(cjs.n, n, m);\n"
          "@@ package.json\n{\"type\": \"module\"}\n"
          "@@ x.js\nexport const m = import.meta.url.endsWith('/x.js');\n"
          "@@ old/package.json\n{\"type\": \"commonjs\"}\n@@ old/c.js\nexports.n = 4;\n",
          "4 4 true\n"),
    LOADS("an ES module that is required",
          "@@ a.js\nconst m = require('./m.mjs');\nconst t = require('./t.mjs');\n"
          "exports.up = () => console.log(m.x, m.default, m.__esModule, t.late, t === "
          "require('./t.mjs'));\n"
          "@@ m.mjs\nexport const x = 1;\nexport default 2;\n"
          "@@ t.mjs\nexport const late = await new Promise((done) => setTimeout(() => done(3), "
          "1));\n",
          "1 2 true 3 true\n"),
    LOADS("an ES module in a .js that is required",
          "@@ a.js\nconst m = require('./m');\nexports.up = async () => console.log(m.x,\n"
          "  (await import('./m.js')).x === m.x, require('./m') === m);\n"
          "@@ m.js\nexport const x = {};\n",
          "{} true true\n"),
    LOADS("the same instance for import and require",
          "@@ a.mjs\nimport { createRequire } from 'node:module';\nimport { o } from './o.js';\n"
          "import all from './o.js';\nconst require = createRequire(import.meta.url);\n"
          "export const up = async () => console.log(require('./o.js').o === o, all.o === o,\n"
          "  (await import('./o.js')).o === o);\n@@ o.js\nexports.o = {};\n",
          "true true true\n"),
    LOADS("import.meta",
          "@@ m/a.mjs\nexport const up = () => console.log(\n"
          "  import.meta.url === 'file://' + import.meta.filename,\n"
          "  import.meta.filename === import.meta.dirname + '/a.mjs',\n"
          "  import.meta.resolve('./b.mjs') === new String('file://' + import.meta.dirname + "
          "'/b.mjs') + '',\n"
          "  import.meta.resolve('node:timers'));\n@@ m/b.mjs\n",
          "true true true node:timers\n"),
    LOADS(
        "JSON with and without an attribute",
        "@@ a.mjs\nimport one from './d.json' with { type: 'json' };\nimport two from './d.json';\n"
        "export const up = async () => console.log(one.x, two.x,\n"
        "  (await import('./d.json', { with: { type: 'json' } })).default.x);\n"
        "@@ d.json\n\xEF\xBB\xBF{\"x\": 5}\n",
        "5 5 5\n"),
    LOADS("CommonJS files that require each other",
          "@@ a.js\nexports.early = 1;\nconst b = require('./b');\n"
          "exports.up = () => console.log(b.seen, b.a.up !== undefined);\n"
          "@@ b.js\nconst a = require('./a');\nexports.seen = a.early;\nexports.a = a;\n",
          "1 true\n"),
    LOADS("ES modules that import each other",
          "@@ a.mjs\nimport { b } from './b.mjs';\nexport function a() { return 'a'; }\n"
          "export const up = () => console.log(b());\n"
          "@@ b.mjs\nimport { a } from './a.mjs';\nexport const b = () => a() + 'b';\n",
          "ab\n"),
    LOADS("a module that is required before an ES module in the same graph runs",
          "@@ a.mjs\nimport { x } from './x.mjs';\nimport c from './c.cjs';\n"
          "export const up = () => console.log(x === c.x);\n"
          "@@ x.mjs\nexport const x = {};\n@@ c.cjs\nexports.x = require('./x.mjs').x;\n",
          "true\n"),
    LOADS("a copy for each query",
          "@@ a.mjs\nimport { o } from './o.mjs?1';\n"
          "import { o as p } from './o.mjs?2';\n"
          "export const up = () => console.log(o !== p);\n"
          "@@ o.mjs\nexport const o = {};\n",
          "true\n"),
    LOADS("a module whose first import failed may be asked for again",
          "@@ a.js\nexports.up = async () => { for (const name of ['./bad.mjs', './ring.mjs', "
          "'./bad.mjs'])\n"
          "  await import(name).then(() => console.log('?'), (e) => console.log(e.name)); };\n"
          "@@ bad.mjs\nimport './ring.mjs';\nimport './missing.mjs';\n"
          "@@ ring.mjs\nimport './bad.mjs';\n",
          "Error\nReferenceError\nReferenceError\n"),
    LOADS("a require of the module that is being evaluated is refused",
          "@@ a.mjs\nimport { createRequire } from 'module';\nexport let said;\n"
          "try { createRequire(import.meta.url)('./a.mjs'); } catch (e) { said = e.message; }\n"
          "export const up = () => console.log(said.replace(/'.*\\//, \"'\"));\n",
          "cannot require() the ES module 'a.mjs' while it is being loaded: import it instead\n"),
    LOADS("require.resolve, require.cache, require.main and module.paths",
          "@@ m/a.js\nexports.up = () => { const path = require.resolve('./b');\n"
          "  require('./b').n = 2; console.log(path in require.cache, require('./b').n);\n"
          "  delete require.cache[path]; console.log(require('./b').n, require.main === module);\n"
          "  console.log(module.paths[0] === __dirname + '/node_modules', module.id === "
          "__filename);\n"
          "  console.log(require.resolve('timers'), module.children.length > 0); };\n"
          "@@ m/b.js\nexports.n = 1;\n",
          "true 2\n1 false\ntrue true\ntimers true\n"),
    LOADS(
        "a file that throws is loaded again by the next require",
        "@@ a.js\nglobalThis.n = 0;\nfor (let i = 0; i < 2; i++) try { require('./b'); } catch {}\n"
        "exports.up = () => console.log(globalThis.n);\n@@ b.js\nglobalThis.n++; throw 1;\n",
        "2\n"),
    LOADS("a name with spaces, quotes and umlauts",
          "@@ m/\xC3\xA4 'b\".mjs\nimport { x } from './\xC3\xB6.mjs';\n"
          "export const up = async () => console.log(x, import.meta.filename.endsWith(\"\xC3\xA4 "
          "'b\\\".mjs\"),\n"
          "  (await import(import.meta.url)).up === up);\n"
          "@@ m/\xC3\xB6.mjs\nexport const x = 1;\n",
          "1 true true\n"),
    LOADS("a top-level return of CommonJS",
          "@@ a.js\nexports.up = () => console.log('r');\nreturn;\n", "r\n"),

    FAILS("a syntax error has its place", "@@ a.js\nlet x = 1;\nfoo bar;\n",
          "syntax error: expecting ';'", "a.js:2:5"),
    FAILS("a syntax error of an ES module has its place",
          "@@ a.js\nimport { createRequire } from 'module';\nlet = = 5;\n",
          "syntax error: variable name expected", "a.js:2:5"),
    FAILS("a brace too many has its place", "@@ a.js\nexports.up = () => { } }\n",
          "syntax error: unexpected token in expression: '}'", "a.js:1:24"),
    FAILS("a brace too few has its place", "@@ a.js\nexports.up = () => {\n",
          "syntax error: unexpected end of the file", NULL),
    FAILS("a syntax error in an imported file is that file's",
          "@@ a.js\nrequire('./lib/b');\n@@ lib/b.js\n\n%%\n",
          "syntax error: unexpected token in expression: '%'", "lib/b.js:2:1"),
    FAILS("a call has the place of its name, not of what it is given",
          "@@ a.js\nconst x = 1;\nconst o = {};\no\n  .nope(\n    { a: 1 },\n    { b: x },\n  );\n",
          "nope is not a function", "a.js:4:4"),
    FAILS("a throw at the top has its place", "@@ a.js\n\nthrow new Error('top');\n", "top",
          "a.js:2:11"),
    FAILS("a top-level await that never settles", "@@ a.mjs\nawait new Promise(() => {});\n",
          "loading the file never settled: it awaits a promise that nothing will resolve", NULL),
    FAILS("a missing file names its importer",
          "@@ m/a.js\nrequire('../b');\n@@ b.js\n\nrequire('./nix');\n",
          "Cannot find module './nix'\nRequire stack:\n- b.js\n- m/a.js", "b.js:2:1"),
    FAILS("a missing import names its importer and has its place",
          "@@ a.mjs\nimport './b.mjs';\n@@ b.mjs\n\nimport x from './nix.mjs';\n",
          "Cannot find module './nix.mjs' imported from b.mjs", "b.mjs:2:16"),
    FAILS("a missing package that is imported names its importer",
          "@@ a.mjs\nimport { x } from 'lodasj/fp';\n",
          "Cannot find package 'lodasj/fp' imported from a.mjs", "a.mjs:1:20"),
    FAILS("a missing package names its importer", "@@ a.js\nrequire('lodasj');\n",
          "Cannot find module 'lodasj'\nRequire stack:\n- a.js", "a.js:1:1"),
    FAILS("a missing export has its place",
          "@@ a.mjs\nimport { x,\n  nope } from './b.mjs';\n@@ b.mjs\nexport const x = 1;\n",
          "'b.mjs' has no export 'nope', which 'a.mjs' imports", "a.mjs:2:3"),
    FAILS("so has one in a folder with a long name",
          "@@ a.mjs\nimport { x } from './" LONG "/c.mjs';\nimport { nope } from './" LONG
          "/b.mjs';\n"
          "@@ " LONG "/b.mjs\nexport const x = 1;\n@@ " LONG "/c.mjs\nexport const x = 1;\n",
          "'" LONG "/b.mjs' has no export 'nope', which 'a.mjs' imports", "a.mjs:2:10"),
    FAILS("a missing default has the place of its module",
          "@@ a.mjs\nimport y from './b.mjs';\n@@ b.mjs\nexport const x = 1;\n",
          "'b.mjs' has no export 'default', which 'a.mjs' imports", "a.mjs:1:16"),
    FAILS("a module of Node's that is not there is named", "@@ a.js\nrequire('http');\n",
          "the module 'http' is not available in godwit\nRequire stack:\n- a.js", "a.js:1:1"),
    FAILS("the same with node: in an import", "@@ a.mjs\nimport cp from 'node:child_process';\n",
          "the module 'child_process' is not available in godwit\nRequire stack:\n- a.mjs",
          "a.mjs:1:17"),
    FAILS("JSX is named", "@@ a.js\nrequire('./b.tsx');\n@@ b.tsx\nlet a: number = 1;\n",
          "Cannot load 'b.tsx': JSX is not available in godwit", "a.js:1:1"),
    FAILS("a file outside the project is refused", "@@ a.js\nrequire('/etc/hostname');\n",
          "Cannot load '/etc/hostname': it lies outside the project 'ROOT'\nRequire stack:\n- a.js",
          "a.js:1:1"),
    FAILS("JSON that does not parse has its place",
          "@@ a.js\nrequire('./d.json');\n@@ d.json\n{\n  \"a\": 1,\n}\n",
          "d.json: Expected property name or '}' in JSON at position 12 (line 3 column 2)",
          "d.json:3:1"),
    FAILS("bytes that are not UTF-8 are found", "@@ a.js\n\nexports.x = '\xff';\n",
          "line 2 holds bytes that are not UTF-8", "a.js:2:0"),
    FAILS("an export that a package does not have",
          "@@ a.js\nrequire('p/x');\n@@ node_modules/p/package.json\n{\"exports\": \"./i.js\"}\n"
          "@@ node_modules/p/i.js\n",
          "Package subpath './x' is not defined by \"exports\" in node_modules/p/package.json\n"
          "Require stack:\n- a.js",
          "a.js:1:1"),
    FAILS("require in an ES module", "@@ a.mjs\n\nrequire('x');\n", "require is not defined",
          "a.mjs:2:1"),
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    script_cases_add("modules", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
