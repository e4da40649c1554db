#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A job that waits for longer than the server keeps a session of which it hears nothing reads on afterwards."""
import pathlib
import sys
import time

import pymongo

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent)]
import tap  # noqa: E402
from godwit import Project, Result  # noqa: E402
from harness.mongod import Mongod  # noqa: E402
from waiting import wait_until  # noqa: E402

PATIENCE_S = 300
DOCUMENTS = 12000


class Forgetful(Mongod):
    """Ends sessions after a minute, and looks for such every second."""
    MORE = ("--setParameter", "localLogicalSessionTimeoutMinutes=1",
            "--setParameter", "logicalSessionRefreshMillis=1000")


def wait_for_the_end_of_an_idle_session(client):
    """Of one that was used when this began, so that all that were not used since have ended as well."""
    with client.start_session() as session, client.idle.docs.find(batch_size=2, session=session) as cursor:
        next(cursor)
        deadline = time.monotonic() + PATIENCE_S
        while client.admin.command("serverStatus")["metrics"]["cursor"]["open"]["total"] > 1:
            assert time.monotonic() < deadline, "the server kept the session"
            time.sleep(1)


def test_a_loop_reads_on_after_a_pause(folder):
    with Forgetful(folder) as server:
        project = Project(folder, {"uri": server.uri})
        project.client = pymongo.MongoClient(server.uri)
        project.db = project.client[project.database]
        project.client.idle.docs.insert_many([{} for _ in range(5)])
        project.db.things.insert_many([{"_id": n, "n": 0, "text": "x" * 1000} for n in range(DOCUMENTS)])
        project.up_down("001_a.js", "for await (const d of db.collection('things').find())"
                        " await db.collection('things').updateOne({ _id: d._id }, { $inc: { n: 1 } });")
        running = project.start("up", "--max-rate", "500")
        wait_until(lambda: project.db.things.count_documents({"n": 1}) > 0, "the first documents")
        project.ok("job", "pause")
        wait_for_the_end_of_an_idle_session(project.client)
        project.ok("job", "set", "--max-rate", "100000")
        project.ok("job", "resume")
        running.stdout, running.stderr = running.communicate(timeout=PATIENCE_S)
        assert running.returncode == 0, Result(running)
        assert project.db.things.count_documents({"n": 1}) == DOCUMENTS


if __name__ == "__main__":
    tap.main(globals())
