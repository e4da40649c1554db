#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each project under cases/ comes to the same under the real migrate-mongo, on Node, and under
godwit: documents with their BSON types, indexes, collections, changelog, output, exit status.

    compat.t [--oracle-twice] [CASE...]

--oracle-twice compares migrate-mongo with itself: what differs then is the comparison's own fault.
"""
import concurrent.futures
import difflib
import os
import pathlib
import sys

import pymongo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import case, deps  # noqa: E402

WORKERS = 2


def names(wanted: list) -> list:
    found = sorted(path.parent.name for path in case.CASES.glob("*/case.json"))
    return [name for name in found if not wanted or name in wanted]


def difference(name: str, tools: list, client, modules) -> str:
    """The first lines of what differs; "" = nothing."""
    both = [case.Run(name, tool, client, modules).lines() for tool in tools]
    if not any(line.startswith("  | ") for line in both[0]) and not both[0]:
        return "the case shows nothing"
    delta = difflib.unified_diff(*both, tools[0].name, tools[1].name, lineterm="", n=2)
    return "\n".join(list(delta)[:60])


def main() -> int:
    words = sys.argv[1:]
    oracle_twice = "--oracle-twice" in words
    wanted = names([word for word in words if not word.startswith("--")])
    folder = deps.ready()
    other = case.oracle(folder, "the same") if oracle_twice else case.godwit()
    tools = [case.oracle(folder), other]
    failed = 0
    print(f"1..{len(wanted)}")
    with pymongo.MongoClient(os.environ["GODWIT_TEST_URI"]) as client, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(difference, name, tools, client, folder / "node_modules")
                for name in wanted]
        for number, (name, job) in enumerate(zip(wanted, jobs), 1):
            delta = job.result()
            failed += bool(delta)
            print(f"{'not ok' if delta else 'ok'} {number} - {name}", flush=True)
            for line in delta.splitlines():
                print(f"# {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
