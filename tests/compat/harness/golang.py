# SPDX-License-Identifier: Apache-2.0
"""The real golang-migrate, built once from its Go module; tools/setup brings the compiler."""
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
MODULE = "github.com/golang-migrate/migrate/v4/cmd/migrate"
VERSION = "v4.19.1"


def _folder() -> pathlib.Path:
    deps = pathlib.Path(os.environ.get("GODWIT_DEPS") or ROOT / ".deps").resolve()
    return deps / "golang-migrate" / VERSION


def build(go: str) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(folder / "new"), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
                   "GOFLAGS": "-modcacherw", "GOPATH": str(folder / "path"), "GOCACHE": str(folder / "cache")}
    subprocess.run([go, "install", "-tags", "mongodb", f"{MODULE}@{VERSION}"], check=True, env=environment)
    (folder / "new" / "migrate").rename(folder / "migrate")
    for name in ("new", "path", "cache"):
        shutil.rmtree(folder / name, ignore_errors=True)


def program() -> str:
    """Its path."""
    return str(_folder() / "migrate")
