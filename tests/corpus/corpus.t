#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Migrations in the styles that are found in public repositories: each project under projects/ is run
by the real thing on Node and by godwit, and has to come to the same documents with their BSON types,
indexes, options, changelog and output.

    corpus.t [PROJECT...]

A project is one file: `@@ path` begins each of its files. case.json says what is called (see
tests/compat) and by what: "driver": 3 = driver 3.7, for files that were written for it. TypeScript is
compiled by esbuild on Node, and stripped in godwit.
"""
import concurrent.futures
import difflib
import json
import os
import pathlib
import shutil
import sys
import tempfile

import pymongo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "compat"))

from harness import case, deps  # noqa: E402

WORKERS = 2
LEAST_FILES = 150


def split(text: str) -> dict:
    parts = ("\n" + text).split("\n@@ ")[1:]
    return dict(part.split("\n", 1) for part in parts)


def lay_out(source: pathlib.Path, folder: pathlib.Path) -> int:
    """Writes a project's files; answers how many of them are migrations."""
    files = split(source.read_text())
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text + "\n", newline="")
    return sum(path.startswith("migrations/") for path in files)


def oracle(about: dict, folder: pathlib.Path, project: pathlib.Path) -> case.Tool:
    if about.get("driver") == 3:
        return case.Tool("migrate-mongo", ["node", str(HERE / "oracle" / "up-with-driver-3.js")])
    tool = case.oracle(folder)
    if not list(project.glob("migrations/*.*ts")):
        return tool
    tsx = folder / "node_modules" / "tsx" / "dist" / "loader.mjs"
    return case.Tool(tool.name, ["node", "--import", str(tsx), *tool.command[1:]])


def modules_for(about: dict, folder: pathlib.Path, scratch: pathlib.Path) -> pathlib.Path:
    """node_modules, in which `mongodb` is the driver that the project was written for."""
    if about.get("driver") != 3:
        return folder / "node_modules"
    old = scratch / "driver-3" / "node_modules"
    if not old.exists():
        old.mkdir(parents=True)
        for path in (folder / "node_modules").iterdir():
            if path.name != "mongodb":
                (old / path.name).symlink_to(path)
        shutil.copytree(folder / "node_modules" / "mongodb3", old / "mongodb")
    return old


def reordered(lines: list) -> list:
    """migrate-mongo names what it applied when all is done, godwit at once: those lines last."""
    result, applied = [], []
    for line in lines:
        if line.startswith("  MIGRATED"):
            applied.append(line)
            continue
        if not line.startswith("  ") or line.startswith("  | "):
            result += applied
            applied = []
        result.append(line)
    return result + applied


def difference(name: str, cases: pathlib.Path, folder: pathlib.Path, client) -> str:
    about = json.loads((cases / name / "case.json").read_text())
    modules = modules_for(about, folder, cases)
    both = [reordered(case.Run(name, tool, client, modules, cases).lines())
            for tool in (oracle(about, folder, cases / name), case.godwit())]
    if "$ up -> exit 0" not in both[0]:
        return "does not run on Node:\n" + "\n".join(both[0][:9])
    delta = difflib.unified_diff(*both, "node", "godwit", lineterm="", n=2)
    return "\n".join(list(delta)[:80])


def main() -> int:
    found = sorted((HERE / "projects").glob("*.project"))
    wanted = [path for path in found if len(sys.argv) < 2 or path.stem in sys.argv[1:]]
    folder = deps.ready("corpus", HERE / "oracle")
    failed = files = 0
    with pymongo.MongoClient(os.environ["GODWIT_TEST_URI"]) as client, \
            tempfile.TemporaryDirectory(prefix="corpus-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        cases = pathlib.Path(scratch)
        for path in wanted:
            files += lay_out(path, cases / path.stem)
        for path in wanted:
            modules_for(json.loads((cases / path.stem / "case.json").read_text()), folder, cases)
        jobs = [pool.submit(difference, path.stem, cases, folder, client) for path in wanted]
        for number, (path, job) in enumerate(zip(wanted, jobs), 1):
            delta = job.result()
            failed += bool(delta)
            print(f"{'not ok' if delta else 'ok'} {number} - {path.stem}", flush=True)
            for line in delta.splitlines():
                print(f"# {line}", file=sys.stderr)
    is_enough = files >= LEAST_FILES or len(sys.argv) > 1
    print(f"{'ok' if is_enough else 'not ok'} {len(wanted) + 1} - there are {files} migrations")
    print(f"1..{len(wanted) + 1}")
    return 1 if failed or not is_enough else 0


if __name__ == "__main__":
    sys.exit(main())
