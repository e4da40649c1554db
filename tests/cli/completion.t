#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion: each shell accepts its script and offers what the spec declares."""
import os
import pathlib
import pty
import select
import subprocess
import tempfile
import time

from support import DOCS, ROOT, SHOP, Tap, contains, equal

from commands import spec  # isort: skip

program = spec.read(ROOT / "spec")
commands = {command.name for command in program.commands}
folder = pathlib.Path(tempfile.mkdtemp(prefix="godwit-complete-"))
(folder / "migrations").mkdir()
for name in SHOP:
    (folder / "migrations" / name).write_text("")
(folder / "other").mkdir()
(folder / "other" / "009_spaced out.mjs").write_text("")
ids = {name.removesuffix(".js") for name in SHOP}
tap = Tap()


def options(name):
    command = next(each for each in program.commands if each.name == name)
    return {f"--{word}" for option in command.option + program.option
            for word in (option.name, *option.aliases)}


def bash(*words):
    """What bash offers for the last of the words."""
    quoted = " ".join("'" + word + "'" for word in words)
    script = (f"source {DOCS}/godwit.bash; compopt() {{ :; }}; COMP_WORDS=(godwit {quoted}); "
              f"COMP_CWORD={len(words)}; _godwit; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "-u", "-c", script], cwd=folder, capture_output=True, text=True)
    equal((done.returncode, done.stderr), (0, ""))
    return set(done.stdout.split("\n")) - {""}


def fish(line):
    script = f"source {DOCS}/godwit.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], cwd=folder, capture_output=True,
                          text=True)
    equal((done.returncode, done.stderr), (0, ""))
    return {each.split("\t")[0] for each in done.stdout.splitlines()}


def zsh(line):
    """What zsh shows on a terminal after the line and a tab: completion is no part of scripts there."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe("zsh", ["zsh", "-f"], {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8",
                                          "LINES": "200", "COLUMNS": "200"})
    setup = (f"PS1='> '; fpath=({DOCS} $fpath); autoload -U compinit; compinit -u -D; "
             "zstyle ':completion:*' list-prompt ''; LISTMAX=1000; setopt no_auto_menu; "
             "unsetopt list_ambiguous; print REA''DY\n")
    os.write(fd, setup.encode())
    read_until(fd, b"READY\r\n")
    os.write(fd, (line + "\t\t").encode())
    shown = read_until(fd, None)
    os.close(fd)
    os.waitpid(pid, 0)
    return shown.decode(errors="replace")


def read_until(fd, mark):
    """Read until the mark has come, or until the shell has been quiet for a while."""
    shown = b""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not select.select([fd], [], [], 1.5)[0]:
            if mark is None:
                break
            continue
        shown += os.read(fd, 65536)
        if mark is not None and mark in shown:
            break
    return shown


for shell, file in (("bash", "godwit.bash"), ("zsh", "_godwit"), ("fish", "godwit.fish")):
    with tap.test(f"{shell} accepts its script"):
        done = subprocess.run([shell, "-n", DOCS / file], capture_output=True, text=True)
        equal((done.returncode, done.stderr), (0, ""))

with tap.test("bash offers the commands"):
    equal(bash(""), commands)
    equal(bash("u"), {"up", "undo"})
    equal(bash("--env", "x", "st"), {"status"})

for command in program.commands:
    with tap.test(f"bash offers every option of {command.name}"):
        equal(bash(command.name, "--"), options(command.name))

with tap.test("bash offers migrations where an id belongs"):
    equal(bash("up", "--only", ""), ids)
    equal(bash("up", "--only", "=", "002"), {"002_add_prices"})
    equal(bash("redo", "003"), {"003_create_indexes"})

with tap.test("bash quotes what has blanks, and follows --dir"):
    equal(bash("up", "--dir", "other", "--only", "0"), {"009_spaced\\ out"})

with tap.test("bash offers choices, folders, and nothing where a number belongs"):
    equal(bash("--color", "a"), {"auto", "always"})
    equal(bash("sandbox", ""), {"start", "stop", "status", "run"})
    equal(bash("up", "--dir", "m"), {"migrations"})
    equal(bash("up", "--steps", ""), set())

with tap.test("fish offers the commands"):
    equal(fish("godwit ") & commands, commands)

for command in program.commands:
    with tap.test(f"fish offers every option of {command.name}"):
        equal(fish(f"godwit {command.name} --"), options(command.name))

with tap.test("fish offers migrations and choices"):
    equal(fish("godwit up --only "), ids)
    equal(fish("godwit sandbox s"), {"start", "stop", "status"})

with tap.test("zsh offers the commands"):
    shown = zsh("godwit ")
    for name in commands:
        contains(shown, name)

with tap.test("zsh offers the options of a command"):
    shown = zsh("godwit up --")
    for option in options("up"):
        contains(shown, option)

with tap.test("zsh offers migrations where an id belongs"):
    shown = zsh("godwit up --only ")
    for each in ids:
        contains(shown, each)

tap.done()
