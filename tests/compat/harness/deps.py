# SPDX-License-Identifier: Apache-2.0
"""Packages from npm that tests need, above all the real migrate-mongo and driver, that godwit is
compared with: installed once, by lock file."""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
ORACLE = ROOT / "tests" / "compat" / "oracle"


def _lists(source: pathlib.Path) -> list:
    return [source / name for name in ("package.json", "package-lock.json")]


def _stamp(source: pathlib.Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in _lists(source))).hexdigest()


def _install(folder: pathlib.Path, source: pathlib.Path) -> None:
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    for path in _lists(source):
        shutil.copy(path, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                   cwd=folder, check=True)
    (folder / ".stamp").write_text(_stamp(source))


def ready(name: str = "oracle", source: pathlib.Path = ORACLE) -> pathlib.Path:
    """The folder of the dependencies whose node_modules hold what the package.json in `source` asks
    for; installs it where it is missing."""
    folder = pathlib.Path(os.environ.get("GODWIT_DEPS") or ROOT / ".deps").resolve() / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = folder / ".stamp"
        if not (mark.exists() and mark.read_text() == _stamp(source)):
            _install(folder, source)
    return folder
