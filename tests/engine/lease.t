#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many processes, one database."""
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

PODS = 20
HOLD = ("while (!(await db.collection('go').findOne())) "
        "await new Promise(resolve => setTimeout(resolve, 20));")


def wait_until_running(project, process):
    while not project.db.migrations.count_documents({"status": "running"}):
        assert process.poll() is None, process.communicate()


def test_twenty_pods_apply_each_migration_once_and_all_succeed(project):
    for number in range(1, 6):
        project.up_down(f"00{number}_m.js", "await db.collection('log')"
                        f".updateOne({{_id: {number}}}, {{$inc: {{n: 1}}}}, {{upsert: true}});")
    pods = [project.start("up", "--wait", "60") for _ in range(PODS)]
    ends = [pod.communicate(timeout=120) for pod in pods]
    assert [pod.returncode for pod in pods] == [0] * PODS, ends
    assert [row["n"] for row in project.db.log.find()] == [1] * 5
    assert project.db.godwit_history.count_documents({"action": "up"}) == 5


def test_a_second_up_without_waiting_fails_and_names_the_holder(project):
    project.up_down("001_a.js", HOLD)
    first = project.start("up")
    wait_until_running(project, first)
    result = project.fails(4, "up", "--wait", "0")
    assert str(first.pid) in result.err, result
    shown = project.ok("lock", "--json").json
    assert shown["pid"] == first.pid and shown["expired"] is False, shown
    project.db.go.insert_one({})
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_releasing_the_lock_stops_who_held_it(project):
    project.up_down("001_a.js", HOLD)
    project.up_down("002_b.js", "await db.collection('b').insertOne({});")
    first = project.start("up")
    wait_until_running(project, first)
    project.ok("lock", "--release", "--yes")
    assert project.ok("lock", "--json").json["owner"] is None
    assert project.db.godwit_history.count_documents({"action": "lock-release"}) == 1
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=60)


def test_a_killed_process_leaves_running_and_the_next_one_runs_it_again(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});\n" + HOLD)
    first = project.start("up")
    wait_until_running(project, first)
    first.kill()
    first.communicate(timeout=60)
    assert project.record("001_a")["status"] == "running"
    project.db.go.insert_one({})
    project.ok("lock", "--release", "--yes")
    project.ok("up", "--wait", "0")
    assert project.record("001_a")["status"] == "completed"


def test_a_paused_holder_that_wakes_too_late_writes_nothing_more(project):
    project.configure(lease={"ttl": 3})
    project.up_down("001_a.js", "for (let n = 0; n < 1000; n++) {\n"
                    "  await db.collection('log').insertOne({by: process.pid, n});\n" + HOLD +
                    "\n  if (await db.collection('go').findOne({stop: process.pid})) break;\n}")
    first = project.start("up")
    wait_until_running(project, first)
    while not project.db.log.count_documents({}):
        assert first.poll() is None
    first.send_signal(signal.SIGSTOP)
    second = project.start("up", "--wait", "60")
    while project.db.godwit_lease.find_one({"pid": first.pid}):
        assert second.poll() is None
    project.db.go.insert_one({"stop": second.pid})
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, (out, err)
    before = project.db.log.count_documents({"by": first.pid})
    first.send_signal(signal.SIGCONT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 4, (first.returncode, out, err)
    assert b"lease" in err, err
    assert project.db.log.count_documents({"by": first.pid}) == before
    record = project.record("001_a")
    assert record["status"] == "completed", record
    assert project.db.godwit_lease.find_one()["token"] == 2


def test_a_broken_lease_stops_its_holder_before_its_next_write(project):
    project.configure(lease={"ttl": 3})
    project.up_down("001_a.js", "await db.collection('a').insertOne({n: 1});\n" + HOLD +
                    "\nawait db.collection('a').insertOne({n: 2});")
    holder = project.start("up")
    wait_until_running(project, holder)
    while not project.db.a.count_documents({}):
        assert holder.poll() is None
    project.ok("lock", "--release", "--yes")
    # Its thread learns it by its next renewal, within a second; then the script may go on.
    deadline = time.monotonic() + 30
    while holder.poll() is None and time.monotonic() < deadline:
        if time.monotonic() > deadline - 27 and not project.db.go.count_documents({}):
            project.db.go.insert_one({})
    out, err = holder.communicate(timeout=60)
    assert holder.returncode == 4, (holder.returncode, out, err)
    assert [row["n"] for row in project.db.a.find()] == [1]


def test_a_fence_is_not_lowered_by_whoever_was_overtaken(project):
    """Its update may arrive behind that of a later holder. A lease whose record was removed begins again at 1."""
    project.up_down("001_a.js", "await db.collection('a').insertOne({ _id: 1 });")
    project.ok("up")
    fence = {"fence": {"$exists": True}}
    assert project.db.godwit_journal.distinct("token", fence) == [1]
    project.db.godwit_journal.update_many(fence, {"$set": {"token": 50}})
    project.up_down("002_b.js", "await db.collection('a').insertOne({ _id: 2 });")
    assert "taken over" in project.fails(1, "up").err
    assert project.db.a.count_documents({}) == 1
    assert project.db.godwit_journal.distinct("token", fence) == [50]
    project.db.godwit_lease.drop()
    project.ok("up")
    assert project.db.a.count_documents({}) == 2


if __name__ == "__main__":
    main(globals())
