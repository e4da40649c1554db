#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of `up`, `down`, `undo`, `restore`: `status` says what is there, the next `up` brings it to
the end, and each document was changed once.

  kill.t [--kills N] [--seed SEED] [--only NUMBER]
"""
import argparse
import collections
import concurrent.futures
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import traceback

import pymongo

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "lib"), str(pathlib.Path(__file__).resolve().parent)]
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


def attempt(states, seed, number):
    try:
        return kill_one(states, seed, number), None
    except Exception:
        return None, f"kill.t --seed {seed} --only {number} ({ACTIONS[number % len(ACTIONS)].name})\n{traceback.format_exc()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**9)))
    parser.add_argument("--only", type=int)
    wanted = parser.parse_args()
    numbers = [wanted.only] if wanted.only is not None else list(range(wanted.kills))
    ends, failures = collections.Counter(), []
    print("1..2", flush=True)
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder, pymongo.MongoClient(URI) as client, \
            shop.short_transactions(client):
        project = Project(folder)
        states = shop.references(project)
        project.close()
        for action in ACTIONS:
            measure(action)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for end, failure in pool.map(lambda number: attempt(states, wanted.seed, number), numbers):
                ends[end] += 1
                failures += [failure] if failure else []
                for line in (failure or "").splitlines():
                    print(f"# {line}", file=sys.stderr)
    told = ", ".join(f"{count} x {' '.join(end)}" for end, count in sorted(ends.items(), key=str) if end)
    print(f"# seed {wanted.seed}: {told}")
    print(f"{'not ok' if failures else 'ok'} 1 - {len(numbers)} kills are survived, and status tells the truth")
    half = sum(count for end, count in ends.items() if end and end[1] == "unfinished")
    is_fair = wanted.only is not None or half * 4 >= len(numbers)
    print(f"{'ok' if is_fair else 'not ok'} 2 - enough of them come in the middle ({half})")
    sys.exit(1 if failures or not is_fair else 0)


if __name__ == "__main__":
    main()
