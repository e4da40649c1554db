# SPDX-License-Identifier: Apache-2.0
"""Run tests under one prove: run.py [--jobs N] BUILD-FOLDER [PATTERN...].

N tests run at once, each with a mongod, a home and a folder for temporary files that no other uses
meanwhile: what a test sets on its server, fail points among it, is nobody else's. Called by tools/test
with the Python that has pymongo. A PATTERN is a part of a test's path.
"""
import argparse
import contextlib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS))

from harness import leaks  # noqa: E402
from harness.mongod import Mongod  # noqa: E402


def find_tests(build: pathlib.Path, patterns: list) -> list:
    programs = [path for path in (build / "tests").glob("test-*") if os.access(path, os.X_OK)]
    scripts = [path for path in TESTS.rglob("*.t") if "node_modules" not in path.parts]
    names = [os.path.relpath(path, ROOT)
             for path in sorted(p for p in programs if p.is_file()) + sorted(scripts)]
    return [name for name in names
            if not patterns or any(pattern in name for pattern in patterns)]


# A majority is waited for until it is on the disk, thousands of times: disks make tests wait, and no
# test is about them. What a killed server wrote stays in memory as it would in the disk's cache.
MEMORY = pathlib.Path("/dev/shm")
ROOMY = 6 << 30


def folder_of_servers():
    """In memory, where there is a lot of it; None = wherever temporary files go."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOMY else None


def make_place(folder: pathlib.Path, server: Mongod) -> None:
    """What the one test that runs there is given, by run-tap, is in the file `place`."""
    home = folder / "home"
    home.mkdir(parents=True)
    given = {
        "GODWIT_TEST_URI": server.uri,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "TMPDIR": str(folder),
    }
    (folder / "place").write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in given.items()))


def environment(build: pathlib.Path) -> dict:
    sanitizers = "halt_on_error=1:print_stacktrace=1"
    return {
        **os.environ,
        "GODWIT": str(build / "godwit"),
        "GODWIT_BUILD": str(build),
        "GODWIT_SOURCE": str(ROOT),
        "G_TEST_SRCDIR": str(TESTS),
        "G_TEST_BUILDDIR": str(build / "tests"),
        "G_DEBUG": "fatal-criticals",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:" + sanitizers,
        "UBSAN_OPTIONS": sanitizers,
        "LSAN_OPTIONS": f"suppressions={TESTS / 'harness' / 'lsan.supp'}:print_suppressions=0",
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("pattern", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    wanted = parser.parse_args()
    build = wanted.build.resolve()
    names = find_tests(build, wanted.pattern)
    if not names:
        sys.exit(f"run.py: no test has {' or '.join(wanted.pattern)} in its path")
    leaks.adopt_orphans()
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="godwit-test-", dir=folder_of_servers()))
        known = set()
        for number in range(wanted.jobs):
            server = stack.enter_context(Mongod(scratch))
            known.add(server.process.pid)
            make_place(pathlib.Path(scratch) / f"place-{number}", server)
        status = subprocess.run(
            ["prove", "--timer", "--jobs", str(wanted.jobs), "--exec", str(TESTS / "run-tap"), *names],
            cwd=ROOT, env={**environment(build), "GODWIT_TEST_PLACES": scratch}).returncode
        leaked = leaks.end_leaked(known)
    for line in leaked:
        print(f"left behind: {line}", file=sys.stderr)
    return 1 if leaked else status


if __name__ == "__main__":
    sys.exit(main())
