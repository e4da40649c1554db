#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Help walks the tree of commands: each says all that its page declares, and each example of a page
does what the page says."""
import re
import shlex

from support import GODWIT, ROOT, Project, Tap, contains, equal, run

from commands import spec  # isort: skip

program = spec.read(ROOT / "spec")
tap = Tap()


def flat(text):
    """In one line, and with the quotes of a terminal for those of a page."""
    return re.sub(r"\s+", " ", text.replace("`", "'"))


def shows_in_order(text, wanted):
    """Each line of `wanted` is there, one behind the other; '…' stands for anything."""
    at = 0
    for line in wanted.strip().splitlines():
        pattern = ".*?".join(re.escape(flat(part).strip()) for part in line.split("…"))
        found = re.compile(pattern).search(text, at)
        assert found, f"{line!r} is not in {text[at:]!r}"
        at = found.end()


with tap.test("godwit --help names every command with its summary"):
    done = run("--help")
    equal((done.returncode, done.stderr), (0, ""))
    for command in program.commands:
        contains(flat(done.stdout), f"{command.name} {flat(command.summary)}")

with tap.test("without a command the help goes to standard error and the status is 2"):
    done = run()
    equal((done.returncode, done.stdout), (2, ""))
    contains(done.stderr, "Usage: godwit")

with tap.test("--version says which it is"):
    done = run("--version")
    equal((done.returncode, done.stderr), (0, ""))
    assert re.fullmatch(r"godwit \d+\.\d+\.\d+\n", done.stdout), done.stdout

for command in program.commands:
    with tap.test(f"godwit {command.name} --help has all that its page declares"):
        done = run(command.name, "--help")
        equal((done.returncode, done.stderr), (0, ""))
        contains(flat(done.stdout), flat(command.usage()))
        for option in command.option + program.option:
            contains(done.stdout, f"--{option.name}")
            contains(flat(done.stdout), flat(option.help))
        for argument in command.argument:
            contains(flat(done.stdout), flat(argument.help))
        for example in command.example:
            contains(flat(done.stdout), flat(example.run))
        equal(run("help", command.name).stdout, done.stdout)

    with tap.test(f"godwit {command.name} --help fits into 80 columns"):
        for line in run(command.name, "--help").stdout.splitlines():
            assert len(line) <= 80 or "godwit " in line, line

for command in program.commands:
    for example in command.example:
        with tap.test(f"as its page says: {example.run}"):
            files = {} if example.folder == "empty" else None
            name = None if example.folder == "empty" else "godwit.json"
            with Project(files, name=name) as project:
                if example.folder == "empty":
                    project.migrations.rmdir()
                if example.folder == "sandbox":
                    project.server = {"PATH": f"{GODWIT.parent}:/usr/bin:/bin"}
                for line in example.given:
                    equal(project.run(*shlex.split(line)[1:]).returncode, 0)
                done = project.run(*shlex.split(example.run)[1:])
                equal((done.returncode, done.stderr if done.returncode else ""),
                      (example.status, done.stderr if example.status else ""))
                shows_in_order(flat(done.stdout + done.stderr), example.prints)

tap.done()
