#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many processes at once, some of them killed, some of them stopped until their lease is somebody else's."""
import pathlib
import random
import signal
import subprocess
import sys
import time

import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(pathlib.Path(__file__).resolve().parent)]
from godwit import URI, main  # noqa: E402
from shop import expire_lease, short_transactions  # noqa: E402

PROCESSES = 32
KILLED = 10
MIGRATIONS = 5
PATIENCE_S = 120
DOCUMENTS = 10000
# What a process may end with that was not killed: done, or somebody held the lease for too long.
FINE = {0, 4}


def wait_until(is_so, what):
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not come about"


def end_all(processes):
    """How each ended, with what it said."""
    ends = []
    for process in processes:
        try:
            ends.append(process.communicate(timeout=PATIENCE_S))
        except subprocess.TimeoutExpired:
            process.kill()
            ends.append(process.communicate())
            raise
    return ends


def test_of_32_processes_ten_are_killed_and_each_migration_is_applied_once(project):
    seed = random.SystemRandom().randrange(10**9)
    print(f"# seed {seed}")
    rng = random.Random(seed)
    project.configure(lease={"ttl": 3})
    project.db.stock.insert_many([{"_id": n, "n": 0, "k": 0} for n in range(1500)])
    for number in range(1, MIGRATIONS + 1):
        project.up_down(f"00{number}_m.js", "await db.collection('stock').updateMany({}, { $inc: { n: 1 } });"
                        f"await db.collection('log').insertOne({{ _id: {number} }});"
                        "for (let id = 0; id < 10; id++)"
                        "  await db.collection('stock').updateOne({ _id: id }, { $inc: { k: 1 } });")
    with pymongo.MongoClient(URI) as client, short_transactions(client):
        processes = [project.start("up", "--wait", "100") for _ in range(PROCESSES)]
        for number in range(KILLED):
            if number % 2 == 0:
                kill_holder(rng, project, processes)
            else:
                kill_one_of(rng, [process for process in processes if process.poll() is None])
        ends = end_all(processes)
    statuses = [process.returncode for process in processes]
    # On a fast day all is applied before the last of them.
    assert KILLED // 2 <= statuses.count(-signal.SIGKILL) <= KILLED, statuses
    assert set(statuses) <= FINE | {-signal.SIGKILL}, [end for end in zip(statuses, ends) if end[0] not in FINE]
    project.ok("up", "--wait", "30")
    assert project.db.stock.distinct("n") == [5] and project.db.stock.distinct("k") == [0, 5]
    assert project.db.stock.count_documents({"k": 5}) == 10 and project.db.log.count_documents({}) == 5
    applied = list(project.db.godwit_history.find({"action": "up", "result": "completed"}))
    completed = project.db.migrations.find({"status": "completed"})
    assert {row["migrationId"] for row in applied} == {row["migrationId"] for row in completed}
    assert len(applied) == len({row["migrationId"] for row in applied}), applied


def kill_one_of(rng, living):
    if living:
        rng.choice(living).kill()


def kill_holder(rng, project, processes):
    """Kill the one that migrates, after it has written a little more."""
    enough = project.db.godwit_journal.count_documents({}) + rng.randrange(8)
    by_pid = {process.pid: process for process in processes}

    def find_holder():
        lease = project.db.godwit_lease.find_one({"expiresAt": {"$exists": True}}) or {}
        return by_pid.get(lease.get("pid"))

    def is_killed():
        if project.db.migrations.count_documents({"status": "completed"}) == MIGRATIONS:
            return True
        holder = find_holder()
        if holder is None or holder.poll() is not None or project.db.godwit_journal.count_documents({}) < enough:
            return False
        holder.kill()
        holder.wait()
        return True

    wait_until(is_killed, "a holder to kill")
    expire_lease(project)


SWEEP = ("await db.collection('stock').updateMany({}, { $inc: { n: 1 } }); await db.collection('stock').createIndex({ n: 1 });"
         "for (let id = 0; id < 200; id++) await db.collection('stock').updateOne({ _id: id }, { $inc: { k: 1 } });"
         "/* so that they are sent one by one */ try {} catch (e) {}")


def stopped_past_its_lease(project, is_there, free=lambda project: None):
    """A process is stopped where `is_there`; another takes over and finishes; then the first one wakes."""
    project.configure(lease={"ttl": 3})
    with pymongo.MongoClient(URI) as client, short_transactions(client):
        first = project.start("up")
        wait_until(lambda: is_there(project) or first.poll() is not None, "the moment to stop it")
        first.send_signal(signal.SIGSTOP)
        assert first.poll() is None, first.communicate()
        free(project)
        second = project.start("up", "--wait", "60")
        out, err = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 0, (out, err)
        before = project.db.command("dbHash")["collections"]
        first.send_signal(signal.SIGCONT)
        out, err = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 4 and b"lease" in err, (first.returncode, out, err)
    after = project.db.command("dbHash")["collections"]
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    # That it failed may be said; data and books stay as the second one left them.
    assert changed <= {"godwit_history"}, changed
    assert project.record("001_a")["status"] == "completed"


def fill(project):
    project.db.stock.insert_many([{"_id": n, "n": 0, "k": 0} for n in range(DOCUMENTS)])
    project.up_down("001_a.js", SWEEP)


def check_once(project):
    assert project.db.stock.distinct("n") == [1] and project.db.stock.count_documents({}) == DOCUMENTS
    assert project.db.stock.count_documents({"k": 1}) == 200
    assert project.db.stock.count_documents({"k": 0}) == DOCUMENTS - 200


def test_a_process_that_wakes_up_in_the_middle_of_a_sweep_changes_nothing(project):
    fill(project)
    stopped_past_its_lease(project, lambda p: p.db.stock.count_documents({"n": 1}, limit=1000) >= 1000)
    check_once(project)


def test_a_process_that_wakes_up_in_the_middle_of_single_writes_changes_nothing(project):
    fill(project)
    stopped_past_its_lease(project, lambda p: p.db.stock.find_one({"_id": 20, "k": 1}))
    check_once(project)


def test_a_process_that_wakes_up_with_a_transaction_open_changes_nothing(project):
    """Its transaction has written; what is left is to commit it."""
    project.db.stock.insert_many([{"_id": n, "n": 0} for n in range(100)])
    project.up_down("001_a.js", """
    const session = client.startSession();
    session.startTransaction();
    await db.collection('stock').updateMany({}, { $inc: { n: 1 } }, { session });
    await db.collection('open').insertOne({});
    while (!(await db.collection('go').findOne())) await new Promise(resolve => setTimeout(resolve, 20));
    await session.commitTransaction();
    await session.endSession();""")
    stopped_past_its_lease(project, lambda p: p.db.open.find_one(), lambda p: p.db.go.insert_one({}))
    assert project.db.stock.distinct("n") == [1]


if __name__ == "__main__":
    main(globals())
