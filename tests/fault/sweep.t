#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A replica set of three whose primary steps down, or dies, again and again during a sweep: it finishes, and
each document was changed once.

  sweep.t [--documents N] [--every SECONDS] [WORD]

The WORD is a part of a test's title.
"""
import argparse
import pathlib
import sys
import tempfile
import time

import pymongo
from pymongo.errors import AutoReconnect, PyMongoError

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS)]
from godwit import Project  # noqa: E402
from harness.trio import Trio  # noqa: E402

DOCUMENTS = 60000
EVERY_S = 5.0
TIMEOUT_S = 600


def fill(trio, project, count):
    stock = trio.client[project.database].get_collection("stock", write_concern=pymongo.WriteConcern("majority"))
    for begin in range(0, count, 10000):
        stock.insert_many([{"_id": n, "n": 0, "text": "x" * 100} for n in range(begin, min(count, begin + 10000))])


def step_down(trio):
    try:
        trio.client.admin.command("replSetStepDown", 2, secondaryCatchUpPeriodSecs=1, force=True)
    except AutoReconnect:
        pass  # it closes its connections, ours too


def is_healthy(trio):
    members = trio.client.admin.command("replSetGetStatus")["members"]
    return sorted(member["stateStr"] for member in members) == ["PRIMARY", "SECONDARY", "SECONDARY"]


def kill(trio):
    """kill -9, and up again: where all three are there, so that two stay."""
    if not is_healthy(trio):
        raise StopIteration
    victim = trio.primary()
    victim.process.kill()
    victim.process.wait()
    victim.start()


def disturb_until_it_ends(trio, running, disturb, every_s):
    """How many times."""
    times, deadline, due = 0, time.monotonic() + TIMEOUT_S, time.monotonic() + every_s
    while running.poll() is None:
        assert time.monotonic() < deadline, "the sweep does not end"
        if time.monotonic() < due:
            trio.wait_for_primary()
            continue
        try:
            trio.wait_for_primary()
            disturb(trio)
            times += 1
        except (PyMongoError, StopIteration):
            pass  # there is no primary at this moment: again
        due = time.monotonic() + every_s
    return times


def sweep(trio, disturb, wanted):
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
        project = Project(folder)
        project.configure(uri=trio.uri)
        project.up_down("001_a.js", "const r = await db.collection('stock').updateMany({}, { $inc: { n: 1 } });"
                        "console.log('matched', r.matchedCount, 'modified', r.modifiedCount);")
        fill(trio, project, wanted.documents)
        begin = time.monotonic()
        running = project.start("up")
        while trio.client[project.database].godwit_journal.estimated_document_count() < 67:
            assert running.poll() is None, running.communicate()
        times = 1
        disturb(trio)
        times += disturb_until_it_ends(trio, running, disturb, wanted.every)
        out, err = running.communicate()
        seconds = time.monotonic() - begin
        trio.wait_for_primary()
        db = trio.client.get_database(project.database, read_concern=pymongo.read_concern.ReadConcern("majority"))
        assert running.returncode == 0, (out, err)
        found = list(db.stock.aggregate([{"$group": {"_id": "$n", "count": {"$sum": 1}}}]))
        assert found == [{"_id": 1, "count": wanted.documents}], found
        assert f"matched {wanted.documents} modified {wanted.documents}" in out.decode(), out
        assert db.migrations.find_one()["documentsAffected"] == wanted.documents
        print(f"# {wanted.documents} documents in {seconds:.1f} s, disturbed {times} times", flush=True)
        project.client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--every", type=float, default=EVERY_S)
    parser.add_argument("word", nargs="?", default="")
    wanted = parser.parse_args()
    bad = 0
    ways = [way for way in [(step_down, "steps down"), (kill, "is killed and comes back")] if wanted.word in way[1]]
    print(f"1..{len(ways)}", flush=True)
    for number, (disturb, title) in enumerate(ways, 1):
        with tempfile.TemporaryDirectory() as scratch, Trio(scratch) as trio:
            try:
                sweep(trio, disturb, wanted)
                print(f"ok {number} - a primary that {title} during a sweep is survived", flush=True)
            except AssertionError as failure:
                bad += 1
                print(f"not ok {number} - a primary that {title} during a sweep is survived", flush=True)
                print(f"# {failure}", file=sys.stderr)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
