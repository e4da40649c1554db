#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A replica set of three whose primary steps down, or dies, in the middle of a migration."""
import pathlib
import sys
import tempfile

from pymongo.errors import AutoReconnect

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS)]
from godwit import main  # noqa: E402
from harness.trio import Trio  # noqa: E402

LOOP = """
let n = 0;
// On until the disturbance is over: what comes after it is the point.
for (; n < 100 || !(await db.collection('stop').findOne()); n++) {
  await db.collection('log').insertOne({ n });
  await db.collection('sum').updateOne({ _id: 1 }, { $inc: { total: n, count: 1 } }, { upsert: true });
  await new Promise(resolve => setTimeout(resolve, 10));
}
const found = await db.collection('log').find().sort({ n: 1 }).batchSize(7).toArray();
if (found.length !== n) throw new Error(`${found.length} of ${n} are there`);
"""


def migrate(project, disturb):
    """`up` in the middle of which `disturb` is called; how it ended, and the database."""
    project.configure(uri=TRIO.uri)
    project.up_down("001_a.js", LOOP)
    db = TRIO.client[project.database]
    TRIO.wait_for_primary()
    running = project.start("up")
    while db.log.count_documents({}) < 50:
        assert running.poll() is None, running.communicate()
    disturb()
    TRIO.wait_for_primary()
    db.stop.insert_one({})
    out, err = running.communicate(timeout=120)
    return running.returncode, out + err, db


def check_all_is_there_once(status, text, db):
    assert status == 0, text
    count = db.log.count_documents({})
    assert count >= 100 and [row["n"] for row in db.log.find().sort("n")] == list(range(count))
    assert db.sum.find_one()["count"] == count, db.sum.find_one()
    assert db.migrations.find_one()["status"] == "completed"
    assert db.migrations.find_one()["documentsAffected"] == 2 * count
    assert db.godwit_lease.find_one()["token"] == 1


def step_down():
    try:
        TRIO.client.admin.command("replSetStepDown", 10, force=True)
    except AutoReconnect:
        pass  # it closes its connections, ours too


def test_a_primary_that_steps_down_is_survived_and_nothing_is_written_twice(project):
    check_all_is_there_once(*migrate(project, step_down))


def test_a_primary_that_dies_is_survived_and_nothing_is_written_twice(project):
    dead = []

    def kill():
        dead.append(TRIO.primary())
        dead[0].process.kill()
        dead[0].process.wait()

    try:
        check_all_is_there_once(*migrate(project, kill))
    finally:
        dead[0].start()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch, Trio(scratch) as TRIO:
        main(globals())
