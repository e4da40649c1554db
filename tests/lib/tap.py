# SPDX-License-Identifier: Apache-2.0
"""TAP for a file of functions named test_...: each gets what `fixture` yields, and fails by raising."""
import contextlib
import pathlib
import sys
import tempfile
import traceback


@contextlib.contextmanager
def folder():
    """A fixture: an empty folder, as a pathlib.Path."""
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as name:
        yield pathlib.Path(name)


def _run_one(number, name, function, fixture):
    title = name.removeprefix("test_").replace("_", " ")
    try:
        with fixture() as thing:
            function(thing)
    except Exception:
        print(f"not ok {number} - {title}", flush=True)
        for line in traceback.format_exc().splitlines():
            # prove shows what stands there, and swallows remarks in TAP itself.
            print(f"# {line}", file=sys.stderr)
        return False
    print(f"ok {number} - {title}", flush=True)
    return True


def main(names, fixture=folder):
    tests = [(name, function) for name, function in names.items() if name.startswith("test_")]
    wanted = sys.argv[1:]
    if wanted:
        tests = [test for test in tests if any(word in test[0] for word in wanted)]
    print(f"1..{len(tests)}")
    results = [_run_one(number, *test, fixture) for number, test in enumerate(tests, 1)]
    sys.exit(0 if all(results) else 1)
