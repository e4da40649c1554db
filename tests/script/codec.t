#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""godwit's BSON against npm's: random documents are encoded and decoded by both, and all bytes, types
and values have to be the same.

    codec.t [--documents N] [--from N]

10,000 documents by default, under AddressSanitizer; 1,000,000 take an hour there on two cores, in
ranges of 25,000 (--from), two at once.
"""
import argparse
import concurrent.futures
import itertools
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RUN_SCRIPT = pathlib.Path(os.environ.get("GODWIT_BUILD", HERE.parent.parent / "build")) / "tests" / "run-script"
sys.path.insert(0, str(HERE.parent / "compat"))

from harness import deps  # noqa: E402

CHUNK = 500  # as in documents.js


def start(command: list, start_at: int, end: int, is_loud: bool = False) -> subprocess.Popen:
    environment = {**os.environ, "TZ": "UTC", "NODE_OPTIONS": "",
                   "CODEC_RANGE": f"{start_at},{end},{int(is_loud)}"}
    return subprocess.Popen([*command, "documents.js"], cwd=HERE / "codec", env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def both(node_path: str, start_at: int, end: int, is_loud: bool = False) -> tuple:
    os.environ["NODE_PATH"] = node_path
    runs = [start(command, start_at, end, is_loud) for command in (["node"], [str(RUN_SCRIPT)])]
    # At once: who has to wait for its pipe to be read stands still.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(subprocess.Popen.communicate, runs))


def first_difference(node_path: str, chunk: int) -> str:
    """Which document of a chunk is the first that differs, and its bytes in both."""
    (node, _), (ours, _) = both(node_path, chunk, chunk + CHUNK, True)
    for theirs, mine in itertools.zip_longest(node.splitlines(), ours.splitlines()):
        if theirs != mine:
            return f"node:   {theirs}\n# godwit: {mine}"
    return "each document by itself is the same"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10000)
    parser.add_argument("--from", type=int, default=0, dest="start_at")
    wanted = parser.parse_args()
    end = wanted.start_at + wanted.documents
    node_path = str(deps.ready() / "node_modules")
    (node, node_errors), (ours, our_errors) = both(node_path, wanted.start_at, end)
    lines = list(itertools.zip_longest(node.splitlines(), ours.splitlines()))
    different = [theirs for theirs, mine in lines if theirs != mine]
    is_whole = len(lines) == -(-wanted.documents // CHUNK) and not node_errors
    is_good = is_whole and not different
    print("1..1")
    print(f"{'ok' if is_good else 'not ok'} 1 - {wanted.documents} documents are the same, both ways")
    if not is_good:
        print(f"# {node_errors or our_errors or first_difference(node_path, int(different[0].split()[0]))}",
              file=sys.stderr)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
