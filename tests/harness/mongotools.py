# SPDX-License-Identifier: Apache-2.0
"""The real mongodump and mongorestore, which backups are compared with: those on PATH, else built once from
their Go module by the compiler that tools/setup brings."""
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "tests" / "compat" / "mongo-tools"
MODULE = "github.com/mongodb/mongo-tools"
NAMES = ("mongodump", "mongorestore")


def _folder() -> pathlib.Path:
    deps = pathlib.Path(os.environ.get("GODWIT_DEPS") or ROOT / ".deps").resolve()
    return deps / "mongo-tools"


def program(name: str) -> str | None:
    """The path of one of NAMES; None where it could not be had."""
    built = _folder() / name
    return shutil.which(name) or (str(built) if built.exists() else None)


def has_all() -> bool:
    return all(program(name) for name in NAMES)


def build(go: str) -> str | None:
    """Build those that are missing. Why that was not possible, else None."""
    if has_all():
        return None
    folder = _folder()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE, folder / "source")
    environment = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-modcacherw",
                   "GOPATH": str(folder / "path"), "GOCACHE": str(folder / "cache")}
    try:
        for name in NAMES:
            done = subprocess.run([go, "build", "-o", str(folder / name), f"{MODULE}/{name}/main"],
                                  cwd=folder / "source", env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return done.stderr.strip()
        return None
    finally:
        for part in ("source", "path", "cache"):
            shutil.rmtree(folder / part, ignore_errors=True)
