#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each case of compare/*.js prints the same and leaves the same in godwit as on the Node driver."""
import difflib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("GODWIT_BUILD", ROOT / "build"))
MODULES = pathlib.Path(os.environ.get("GODWIT_DEPS", ROOT / ".deps")) / "oracle" / "node_modules"
# Both on a database of the same name, one after the other: names are in messages.
DATABASE = "compare_{}"


def run(words: list, **environment) -> tuple[int, list[str]]:
    done = subprocess.run([str(word) for word in words], text=True, cwd=HERE / "compare",
                          env={**os.environ, **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    print("\n".join(f"# {line}" for line in done.stderr.splitlines()), file=sys.stderr)
    return done.returncode, done.stdout.splitlines()


def by_case(lines: list[str]) -> dict[str, list[str]]:
    cases: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("# "):
            cases[line[2:]] = []
        else:
            cases[next(reversed(cases))].append(line)
    return cases


def report(number: int, is_good: bool, text: str, why: list[str]) -> None:
    print(f"{'ok' if is_good else 'not ok'} {number} - {text}")
    for line in [] if is_good else why:
        print(f"# {line}", file=sys.stderr)


def main() -> None:
    files = sorted((HERE / "compare").glob("*.js"))
    wanted = [path for path in files if path.name != "record.js"
              and (len(sys.argv) < 2 or path.stem in sys.argv[1:])]
    number = 0
    for path in wanted:
        database = DATABASE.format(path.stem)
        node = run(["node", HERE / "lib" / "run-node.js", path], NODE_PATH=str(MODULES),
                   NODE_NO_WARNINGS="1", GODWIT_TEST_DATABASE=database)
        ours = run([BUILD / "tests" / "run-script", path], GODWIT_TEST_DATABASE=database)
        number += 1
        report(number, node[0] == 0 == ours[0] and node[1], f"{path.name}: runs on both to its end",
               [f"status {node[0]} on Node, {ours[0]} in godwit"])
        theirs, mine = by_case(node[1]), by_case(ours[1])
        for case, lines in theirs.items():
            number += 1
            found = mine.get(case, [])
            report(number, found == lines, f"{path.name}: {case}",
                   list(difflib.unified_diff(lines, found, "node", "godwit", lineterm="", n=1)))
    print(f"1..{number}")


if __name__ == "__main__":
    main()
