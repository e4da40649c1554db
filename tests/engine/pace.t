#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast documents are changed, how far that is, and how somebody else steers it meanwhile."""
import contextlib
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import Result, fail_command, main  # noqa: E402
from waiting import wait_until  # noqa: E402

INCREMENT = "await db.collection('things').updateMany({}, { $inc: { n: 1 } });"


def seed(project, count):
    project.db.things.insert_many([{"_id": n, "n": 0} for n in range(count)])


def job(project):
    return project.db.godwit_jobs.find_one(sort=[("order", -1)])


def counts(project):
    """{value of n: how many documents}"""
    return {row["_id"]: row["count"] for row in
            project.db.things.aggregate([{"$group": {"_id": "$n", "count": {"$sum": 1}}}])}


def finish(running):
    out, err = running.communicate(timeout=120)
    running.stdout, running.stderr = out, err
    return Result(running)


def slow(project, *words, count=20000, rate=200, up=INCREMENT):
    """An `up` that would take minutes, once it has said how far it is."""
    seed(project, count)
    project.up_down("001_a.js", up)
    running = project.start("up", "--max-rate", str(rate), *words)
    wait_until(lambda: (job(project) or {}).get("progress") and counts(project).get(1), "progress")
    return running


def test_no_more_documents_a_second_than_allowed(project):
    seed(project, 1200)
    project.up_down("001_a.js", INCREMENT)
    begin = time.monotonic()
    project.ok("up", "--max-rate", "500")
    assert time.monotonic() - begin > 1.5, "it went faster than that"
    assert counts(project) == {1: 1200}


def test_a_loop_of_awaited_writes_keeps_to_it_too(project):
    seed(project, 1200)
    project.up_down("001_a.js", "for await (const d of db.collection('things').find())"
                    " await db.collection('things').updateOne({ _id: d._id }, { $inc: { n: 1 } });")
    project.configure(pace={"maxRate": 400})
    begin = time.monotonic()
    project.ok("up")
    assert time.monotonic() - begin > 1, "it went faster than that"
    assert counts(project) == {1: 1200}


def test_so_does_undo(project):
    seed(project, 3000)
    project.up_down("001_a.js", INCREMENT)
    project.ok("up")
    begin = time.monotonic()
    project.ok("undo", "001_a", "--yes", "--max-rate", "1000")
    assert time.monotonic() - begin > 1.5, "it went faster than that"
    assert counts(project) == {0: 3000}


def test_a_gentle_run_changes_each_document_once(project):
    seed(project, 6000)
    project.up_down("001_a.js", INCREMENT)
    project.ok("up", "--gentle")
    assert counts(project) == {1: 6000}
    assert project.db.godwit_journal.count_documents({"seq": {"$exists": True}}) >= 30, "chunks of 200 at most"


def test_how_far_it_is_stands_in_the_database(project):
    running = slow(project)
    progress = wait_until(lambda: (lambda p: p["total"] and p["rate"] and p)(job(project)["progress"]), "a total")
    assert progress["namespace"] == f"{project.database}.things" and progress["total"] == 20000, progress
    assert 0 < progress["documents"] < 20000 and progress["left"] > 0 and progress["lag"] == 0, progress
    listed = json.loads(project.ok("job", "--json").out)["jobs"][0]
    assert listed["state"] == "running" and listed["total"] == 20000 and listed["migration"] == "001_a", listed
    assert "of 20,000 documents" in project.ok("job").out
    project.ok("job", "cancel")
    assert finish(running).status == 8


def test_json_tells_it_in_lines_on_standard_error(project):
    running = slow(project, "--json")
    line = json.loads(running.stderr.readline())
    assert line["event"] == "progress" and line["migration"] == "001_a" and line["documents"] > 0, line
    project.ok("job", "cancel")
    done = finish(running)
    assert done.status == 8 and done.json["error"]["name"] == "interrupted", done


