#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetch QuickJS-ng's C sources, check them, and lay them out as a Meson subproject.

The sources come from the source archive of a Python package, by name, so that no third-party
source is committed. The hash of the archive is pinned here. Two things are added: our own build
file, and one changed line (see PATCHES).
"""
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

REQUIREMENT = "quickjs-ng==0.17.0.2"
ARCHIVE = "quickjs_ng-0.17.0.2.tar.gz"
SHA256 = "43d2e48272208721a7aaea8e3f02d4b9318f12ef20cc4f5421b59d9a470706ef"

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "subprojects" / "quickjs-ng"
BUILD_FILE = ROOT / "subprojects" / "packagefiles" / "quickjs-ng" / "meson.build"

# Small integers as Map and Set keys all fell into one bucket: the hash only mixed the low bits,
# which are zero in such doubles, so that adding to a Set of 4,096 numbers took 11 us each. With
# the finaliser of MurmurHash3 (public domain, A. Appleby) it takes 0.3 us.
HASH = (
    "        h = (u.u32[0] ^ u.u32[1]) * 3163;\n",
    "        u.u64 ^= u.u64 >> 33; u.u64 *= 0xff51afd7ed558ccdULL;"
    " u.u64 ^= u.u64 >> 33; h = u.u64 ^ (u.u64 >> 32);\n",
)
# A call was placed where its last argument is, which may be lines further down: place it at the name
# of what is called, and say so again behind the arguments.
HERE = ("call_line_num = s->token.line_num; "
        "call_col_num = (int)(s->token.ptr - s->line_start) + 1;\n")
SAY = "emit_source_loc_at(s, call_line_num, call_col_num);\n"
CALL_PLACES = [
    ("    call_type = FUNC_CALL_NORMAL;\n    switch(s->token.val) {\n    case TOK_NUMBER:\n",
     "    int call_line_num, call_col_num;\n    " + HERE +
     "    call_type = FUNC_CALL_NORMAL;\n    switch(s->token.val) {\n    case TOK_NUMBER:\n"),
    ("            emit_source_loc(s);\n            if (js_parse_postfix_expr(s, 0))\n",
     "            emit_source_loc(s);\n            " + HERE +
     "            if (js_parse_postfix_expr(s, 0))\n"),
    ("        parse_property:\n", "        parse_property:\n            " + HERE),
    ("            parse_func_call2:\n                emit_source_loc(s);\n",
     "            parse_func_call2:\n                " + SAY),
    ("            emit_func_call:\n",
     "            emit_func_call:\n                " + SAY),
    ("                /* apply function call */\n", "                " + SAY),
]
PATCHES = {"quickjs.c": [HASH, *CALL_PLACES]}


def download(deps: pathlib.Path) -> pathlib.Path:
    archive = deps / ARCHIVE
    if not archive.exists():
        deps.mkdir(parents=True, exist_ok=True)
        # The archive is only fetched, but pip asks its build backend for its name, which needs
        # setuptools; pip brings that by itself.
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--no-binary", ":all:", "--dest", str(deps), REQUIREMENT], check=True)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        archive.unlink()
        sys.exit(f"fetching {REQUIREMENT}: the archive's SHA-256 is {found}, expected {SHA256}")
    return archive


def patch(tree: pathlib.Path) -> None:
    for name, changes in PATCHES.items():
        text = (tree / name).read_text()
        for old, new in changes:
            if text.count(old) != 1:
                sys.exit(f"patching {name}: expected the line once: {old.strip()}")
            text = text.replace(old, new)
        (tree / name).write_text(text)


def unpack(archive: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory(dir=TARGET.parent) as scratch:
        with tarfile.open(archive) as tar:
            tar.extractall(scratch)  # trusted: its hash is pinned
        tree = next(pathlib.Path(scratch).glob("*/upstream-quickjs"))
        shutil.copy(tree.parent / "LICENSE", tree / "LICENSE")
        patch(tree)
        (tree / ".sha256").write_text(stamp())
        shutil.rmtree(TARGET, ignore_errors=True)
        tree.rename(TARGET)


def stamp() -> str:
    """What the tree was made of: the archive and this very file, which holds the patch."""
    return SHA256 + hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()


def main() -> None:
    deps = pathlib.Path(sys.argv[1])
    mark = TARGET / ".sha256"
    if not (mark.exists() and mark.read_text() == stamp()):
        unpack(download(deps))
    build_file = TARGET / "meson.build"
    if not build_file.exists() or build_file.read_bytes() != BUILD_FILE.read_bytes():
        shutil.copy(BUILD_FILE, build_file)


if __name__ == "__main__":
    main()
