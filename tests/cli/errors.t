#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a wrong command line gets: a sentence, the nearest right word, status 2, and nothing else."""
import json
import pathlib
import subprocess

from support import GODWIT, Project, Tap, contains, environment, equal, run

tap = Tap()

WRONG = [
    (["statsu"], "unknown command 'statsu'", "'godwit status'"),
    (["up", "--onyl", "1"], "unknown option '--onyl' of 'up'", "'--only'"),
    (["up", "--only"], "--only", None),
    (["up", "--only", "1", "--to", "2"], "--to", None),
    (["down", "--steps", "x"], "'x' is no whole number", None),
    (["down", "--steps", "0"], "--steps", None),
    (["up", "extra"], "extra", None),
    (["create"], "DESCRIPTION", None),
    (["sandbox", "begin"], "'begin' is none of start, stop, status, run", None),
    (["status", "--color", "blue"], "'blue' is none of auto, always, never", None),
    (["status", "--quiet", "--verbose"], "--verbose", None),
    (["help", "upp"], "there is no command 'upp'", "'godwit help up'"),
    (["up", "--uri", "http://host"], "mongodb://", None),
]

with Project() as project:
    for words, sentence, hint in WRONG:
        with tap.test(f"godwit {' '.join(words)}"):
            done = project.run(*words)
            equal((done.returncode, done.stdout), (2, ""))
            contains(done.stderr, sentence)
            contains(done.stderr, hint or "")

    with tap.test("--json puts the failure into the object, and nothing onto standard error"):
        done = project.run("up", "--only", "no_such", "--json")
        answer = json.loads(done.stdout)
        equal((done.returncode, done.stderr), (2, ""))
        equal(answer["error"]["name"], "not-found")
        contains(answer["error"]["message"], "no_such")

    with tap.test("--json also where the command line itself is wrong"):
        done = project.run("--json", "upp")
        equal((done.returncode, done.stderr), (2, ""))
        equal(json.loads(done.stdout)["error"]["name"], "usage")

    with tap.test("an unknown id names the nearest one"):
        done = project.run("up", "--only", "001_create_plan5")
        equal(done.returncode, 2)
        contains(done.stderr, "001_create_plans")

    with tap.test("what a dead process of the same id left in shared memory warns nobody"):
        left = "/dev/shm/mongoc-$$"
        done = subprocess.run(["sh", "-c", f'echo {left} >left; : >{left}; exec "$0" status', GODWIT],
                              cwd=project.folder, capture_output=True, text=True,
                              env=environment(**project.server))
        pathlib.Path((project.folder / "left").read_text().strip()).unlink()
        equal((done.returncode, done.stderr), (0, ""))

    with tap.test("output that nobody can take is a failure"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([GODWIT, "status"], cwd=project.folder, stdout=full,
                                  stderr=subprocess.PIPE, text=True,
                                  env=environment(**project.server))
        equal(done.returncode, 1)
        contains(done.stderr, "standard output")

with tap.test("outside of a project it says how to begin one"):
    done = run("status", folder="/")
    equal(done.returncode, 2)
    contains(done.stderr, "godwit init")

tap.done()
