# SPDX-License-Identifier: Apache-2.0
"""One case: a migrate-mongo project, run step by step by one of the two tools on a database of its
own."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pymongo
from bson import json_util

from harness import snapshot

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "cases"
TIMEOUT_S = 120
# Behind its message migrate-mongo prints the error's stack, which begins with the error's name.
STACK = r" [A-Za-z]*Error: .*$"


class Tool:
    """How to call one of the two."""

    def __init__(self, name: str, command: list):
        self.name = name
        self.command = command


def oracle(folder: pathlib.Path, name: str = "migrate-mongo") -> Tool:
    program = folder / "node_modules" / "migrate-mongo" / "bin" / "migrate-mongo.js"
    return Tool(name, ["node", str(program)])


def godwit() -> Tool:
    return Tool("godwit", [os.environ["GODWIT"]])


class Step:
    """What one call came to, ready to be compared."""

    def __init__(self, words: list, done, names: dict):
        self.words = words
        self.status = done.returncode
        self.out = snapshot.normal_output(done.stdout, names)
        self.err = snapshot.normal_output(done.stderr, names)

    def lines(self, has_errors: bool) -> list:
        """After a failure migrate-mongo does not say what it had applied, and godwit does; its
        stack and our hint are each their own."""
        head = [f"$ {' '.join(self.words)} -> exit {self.status}"]
        if self.status == 0:
            return head + [f"  {line.rstrip()}" for line in self.out.splitlines()]
        if not has_errors:
            return head
        errors = [line for line in self.err.splitlines() if line.startswith("ERROR:")]
        return head + [f"  {re.sub(STACK, '', line)}" for line in errors]


class Run:
    """A case's project in a folder of its own, and what a tool made of it."""

    def __init__(self, name: str, tool: Tool, client: pymongo.MongoClient, modules: pathlib.Path,
                 cases: pathlib.Path = CASES):
        self.case = json.loads((cases / name / "case.json").read_text())
        self.source = cases / name
        self.tool = tool
        self.client = client
        self.modules = modules
        # All of one length, so that nothing that is aligned differs.
        self.database = f"c_{re.sub('[^a-z0-9]', '', name)[:30]}_{tool.name[0]}"
        self.names = {f"{self.database}_other": "OTHER", self.database: "DB"}
        self.name = name

    def _lay_out(self, folder: pathlib.Path) -> None:
        shutil.copytree(self.source, folder, dirs_exist_ok=True)
        (folder / "case.json").unlink()
        if not self.case.get("bare") and not list(folder.glob("*config*")):
            shutil.copy(HERE / "config.js", folder / "migrate-mongo-config.js")
        if not (folder / "node_modules").exists():
            (folder / "node_modules").symlink_to(self.modules)

    def _drop(self) -> None:
        for name in self.client.list_database_names():
            if name.startswith(self.database):
                self.client.drop_database(name)

    def _seed(self) -> None:
        for name, documents in self.case.get("seed", {}).items():
            docs = json_util.loads(json.dumps(documents))
            if docs:
                self.client[self.database][name].insert_many(docs)

    def _environment(self) -> dict:
        return {**os.environ, "COMPAT_URI": os.environ["GODWIT_TEST_URI"],
                "COMPAT_DB": self.database, "TERM": "dumb", "FORCE_COLOR": "0",
                "NODE_NO_WARNINGS": "1", "COLUMNS": "200", **self.case.get("env", {})}

    def _call(self, words: list, step, folder: pathlib.Path) -> Step:
        """`step` may say other words for one of the tools: {"run": [..], "godwit": [..]}."""
        own = step.get(self.tool.name, words) if isinstance(step, dict) else words
        done = subprocess.run([*self.tool.command, *own], cwd=folder, env=self._environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S)
        names = {**self.names, str(folder.resolve()): "FOLDER"}
        return Step(words, done, names)

    def _change(self, step: dict, folder: pathlib.Path) -> None:
        """What happens between two calls: a file is written or goes, a document appears."""
        for name, text in step.get("write", {}).items():
            (folder / name).write_text(text)
        for name in step.get("remove", []):
            (folder / name).unlink()
        for name, documents in step.get("insert", {}).items():
            self.client[self.database][name].insert_many(json_util.loads(json.dumps(documents)))

    def _databases(self) -> list:
        lines = []
        for name in sorted(self.client.list_database_names()):
            if name.startswith(self.database):
                found = snapshot.of_database(self.client[name], self.names)
                title = f"database {snapshot.normal(name, self.names)}"
                lines += [title, *found] if found else []
        return lines

    def _files(self, folder: pathlib.Path) -> list:
        paths = [path.relative_to(folder) for path in folder.rglob("*")
                 if path.is_file() and not {"node_modules", ".godwit"} & set(path.parts)]
        return sorted(re.sub(r"\d{14}", "TIME", str(path)) for path in paths)

    def _compared(self, before: list, status: int) -> list:
        """The databases after a call. Where a case says "takenBack", the one tool leaves behind what a
        failed migration had written and the other must not: then it has to be as before."""
        after = self._databases()
        if not self.case.get("takenBack"):
            return [f"  | {line}" for line in after]
        if status == 0 or self.tool.name == "migrate-mongo" or after == before:
            return []
        return ["  | a call that failed has changed the database:", *after]

    def lines(self) -> list:
        """Everything that is to be compared, as lines of text."""
        lines = []
        self._drop()
        self._seed()
        with tempfile.TemporaryDirectory(prefix="compat-") as name:
            folder = pathlib.Path(name) / "project"
            folder.mkdir()
            self._lay_out(folder)
            for step in self.case["steps"]:
                if isinstance(step, dict) and "run" not in step:
                    self._change(step, folder)
                    continue
                words = step if isinstance(step, list) else step["run"]
                before = self._databases()
                done = self._call(words, step, folder)
                lines += done.lines(self.case.get("errors", True))
                lines += self._compared(before, done.status)
            lines += [f"file {line}" for line in self._files(folder)]
        self._drop()
        return lines
