# SPDX-License-Identifier: Apache-2.0
"""Files of cases (run-cases.js), run by Node and by godwit, each in a folder of its own: both have to
give the same."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RUN_SCRIPT = pathlib.Path(os.environ.get("GODWIT_BUILD", HERE.parent.parent / "build")) / "tests" / "run-script"


def run(command: list, source: pathlib.Path, modules) -> list:
    """The cases that ran, as [name, result], and how the program ended."""
    with tempfile.TemporaryDirectory(prefix="godwit-cases-") as folder:
        root = pathlib.Path(folder).resolve()
        for path in (source, HERE / "run-cases.js"):
            shutil.copy(path, root)
        if modules:
            (root / "node_modules").symlink_to(modules)
        done = subprocess.run([*command, source.name], cwd=root, capture_output=True, text=True,
                              env={**os.environ, "TZ": "UTC", "NODE_OPTIONS": ""})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0:
        lines.append(["the program ends well", f"status {done.returncode}: {done.stderr}"])
    return lines


def show(what: str, value) -> None:
    for line in json.dumps(value, ensure_ascii=False).split("\\n"):
        print(f"#   {what}: {line}")


def compare_all(sources: list, modules=None) -> int:
    """Reports each case as TAP; answers the exit status."""
    number = failed = 0
    for source in sources:
        area = source.name.partition("-cases.")[0]
        expected = run(["node"], source, modules)
        found = run([str(RUN_SCRIPT)], source, modules)
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
