#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetch the npm packages that are compiled into godwit, and lay them out as a Meson subproject.

Which ones, and the hash of each, is in src/script/npm/package-lock.json; npm checks them. Nothing of
them is committed, and none of their install scripts run.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LISTS = [ROOT / "src" / "script" / "npm" / name for name in ("package.json", "package-lock.json")]
TARGET = ROOT / "subprojects" / "npm"
BUILD_FILE = ROOT / "subprojects" / "packagefiles" / "npm" / "meson.build"


def stamp() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in LISTS)).hexdigest()


def is_made(tree: pathlib.Path) -> bool:
    mark = tree / ".stamp"
    return mark.exists() and mark.read_text() == stamp()


def fetch(tree: pathlib.Path) -> None:
    tree.mkdir(parents=True, exist_ok=True)
    for path in LISTS:
        shutil.copy(path, tree)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                   cwd=tree, check=True)
    (tree / ".stamp").write_text(stamp())


def lay_out(tree: pathlib.Path) -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(tree / "node_modules", TARGET / "node_modules")
    (TARGET / ".stamp").write_text(stamp())


def main() -> None:
    default = os.environ.get("GODWIT_DEPS", ROOT / ".deps")
    tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else default) / "npm" / stamp()[:12]
    if not is_made(TARGET):
        if not is_made(tree):
            fetch(tree)
        lay_out(tree)
    build_file = TARGET / "meson.build"
    if not build_file.exists() or build_file.read_bytes() != BUILD_FILE.read_bytes():
        shutil.copy(BUILD_FILE, build_file)


if __name__ == "__main__":
    main()
