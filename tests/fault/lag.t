#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A member of a replica set that falls behind: with --max-lag nothing is changed until it has caught up."""
import contextlib
import pathlib
import sys
import tempfile

import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS)]
import tap  # noqa: E402
from godwit import Project  # noqa: E402
from harness.trio import Trio  # noqa: E402
from waiting import wait_until  # noqa: E402

INCREMENT = "await db.collection('things').updateMany({}, { $inc: { n: 1 } });"


@contextlib.contextmanager
def trio_and_project():
    with tempfile.TemporaryDirectory() as scratch, Trio(scratch) as trio, tap.folder() as folder:
        project = Project(folder)
        project.client.close()
        project.client = trio.client
        project.db = trio.client[project.database]
        project.configure(uri=trio.uri)
        yield trio, project


def secondary(trio):
    primary = trio.primary()
    return next(member for member in trio.members if member is not primary)


@contextlib.contextmanager
def held_back(trio):
    """One secondary applies nothing any more."""
    with pymongo.MongoClient(trio.address(secondary(trio))) as client:
        client.admin.command("configureFailPoint", "rsSyncApplyStop", mode="alwaysOn")
        try:
            yield
        finally:
            client.admin.command("configureFailPoint", "rsSyncApplyStop", mode="off")


def lag(trio):
    members = trio.client.admin.command("replSetGetStatus")["members"]
    times = [member["optimeDate"] for member in members]
    return (max(times) - min(times)).total_seconds()


def progress(project):
    job = project.db.godwit_jobs.find_one(sort=[("order", -1)])
    return (job or {}).get("progress") or {}


def test_nothing_is_changed_while_a_member_is_behind(given):
    trio, project = given
    project.db.things.insert_many([{"_id": n, "n": 0} for n in range(100)])
    project.up_down("001_a.js", INCREMENT)
    with held_back(trio):
        def is_far_behind():
            project.db.other.insert_one({})
            return lag(trio) > 4
        wait_until(is_far_behind, "a member that is behind")
        running = project.start("up", "--max-lag", "2s")
        wait_until(lambda: "behind" in (progress(project).get("waiting") or ""), "waiting for it")
        assert progress(project)["lag"] > 2000, progress(project)
        assert project.db.things.count_documents({"n": 1}) == 0, "it did not wait"
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, (out, err)
    assert "waits: a member of the replica set is too far behind" in err.decode(), err
    assert project.db.things.count_documents({"n": 1}) == 100


tap.main(globals(), trio_and_project)
