#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tests/driver/*.js assert of godwit holds for the Node driver too."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MODULES = pathlib.Path(os.environ.get("GODWIT_DEPS", HERE.parent.parent / ".deps")) / "oracle" / "node_modules"
# What only godwit has says so in its first lines.
ONLY_GODWIT = "Only in godwit"

files = sorted(path for path in HERE.glob("*.js") if ONLY_GODWIT not in path.read_text()[:300])
print(f"1..{len(files)}")
for number, path in enumerate(files, 1):
    run = subprocess.run(["node", str(HERE / "lib" / "run-node.js"), str(path)], text=True,
                         env={**os.environ, "NODE_PATH": str(MODULES), "NODE_NO_WARNINGS": "1"},
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(f"{'ok' if run.returncode == 0 else 'not ok'} {number} - the Node driver agrees with {path.name}")
    for line in run.stdout.splitlines() if run.returncode else []:
        print(f"# {line}", file=sys.stderr)
sys.exit(0)
