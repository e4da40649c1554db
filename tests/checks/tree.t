#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""This tree passes its own checks."""
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ["GODWIT_BUILD"])
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import tap  # noqa: E402


def passes(*command):
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout[:4000]}"


def flags_of_the_build():
    """How one of our files is compiled, without what names that file."""
    answer = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", "godwit"], check=True,
                            capture_output=True, text=True).stdout
    line = next(line for line in answer.splitlines() if line.endswith("src/cli/main.c"))
    words = shlex.split(line)
    return [word for word in words if word.startswith(("-I", "-D", "-std=", "-isystem"))]


def test_includes_only_go_downwards(_):
    passes("tools/check-layers.py")


def test_nothing_is_too_large(_):
    passes("tools/check-size.py")


def test_no_banned_word_is_used(_):
    passes("tools/check-words.py")


def test_clang_format_has_nothing_to_change(_):
    names = [str(path) for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.[ch]")]
    passes("clang-format-14", "--dry-run", "-Werror", *names)


def test_every_header_compiles_alone(_):
    flags = flags_of_the_build()
    for header in sorted((ROOT / "src").rglob("*.h")):
        done = subprocess.run(["gcc", *flags, "-fsyntax-only", "-Werror", "-x", "c",
                               "-include", header, "/dev/null"],
                              cwd=BUILD, capture_output=True, text=True)
        assert "error" not in done.stderr, done.stderr


tap.main(globals())
