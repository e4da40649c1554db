#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Colours, the progress line and questions are for terminals; pipes get plain text."""
from support import Project, Tap, contains, equal, lacks

ESCAPE = "\x1b["
SLOW = """
module.exports = {
  async up(db) {
    for (let at = 0; at < 12; at++) {
      await db.collection('slow').insertOne({ at });
      await new Promise(resolve => setTimeout(resolve, 150));
    }
  },
};
"""
HOSTILE = """
module.exports = { async up() { console.log('a\\u001b[31mred\\u0007\\u009b2J'); throw new Error('b\\u001b]0;title\\u0007'); } };
"""
tap = Tap()

with Project() as project:
    with tap.test("a terminal gets colours"):
        shown, status = project.terminal("status")
        equal(status, 0)
        contains(shown, ESCAPE)

    for name, words, more in [("NO_COLOR", ["status"], {"NO_COLOR": "1"}),
                              ("TERM=dumb", ["status"], {"TERM": "dumb"}),
                              ("--color=never", ["status", "--color=never"], {})]:
        with tap.test(f"{name} takes them away"):
            shown, status = project.terminal(*words, **more)
            equal(status, 0)
            lacks(shown, ESCAPE)

    with tap.test("a pipe gets none, unless it is asked for"):
        lacks(project.run("status").stdout, ESCAPE)
        contains(project.run("status", "--color=always").stdout, ESCAPE)

    with tap.test("reset asks for the database's name, and takes no for an answer"):
        shown, status = project.terminal("reset", answer="nope\n")
        equal(status, 5)
        contains(shown, project.database)
        contains(project.run("reset").stderr, "--confirm")
        equal(project.run("reset").returncode, 5)

with Project({"001_long.js": "exports.up = async () => { throw new Error('long '.repeat(50)); };"}) as project:
    with tap.test("what a migration failed with is cut to the width of the terminal"):
        equal(project.terminal("up")[1], 1)
        shown, status = project.terminal("status", columns=100, NO_COLOR="1")
        equal(status, 0)
        row = next(line for line in shown.splitlines() if line.startswith("001_long"))
        assert 90 < len(row) <= 100 and row.endswith("…"), row
        contains(project.run("status").stdout, "long " * 49)

with Project({"001_slow.js": SLOW}) as project:
    with tap.test("what takes long shows a line that goes away again"):
        shown, status = project.terminal("up")
        equal(status, 0)
        contains(shown, "up: 001_slow: 1.")
        contains(shown, "\r")
        contains(shown.split("\r")[-1], "1 migration applied")
    with tap.test("a pipe sees no such line"):
        project.run("down")
        done = project.run("redo")
        lacks(done.stdout + done.stderr, "\r")

STAGES = '{ "environments": { "staging": {} } }'
with Project({"001_bad.js": "exports.up = async function outer() { null.x; };"}, config=STAGES) as project:
    with tap.test("development is verbose on a terminal, and nothing else is"):
        shown, status = project.terminal("up", NO_COLOR="1")
        equal(status, 1)
        contains(shown, "starting 001_bad.js")
        contains(shown, "at outer")
        for words in (["up", "--quiet"], ["up", "--env", "staging"]):
            lacks(project.terminal(*words, NO_COLOR="1")[0], "at outer")
        lacks(project.run("up").stderr, "starting")

with Project({"001_hostile.js": HOSTILE}) as project:
    with tap.test("an error cannot drive the terminal"):
        done = project.run("up")
        equal(done.returncode, 1)
        lacks(done.stderr, "\x1b]0;")
        contains(done.stderr, "\\x1b")

tap.done()
