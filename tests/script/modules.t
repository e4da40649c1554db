#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Modules as godwit loads them, against Node: each tree of modules/*.trees is laid out in a folder of
its own, its first file is loaded and its up() called by both, and both have to print the same.

A tree begins with `## what it shows`; its files with `@@ path`.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("GODWIT_BUILD", HERE.parent.parent / "build"))
RUN_NODE = HERE / "modules" / "run-node.cjs"
WORKERS = 2


def trees() -> list:
    """(title, {path: text}) of every tree; the first path is the one to load."""
    found = []
    for source in sorted((HERE / "modules").glob("*.trees")):
        for part in split(source.read_text(), "## "):
            title, rest = part.split("\n", 1)
            files = dict(file.split("\n", 1) if "\n" in file else (file, "")
                         for file in split(rest, "@@ "))
            found.append((f"{source.stem}: {title}", files))
    return found


def split(text: str, mark: str) -> list:
    """The parts that begin with `mark` at the start of a line, without it."""
    return ("\n" + text).split("\n" + mark)[1:]


def run(command: list, files: dict) -> str:
    with tempfile.TemporaryDirectory(prefix="godwit-modules-") as name:
        root = pathlib.Path(name).resolve()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text + "\n", newline="")
        done = subprocess.run([*command, next(iter(files))], cwd=root, capture_output=True, text=True,
                              env={**os.environ, "NODE_OPTIONS": "", "NODE_NO_WARNINGS": "1"})
    return done.stdout if done.returncode == 0 else f"{done.stdout}status {done.returncode}: {done.stderr}"


def compare(files: dict) -> tuple:
    return run(["node", str(RUN_NODE)], files), run([str(BUILD / "tests" / "run-script")], files)


def show(what: str, text: str) -> None:
    for line in text.splitlines():
        print(f"#   {what}: {line}", file=sys.stderr)


def main() -> int:
    wanted = [tree for tree in trees() if all(word in tree[0] for word in sys.argv[1:])]
    failed = 0
    print(f"1..{len(wanted)}")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(compare, files) for _, files in wanted]
        for number, ((title, _), job) in enumerate(zip(wanted, jobs), 1):
            node, ours = job.result()
            is_good = node == ours and "status " not in node and node != ""
            failed += not is_good
            print(f"{'ok' if is_good else 'not ok'} {number} - {title}", flush=True)
            if not is_good:
                show("node  ", node)
                show("godwit", ours)
    return 1 if failed or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
