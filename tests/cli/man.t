#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Man pages: valid, complete, and readable where they stand."""
import re
import subprocess

from support import DOCS, ROOT, Tap, contains, equal

from commands import spec  # isort: skip

program = spec.read(ROOT / "spec")
tap = Tap()


def shown(page):
    """The page as a terminal shows it, without the overstriking that makes bold there."""
    done = subprocess.run(["mandoc", "-Tutf8", "-Owidth=100", DOCS / page], capture_output=True,
                          text=True)
    equal((done.returncode, done.stderr), (0, ""))
    return re.sub(".\b", "", done.stdout)


with tap.test("there is a page for the program and for each command"):
    expected = {"godwit.1", *(f"godwit-{command.name}.1" for command in program.commands)}
    equal({path.name for path in DOCS.glob("*.1")}, expected)

for page in sorted(DOCS.glob("*.1")):
    with tap.test(f"mandoc finds nothing to say about {page.name}"):
        done = subprocess.run(["mandoc", "-Tlint", "-Wall", page], capture_output=True, text=True)
        # The pages refer to each other, which counts once they are installed.
        remarks = [line for line in done.stdout.splitlines()
                   if "referenced manual not found" not in line]
        equal(remarks, [])

for command in program.commands:
    with tap.test(f"the page shows the options and exit statuses of {command.name}"):
        text = shown(f"godwit-{command.name}.1")
        for option in command.option:
            contains(text, f"--{option.name}")
        for status, means in program.exits(command):
            contains(" ".join(text.split()), f" {status} {means}.")

with tap.test("the page of the program shows what every command has in common"):
    text = shown("godwit.1")
    for option in program.option:
        contains(text, f"--{option.name}")
    for entry in program.environment + program.file:
        contains(text, entry.name)

tap.done()
