#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Node's built-in modules as godwit has them, against Node's own: every case of *-cases.js is run by
both, each in a folder of its own, and has to give the same."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from caserunner import compare_all  # noqa: E402

if __name__ == "__main__":
    sys.exit(compare_all([path for path in sorted(HERE.glob("*-cases.js"))
                          if path.name != "run-cases.js"]))
