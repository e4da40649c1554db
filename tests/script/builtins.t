#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Node's built-in modules as godwit has them, against Node's own: every case of *-cases.js is run by
both, each in a folder of its own, and has to give the same."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RUN_SCRIPT = pathlib.Path(os.environ.get("GODWIT_BUILD", HERE.parent.parent / "build")) / "tests" / "run-script"


def run(command: list, source: pathlib.Path) -> tuple:
    """The cases that ran, as [name, result], and how the program ended."""
    with tempfile.TemporaryDirectory(prefix="godwit-builtins-") as folder:
        root = pathlib.Path(folder).resolve()
        for path in (source, HERE / "run-cases.js"):
            shutil.copy(path, root)
        done = subprocess.run([*command, source.name], cwd=root, capture_output=True, text=True,
                              env={**os.environ, "TZ": "UTC", "NODE_OPTIONS": ""})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0:
        lines.append(["the program ends well", f"status {done.returncode}: {done.stderr}"])
    return lines


def show(what: str, value) -> None:
    for line in json.dumps(value, ensure_ascii=False).split("\\n"):
        print(f"#   {what}: {line}")


def main() -> int:
    number = failed = 0
    for source in sorted(HERE.glob("*-cases.js")):
        if source.name == "run-cases.js":
            continue
        area = source.name.removesuffix("-cases.js")
        expected = run(["node"], source)
        found = run([str(RUN_SCRIPT)], source)
        for at in range(max(len(expected), len(found))):
            wanted = expected[at] if at < len(expected) else ["nothing more", None]
            given = found[at] if at < len(found) else ["nothing more", None]
            number += 1
            name = wanted[0].replace("#", "\\#")
            if wanted[1] == given[1]:
                print(f"ok {number} - {area}: {name}")
                continue
            failed += 1
            print(f"not ok {number} - {area}: {name}")
            show("node  ", wanted[1])
            show("godwit", given[1])
    print(f"1..{number}")
    return 1 if failed or number == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