def test_what_is_cancelled_is_taken_back(project):
    running = slow(project)
    assert "'001_a' will stop" in project.ok("job", "cancel", "001").out
    done = finish(running)
    assert done.status == 8 and "cancelled" in done.err, done
    assert counts(project) == {0: 20000}
    assert project.record("001_a")["status"] == "failed"
    assert job(project)["status"] == "undone"
    assert project.db.godwit_history.find_one({"action": "job-cancel"})["migrationId"] == "001_a"
    assert project.ok("job").out == "nothing is under way\n"


def test_a_script_that_writes_nothing_is_cancelled_too(project):
    project.up_down("001_a.js", "await new Promise(done => setTimeout(done, 100000));")
    running = project.start("up")
    wait_until(lambda: (job(project) or {}).get("progress"), "progress")
    project.ok("job", "cancel")
    done = finish(running)
    assert done.status == 8 and "cancelled" in done.err, done


def test_what_is_paused_waits_and_goes_on(project):
    running = slow(project, count=2000, rate=400)
    project.ok("job", "pause")
    wait_until(lambda: job(project)["progress"].get("waiting") == "paused", "the pause")
    before = counts(project)
    seen = job(project)["progress"]["at"]
    wait_until(lambda: job(project)["progress"]["at"] > seen, "a sign of life")
    assert counts(project) == before, "it went on"
    assert "paused" in project.ok("job").out
    assert project.fails(4, "down", "--wait", "0"), "its lease is kept"
    project.ok("job", "resume", str(job(project)["_id"])[-6:])
    done = finish(running)
    assert done.status == 0 and "note: '001_a' waits: paused" in done.err and "'001_a' goes on" in done.err, done
    assert counts(project) == {1: 2000}


def test_a_new_bound_holds_at_once(project):
    running = slow(project, rate=100)
    project.ok("job", "set", "--max-rate", "0")
    assert finish(running).status == 0
    assert counts(project) == {1: 20000}


def test_ctrl_c_stops_between_two_chunks(project):
    running = slow(project)
    running.terminate()
    assert finish(running).status == 8
    assert counts(project) == {0: 20000}


def test_outside_of_its_window_it_waits(project):
    seed(project, 10)
    project.up_down("001_a.js", INCREMENT)
    hour = (time.localtime().tm_hour + 3) % 24
    running = project.start("up", "--window", f"{hour:02}:00-{(hour + 1) % 24:02}:00")
    wait_until(lambda: (job(project) or {}).get("progress", {}).get("waiting") == "outside of its window", "waiting")
    assert counts(project) == {0: 10}
    project.ok("job", "cancel")
    assert finish(running).status == 8


def test_inside_of_it_it_does_not(project):
    seed(project, 10)
    project.up_down("001_a.js", INCREMENT)
    hour = time.localtime().tm_hour
    project.ok("up", "--window", f"{(hour - 1) % 24:02}:00-{(hour + 2) % 24:02}:00")
    assert counts(project) == {1: 10}


def test_what_is_no_time_is_refused(project):
    project.up_down("001_a.js", INCREMENT)
    assert "22:00-06:00" in project.fails(2, "up", "--window", "25:00-26:00").err
    assert "22:00-06:00" in project.fails(2, "up", "--window", "soon").err
    assert "5s" in project.fails(2, "up", "--max-lag", "a while").err
    assert project.db.list_collection_names() == [], "nothing was written before"


def test_nothing_can_be_done_to_what_is_not_there(project):
    assert "nothing is under way" in project.fails(2, "job", "pause").err
    assert "something to set" in project.fails(2, "job", "set").err
    assert "go with" in project.fails(2, "job", "pause", "--max-rate", "5").err


def test_nor_to_what_has_died(project):
    running = slow(project)
    running.kill()
    running.wait()
    project.db.godwit_lease.delete_many({})
    assert "interrupted" in project.ok("job").out
    assert "next godwit up takes back" in project.fails(5, "job", "resume").err
    project.ok("up")
    assert counts(project) == {1: 20000}


@contextlib.contextmanager
def application(project):
    """Somebody else who uses the server."""
    ended = threading.Event()
    begun = threading.Event()

    def work():
        while not ended.is_set():
            project.client.app.visits.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True)
            begun.set()
    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        project.client.drop_database("app")


