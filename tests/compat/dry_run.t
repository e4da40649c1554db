#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each `up` and `down` of each project under cases/ as a dry run first: it ends as the real one then does,
its script prints the same, and the server holds what it held before.

    dry_run.t [CASE...]
"""
import os
import pathlib
import re
import subprocess
import sys

import pymongo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import case, deps  # noqa: E402

MARK = "(dry run) "
# Where a dry run can't be what the real one is, and why.
KNOWN = {"aggregate-out-merge": "no transaction takes $unionWith, so it sees none of the changes",
         "lock-is-respected": "it takes no lock, so none is in its way",
         "users-by-command": "a user is not made, so usersInfo does not show it"}
# What godwit itself says of a run, and what differs from one run to the next in what scripts print.
OWN = r"MIGRATED (UP|DOWN): "
VARYING = [(r"[0-9a-f]{24}", "ID"), (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME"), (r"\d+ ms", "N ms")]


def normal(line: str) -> str:
    for pattern, word in VARYING:
        line = re.sub(pattern, word, line)
    return line


class DryRun(case.Run):
    def __init__(self, name, client, modules):
        super().__init__(name, case.godwit(), client, modules)
        self.database = "d" + self.database[1:]
        self.names = {f"{self.database}_other": "OTHER", self.database: "DB"}
        self.problems = []
        self.tried = 0

    def _state(self):
        names = [name for name in self.client.list_database_names() if name.startswith(self.database)]
        return {name: self.client[name].command("dbHash")["collections"] for name in names}

    def _writes_since(self, ts):
        return [entry for entry in self.client.local["oplog.rs"].find({"ts": {"$gt": ts}, "op": {"$ne": "n"}})
                if entry["ns"].startswith(self.database) or entry["ns"].startswith("admin")]

    def _dry(self, words, folder):
        before = self._state()
        ts = self.client.local["oplog.rs"].find().sort("$natural", -1).limit(1).next()["ts"]
        done = subprocess.run([*self.tool.command, *words, "--dry-run"], cwd=folder,
                              env=self._environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=case.TIMEOUT_S)
        if self._state() != before or self._writes_since(ts):
            self.problems.append(f"{words}: something was written: {self._writes_since(ts)}")
        return done

    def _call(self, words, step, folder):
        own = step.get(self.tool.name, words) if isinstance(step, dict) else words
        dry = self._dry(own, folder) if own[0] in ("up", "down") else None
        real = subprocess.run([*self.tool.command, *own], cwd=folder, env=self._environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=case.TIMEOUT_S)
        if dry is not None:
            self._compare(own, dry, real)
        return case.Step(words, real, self.names)

    def _compare(self, words, dry, real):
        self.tried += 1
        said = [normal(line[len(MARK):]) for line in dry.stdout.splitlines() if line.startswith(MARK)]
        meant = [normal(line) for line in real.stdout.splitlines() if not re.match(OWN, line)]
        if dry.returncode != real.returncode:
            self.problems.append(f"{words}: exit {dry.returncode}, in earnest {real.returncode}:\n"
                                 f"{dry.stdout}\n{dry.stderr}\n--- in earnest\n{real.stderr}")
        if said != meant:
            self.problems.append(f"{words}: printed\n{said}\n--- in earnest\n{meant}\n{dry.stderr}")


def main() -> int:
    wanted = sys.argv[1:] or sorted(path.parent.name for path in case.CASES.glob("*/case.json"))
    modules = deps.ready() / "node_modules"
    failed = tried = 0
    print(f"1..{len(wanted) + 1}")
    with pymongo.MongoClient(os.environ["GODWIT_TEST_URI"]) as client:
        for number, name in enumerate(wanted, 1):
            run = DryRun(name, client, modules)
            run.lines()
            tried += run.tried
            written = [problem for problem in run.problems if "something was written" in problem]
            run.problems = written if name in KNOWN else run.problems
            failed += bool(run.problems)
            print(f"{'not ok' if run.problems else 'ok'} {number} - {name}", flush=True)
            for problem in run.problems:
                print("\n".join(f"# {line}" for line in problem.splitlines()[:40]), file=sys.stderr)
    print(f"{'ok' if tried >= len(wanted) / 2 else 'not ok'} {len(wanted) + 1} - {tried} dry runs were made")
    return 1 if failed or tried < len(wanted) / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
