#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail on an #include that the house does not allow (docs/design/README.md, "The house")."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "src"
MODEL = {"base", "model"}
CAPABILITY = {"base", "model", "mongo"}
CAPABILITIES = {"project", "state", "journal", "sweep", "script", "schema", "backup", "notify",
                "sandbox", "preview"}
ALLOWED = {
    "base": {"base"},
    "model": MODEL,
    "mongo": {"base", "mongo"},
    **{name: CAPABILITY | {name} for name in CAPABILITIES},
    "engine": CAPABILITY | CAPABILITIES | {"engine"},
    "cli": MODEL | {"engine", "cli"},
    "web": MODEL | {"engine", "web"},
    "lib": MODEL | {"engine", "lib"},
}
# Libraries that only one folder may see.
ONLY = {"mongoc/": {"mongo"}, "quickjs": {"script"}, "curl/": {"notify", "script"}, "microhttpd": {"web"},
        "openssl/": {"base", "script"}, "zstd": {"journal", "backup"}}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def problems(path: pathlib.Path):
    folder = path.relative_to(ROOT).parts[0]
    if folder not in ALLOWED:
        yield f"the folder src/{folder} is not in the table of layers"
        return
    for bracket, name in INCLUDE.findall(path.read_text()):
        if bracket == '"':
            target = name.split("/")[0]
            if "/" not in name:
                yield f'"{name}": include from the root, as "{folder}/{name}"'
            elif target not in ALLOWED[folder]:
                yield f'"{name}": {folder}/ may not include {target}/'
            continue
        for library, folders in ONLY.items():
            if name.startswith(library) and folder not in folders:
                yield f"<{name}>: only {', '.join(sorted(folders))} may include it"


def main() -> int:
    found = 0
    for path in sorted(ROOT.rglob("*.[ch]")):
        for problem in problems(path):
            print(f"{path.relative_to(ROOT.parent)}: {problem}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
