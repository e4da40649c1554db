#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of changes of many documents, then `up --resume`, which may be killed as well: the end is
that of a run which nobody killed, each document was changed once, and `undo` brings back what was there before.

  resume.t [--kills N] [--seed SEED] [--only NUMBER]
"""
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(pathlib.Path(__file__).resolve().parent)]
import kills  # noqa: E402
import shop  # noqa: E402
from godwit import URI, Project  # noqa: E402
from snapshot import snapshot  # noqa: E402

KILLS = 12
DOCUMENTS = 20000

# Each document shows how often it was changed.
WORKS = {
    "update": "await db.collection('stock').updateMany({}, { $inc: { n: 1 } });",
    "function": "await require('godwit').sweep(db.collection('stock'), {}, (doc) => ({ $set: { n: doc.n + 1 } }));",
    "mixed": """
    const c = db.collection('stock');
    console.log(await c.countDocuments({ n: 0 }));
    await db.collection('fresh').insertMany([{ _id: 1, n: 0 }, { _id: 2, n: 0 }]);
    await c.createIndex({ k: 1 });
    await c.updateMany({ k: { $gte: 100 } }, { $inc: { n: 1 } });
    await c.updateMany({ n: 0 }, { $inc: { n: 1 } });
    await c.deleteMany({ k: { $gte: 19000 } });
    await c.updateMany({ half: 1 }, { $inc: { m: 1 } });
    await db.collection('fresh').updateOne({ _id: 1 }, { $inc: { n: 1 } });""",
}


def new_project(folder, work):
    project = Project(folder)
    project.db.stock.insert_many([{"_id": k, "n": 0, "k": k, "half": k % 2} for k in range(DOCUMENTS)])
    project.db.stock.create_index("half")
    project.up_down("001_a.js", WORKS[work])
    return project


def reference(work):
    """What it comes to where nobody kills it, and how long that takes."""
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
        project = new_project(folder, work)
        begin = time.monotonic()
        project.ok("up")
        seconds = time.monotonic() - begin
        end = snapshot(project.db)
        project.close()
        return end, seconds


def kill(project, words, after_s):
    """Whether it was in the middle."""
    process = project.start(*words)
    try:
        process.communicate(timeout=after_s)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        shop.expire_lease(project)
        return True


def kill_one(references, seed, number):
    """The work, and what became of it: "resumed", "taken back" or "too late"."""
    rng = random.Random(f"{seed}/{number}")
    work = list(WORKS)[number % len(WORKS)]
    end, seconds = references[work]
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
        project = new_project(folder, work)
        try:
            before = snapshot(project.db)
            is_killed = kill(project, ["up"], seconds * rng.uniform(0.2, 1.0))
            for _ in range(rng.randrange(2)):
                is_killed = kill(project, ["up", "--resume"], seconds * rng.uniform(0.2, 0.9)) or is_killed
            result = project.ok("up", "--resume", "--wait", "30")
            assert snapshot(project.db) == end, (snapshot(project.db), end)
            shop.check_nothing_is_left(project)
            shop.check_history(project)
            project.ok("undo", "001_a", "--yes")
            after = {name: facts for name, facts in snapshot(project.db).items() if not name.startswith("godwit_trash")}
            assert after == before, (after, before)
            told = result.err
            return work, "taken back" if "taken back" in told else "resumed" if "goes on where" in told else \
                "begun anew" if is_killed else "too late"
        finally:
            project.close()


def main():
    wanted = kills.options(__doc__, KILLS)
    with pymongo.MongoClient(URI) as client, shop.short_transactions(client):
        references = {work: reference(work) for work in WORKS}
        kills.judge(wanted, lambda seed, number: kill_one(references, seed, number),
                    "gone on from, each document once", ("resumed", "enough of them went on where they were"))


if __name__ == "__main__":
    main()
