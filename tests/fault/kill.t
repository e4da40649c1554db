#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of `up`, `down`, `undo`, `restore`: `status` says what is there, the next `up` brings it to
the end, and each document was changed once.

  kill.t [--kills N] [--seed SEED] [--only NUMBER]
"""
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import pymongo

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "lib"), str(pathlib.Path(__file__).resolve().parent)]
import kills  # noqa: E402
import shop  # noqa: E402
from godwit import URI, Project  # noqa: E402

KILLS = 25
AT_ONCE = 3


class Action:
    """A command that is killed; `prepare` brings the database to where it starts, and answers its words;
    `judge` answers whether `status` told of something unfinished, and leaves what `up` brings to the end."""

    def __init__(self, name, prepare, judge=shop.check_status):
        self.name = name
        self.prepare = prepare
        self.judge = judge
        self.seconds = 0  # how long it takes when it is let alone

    def start(self, project):
        return project.start(*self.prepare(project))


def prepare_down(project):
    project.ok("up")
    return ["down", "--steps", "3"]


def prepare_undo(project):
    return ["undo", "--run", project.ok("up", "--json").json["run"], "--yes"]


def prepare_failing(project):
    shop.write_migrations(project, "\n    throw new Error('on purpose');")
    return ["up"]


def prepare_restore(project):
    """What is there is less than what the backup has."""
    project.ok("up")
    project.ok("backup", "--out", "shop.archive")
    project.db.stock.delete_many({"_id": {"$gte": 600}})
    return ["restore", "shop.archive", "--drop", "--yes"]


def judge_restore(project, states):
    """It is before or after, and can be called again."""
    is_told = "a restore was begun here" in project.ok("status").err
    project.ok("up", "--wait", "30")
    stock = shop.content(project)["stock"]
    assert stock == states[-1]["stock"] or project.db.stock.count_documents({}) == 600, stock
    project.ok("restore", "shop.archive", "--drop", "--yes")
    return is_told


# Whatever else changes the database takes its place here.
ACTIONS = [Action("up", lambda project: ["up"]), Action("down", prepare_down), Action("undo", prepare_undo),
           Action("failing up", prepare_failing), Action("restore", prepare_restore, judge_restore)]


def new_project(folder):
    project = Project(folder)
    shop.fill(project)
    shop.write_migrations(project)
    return project


def measure(action):
    """How long it takes until it ends by itself."""
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
        project = new_project(folder)
        words = action.prepare(project)
        begin = time.monotonic()
        project.run(*words)
        action.seconds = time.monotonic() - begin
        project.close()


def kill_one(states, seed, number):
    """What was killed, and how it was found: "killed", "unfinished" or "too late"."""
    rng = random.Random(f"{seed}/{number}")
    action = ACTIONS[number % len(ACTIONS)]
    after_s = action.seconds * rng.uniform(0.05, 1.05)
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
        project = new_project(folder)
        try:
            process = action.start(project)
            try:
                process.communicate(timeout=after_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            shop.write_migrations(project)
            shop.expire_lease(project)
            is_told = action.judge(project, states)
            shop.check_end(project, states)
            return action.name, "unfinished" if is_told else "too late" if process.returncode >= 0 else "killed"
        finally:
            project.close()


def main():
    wanted = kills.options(__doc__, KILLS)
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder, pymongo.MongoClient(URI) as client, \
            shop.short_transactions(client):
        project = Project(folder)
        states = shop.references(project)
        project.close()
        for action in ACTIONS:
            measure(action)
        kills.judge(wanted, lambda seed, number: kill_one(states, seed, number),
                    "survived, and status tells the truth", ("unfinished", "enough of them come in the middle"), AT_ONCE)


if __name__ == "__main__":
    main()
