# SPDX-License-Identifier: Apache-2.0
"""The real migrate-mongo and driver, that godwit is compared with: installed once, by lock file."""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
LISTS = [ROOT / "tests" / "compat" / "oracle" / name for name in ("package.json", "package-lock.json")]


def _stamp() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in LISTS)).hexdigest()


def _install(folder: pathlib.Path) -> None:
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    for path in LISTS:
        shutil.copy(path, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                   cwd=folder, check=True)
    (folder / ".stamp").write_text(_stamp())


def ready() -> pathlib.Path:
    """The folder whose node_modules hold migrate-mongo and mongodb; installs them where missing."""
    folder = pathlib.Path(os.environ.get("GODWIT_DEPS") or ROOT / ".deps").resolve() / "oracle"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = folder / ".stamp"
        if not (mark.exists() and mark.read_text() == _stamp()):
            _install(folder)
    return folder
