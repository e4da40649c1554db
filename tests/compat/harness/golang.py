# SPDX-License-Identifier: Apache-2.0
"""The real golang-migrate, built once from its Go module, where there is a Go compiler."""
import fcntl
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
MODULE = "github.com/golang-migrate/migrate/v4/cmd/migrate"
VERSION = "v4.19.1"


def program():
    """Its path; None where it is not built and can't be."""
    folder = pathlib.Path(os.environ.get("GODWIT_DEPS") or ROOT / ".deps").resolve() / "golang-migrate" / VERSION
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "migrate"
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists() and shutil.which("go"):
            subprocess.run(["go", "install", "-tags", "mongodb", f"{MODULE}@{VERSION}"], check=True,
                           env={**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"})
    return str(path) if path.exists() else None
