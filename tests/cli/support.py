# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line share: TAP, running godwit, a shop to migrate."""
import os
import pathlib
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import fcntl
import termios
import time
import traceback
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GODWIT = pathlib.Path(os.environ.get("GODWIT", ROOT / "build" / "godwit")).resolve()
DOCS = GODWIT.parent / "docs" / "commands"
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True

SHOP = {
    "001_create_plans.js": """
module.exports = {
  id: '001_create_plans',
  async up(db) {
    await db.collection('plans').insertMany([{ name: 'free' }, { name: 'team' }, { name: 'old' }]);
  },
  async down(db) { await db.collection('plans').deleteMany({}); },
  async validate(db) {
    if (await db.collection('plans').countDocuments({}) !== 3) throw new Error('plans are missing');
    return true;
  },
};
""",
    "002_add_prices.js": """
module.exports = {
  async up(db) { await db.collection('plans').updateMany({ name: { $ne: 'old' } }, { $set: { price: 1 } }); },
  async down(db) { await db.collection('plans').updateMany({}, { $unset: { price: 1 } }); },
};
""",
    "003_create_indexes.js": """
module.exports = {
  async up(db) { await db.collection('plans').createIndex({ name: 1 }); },
  async down(db) { await db.collection('plans').dropIndex('name_1'); },
};
""",
}


class Tap:
    """`with tap.test('says ...'):` is one line of TAP: what the body raises is its failure."""

    def __init__(self):
        self.count = self.failed = 0

    def test(self, name):
        return _Test(self, name)

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


class _Test:
    def __init__(self, tap, name):
        self.tap, self.name = tap, name

    def __enter__(self):
        self.tap.count += 1

    def __exit__(self, kind, error, trace):
        if error is None:
            print(f"ok {self.tap.count} - {self.name}", flush=True)
            return True
        if not isinstance(error, Exception):
            return False
        self.tap.failed += 1
        print(f"not ok {self.tap.count} - {self.name}", flush=True)
        for line in "".join(traceback.format_exception(error)).splitlines():
            print(f"# {line}", file=sys.stderr, flush=True)
        return True


def environment(**more):
    """Nothing of the caller's that godwit or a terminal looks at."""
    gone = ("NO_COLOR", "MONGODB_URI", "GODWIT_URI", "GODWIT_DATABASE", "GODWIT_ENV", "NODE_ENV",
            "COLUMNS", "LC_ALL", "LANG")
    base = {name: value for name, value in os.environ.items() if name not in gone}
    return {**base, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **more}


def run(*words, folder=None, **more):
    """Run godwit with pipes: what it printed, and how it ended."""
    return subprocess.run([GODWIT, *words], cwd=folder, env=environment(**more), text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


class Project:
    """A folder with the shop's migrations, and a database of its own on the test server."""

    def __init__(self, files=None, config='{}', name="godwit.json"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="godwit-cli-"))
        self.database = f"cli_{uuid.uuid4().hex[:12]}"
        if name:
            (self.folder / name).write_text(config)
        self.migrations = self.folder / "migrations"
        self.migrations.mkdir()
        for file, text in (SHOP if files is None else files).items():
            (self.migrations / file).write_text(text)
        self.server = {"GODWIT_URI": os.environ.get("GODWIT_TEST_URI", ""),
                       "GODWIT_DATABASE": self.database}
        if not self.server["GODWIT_URI"]:
            sys.exit("Bail out! GODWIT_TEST_URI is not set: tools/test starts a server")

    def run(self, *words, **more):
        return run(*words, folder=self.folder, **{**self.server, **more})

    def terminal(self, *words, answer="", columns=80, **more):
        return terminal([GODWIT, *words], self.folder, {**self.server, **more}, answer, columns)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("reset", "--confirm")
        shutil.rmtree(self.folder)


def terminal(command, folder, variables, answer="", columns=80):
    """Run a command on a terminal of its own; what it showed, and its exit status."""
    pid, fd = pty.fork()
    if pid == 0:
        # Before the program can ask how wide it is.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.chdir(folder)
        os.execvpe(command[0], [str(word) for word in command], environment(**variables))
    if answer:
        os.write(fd, answer.encode())
    shown = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return shown.decode(errors="replace").replace("\r\n", "\n"), status


def equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def lacks(text, part):
    assert part not in text, f"{part!r} is in {text!r}"