def committed(project):
    return project.client.admin.command("serverStatus")["transactions"]["totalCommitted"]


def most_commits_at_once(project):
    """Of an `up` whose commits take a while, once the first of them are through. Looks without a read, which would be
    one of somebody else's."""
    seed(project, 12000)
    project.up_down("001_a.js", INCREMENT)
    fail_command(project, failCommands=["commitTransaction"], blockConnection=True, blockTimeMS=300, times=16)
    running = project.start("up")
    most, before = 0, committed(project)
    try:
        wait_until(lambda: committed(project) >= before + 7, "seven chunks")
        while committed(project) < before + 15:
            found = project.client.admin.command("currentOp", appName="godwit/0.1.0", **{
                "command.commitTransaction": {"$exists": True}})
            most = max(most, len(found["inprog"]))
    finally:
        fail_command(project, failCommands=["commitTransaction"], times=0)
    assert finish(running).status == 0 and counts(project) == {1: 12000}
    return most


def processors(project):
    return project.client.admin.command("hostInfo")["system"]["numCores"]


def test_alone_it_uses_all_threads(project):
    most = most_commits_at_once(project)
    assert most == min(4, max(3, processors(project) + 1)), most


def test_beside_others_it_leaves_them_a_processor(project):
    with application(project):
        most = most_commits_at_once(project)
        assert most == min(4, max(1, processors(project) - 1)), most


def test_what_asks_the_script_holds_up_nobody_whom_the_script_waits_for(project):
    """A chunk of a sweep waits for the script, which waits for the writes that it has gathered."""
    seed(project, 12000)
    project.db.more.insert_many([{"_id": n, "n": 0, "text": "x" * 1000} for n in range(12000)])
    project.up_down("001_a.js", """
        const { sweep } = require('godwit');
        const loop = async () => {
          for await (const d of db.collection('more').find()) {
            await db.collection('more').updateOne({ _id: d._id }, { $inc: { n: 1 } });
          }
        };
        await Promise.all([sweep(db.collection('things'), {}, () => ({ $inc: { n: 1 } })), loop()]);""")
    with application(project):
        project.ok("up")
    assert counts(project) == {1: 12000} and project.db.more.count_documents({"n": 1}) == 12000


@contextlib.contextmanager
def builds_held(project):
    """Builds of indexes read the collection, and then wait until they are let go."""
    admin = project.client.admin
    admin.command("configureFailPoint", "hangAfterStartingIndexBuild", mode="alwaysOn")
    try:
        yield
    finally:
        admin.command("configureFailPoint", "hangAfterStartingIndexBuild", mode="off")


def prepare(project):
    seed(project, 5000)
    project.db.things.create_index("before")
    project.up_down("001_a.js", "await db.collection('things').createIndexes([{ key: { n: 1 } },"
                    " { key: { before: 1 } }, { key: { m: 1 } }]);")


def progress_of_build(project):
    return wait_until(lambda: (lambda p: p.get("total") and p)((job(project) or {}).get("progress") or {}), "a total")


def test_how_far_a_build_of_indexes_is_is_shown(project):
    prepare(project)
    with builds_held(project):
        running = project.start("up")
        progress = progress_of_build(project)
    assert progress["namespace"] == f"{project.database}.things", progress
    assert progress["documents"] == progress["total"] == 5000, progress
    assert finish(running).status == 0
    assert set(project.db.things.index_information()) == {"_id_", "before_1", "n_1", "m_1"}


def test_it_is_cancelled(project):
    prepare(project)
    with builds_held(project):
        running = project.start("up")
        progress_of_build(project)
        project.ok("job", "cancel")
        done = finish(running)
    assert done.status == 8 and "cancelled" in done.err, done
    assert set(project.db.things.index_information()) == {"_id_", "before_1"}
    assert project.record("001_a")["status"] == "failed"


def test_or_stopped_by_ctrl_c(project):
    prepare(project)
    with builds_held(project):
        running = project.start("up")
        progress_of_build(project)
        running.terminate()
        assert finish(running).status == 8
    assert set(project.db.things.index_information()) == {"_id_", "before_1"}


main(globals())
