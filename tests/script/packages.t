#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real packages from npm, by lock file, in godwit and in Node: every case of packages/*-cases.js has
to give the same in both."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "compat")]

from caserunner import compare_all  # noqa: E402
from harness import deps  # noqa: E402


def main() -> int:
    modules = deps.ready("packages", HERE / "packages") / "node_modules"
    return compare_all(sorted((HERE / "packages").glob("*-cases.*js")), modules)


if __name__ == "__main__":
    sys.exit(main())
