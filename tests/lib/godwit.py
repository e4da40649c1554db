# SPDX-License-Identifier: Apache-2.0
"""What black-box tests share: a throw-away project with a database of its own, the program under
test, and TAP.

A test file defines functions named test_..., each taking a Project, and ends with `main(globals())`.
The program is $GODWIT, the server $GODWIT_TEST_URI; both are set by tools/test.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import uuid

import pymongo

import tap

GODWIT = os.environ["GODWIT"]
URI = os.environ["GODWIT_TEST_URI"]
TIMEOUT_S = 120


class Result:
    """How one call of the program ended."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Project:
    """A folder with a godwit.json, and an empty database."""

    def __init__(self, folder, config=None):
        self.folder = pathlib.Path(folder)
        self.database = "t_" + uuid.uuid4().hex[:12]
        self.client = pymongo.MongoClient(URI)
        self.db = self.client[self.database]
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("NODE_ENV", "GODWIT_ENV", "MONGODB_URI", "GODWIT_URI",
                                           "GODWIT_DATABASE", "NO_COLOR")}
        self.folder.joinpath("migrations").mkdir()
        self.configure(**(config or {}))

    def configure(self, **more):
        text = json.dumps({"uri": URI, "database": self.database, **more})
        self.folder.joinpath("godwit.json").write_text(text)

    def migration(self, name, body):
        path = self.folder / "migrations" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(body, bytes):
            path.write_bytes(body)
        else:
            path.write_text(body)
        return path

    def up_down(self, name, up="", down=""):
        """A migration with these bodies."""
        return self.migration(name, "module.exports = {\n  async up(db, client) {\n"
                              f"{up}\n  }},\n  async down(db, client) {{\n{down}\n  }},\n}};\n")

    def start(self, *words, env=None, **options):
        return subprocess.Popen([GODWIT, *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.environment, **(env or {})}, **options)

    def run(self, *words, env=None, cwd=None):
        return Result(subprocess.run([GODWIT, *words], cwd=cwd or self.folder,
                                     stdin=subprocess.DEVNULL, capture_output=True,
                                     timeout=TIMEOUT_S, env={**self.environment, **(env or {})}))

    def ok(self, *words, **options):
        result = self.run(*words, **options)
        assert result.status == 0, f"godwit {' '.join(words)}: {result!r}"
        return result

    def fails(self, status, *words, **options):
        result = self.run(*words, **options)
        assert result.status == status, f"godwit {' '.join(words)}: expected {status}, {result!r}"
        return result

    def record(self, migration):
        return self.db.migrations.find_one({"migrationId": migration})

    def close(self):
        self.client.drop_database(self.database)
        self.client.close()


def fail_command(project, **data):
    """Make the server fail, or hold up, commands of godwit's; the answer counts how often it did so far."""
    times = data.pop("times", 1)
    return project.client.admin.command("configureFailPoint", "failCommand", mode={"times": times},
                                        data={"appName": "godwit/0.1.0", **data})["count"]


@contextlib.contextmanager
def _project():
    with tap.folder() as folder:
        project = Project(folder)
        try:
            yield project
        finally:
            project.close()


def main(names):
    tap.main(names, _project)
