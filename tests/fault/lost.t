#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A migration does not wait for the majority with each single write, but once at its end. Where the primary
dies in between, and the others never had what it had answered, the migration fails and is taken back."""
import contextlib
import pathlib
import re
import sys
import tempfile
import time

import pymongo
from pymongo.errors import PyMongoError

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS)]
import tap  # noqa: E402
from godwit import Project  # noqa: E402
from harness.trio import Trio  # noqa: E402

PATIENCE_S = 60
# A catch: nothing is gathered, each write has its own transaction.
STEPS = """
    const stock = db.collection('stock');
    const add = async (_id) => { try { await stock.updateOne({ _id }, { $inc: { n: 1 } }); } catch (e) { throw e; } };
    const say = (_id) => db.collection('signals').updateOne({ _id }, { $set: { said: true } }, { upsert: true });
    const hear = async (_id) => {
      while (!(await db.collection('gates').findOne({ _id }))) await new Promise((go) => setTimeout(go, 20));
    };
    await add(0);
    await say('begun');
    await hear('alone');
    await add(1);
    await add(2);
    await say('written');
    await hear('end');"""


@contextlib.contextmanager
def trio():
    with tempfile.TemporaryDirectory() as scratch, Trio(scratch) as servers:
        yield servers


def wait_until(is_so, what):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(PyMongoError):
            if is_so():
                return
        assert time.monotonic() < deadline, f"{what} does not happen"


def set_replication(client, mode):
    """Whether a member takes what the primary has; the answer counts how often it did not."""
    return client.admin.command("configureFailPoint", "stopReplProducer", mode=mode)["count"]


def stop_replication(client):
    before = set_replication(client, "alwaysOn")
    client.admin.command("waitForFailPoint", "stopReplProducer", timesEntered=before + 1, maxTimeMS=PATIENCE_S * 1000)


def test_writes_that_only_the_old_primary_had_fail_the_migration(servers):
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder, contextlib.ExitStack() as stack:
        project = Project(folder)
        project.configure(uri=servers.uri)
        project.up_down("001_a.js", STEPS)
        db = servers.client[project.database]
        db.get_collection("stock", write_concern=pymongo.WriteConcern("majority")).insert_many(
            [{"_id": n, "n": 0} for n in range(3)])
        running = project.start("up")
        wait_until(lambda: db.signals.find_one({"_id": "begun"}), "the first write")
        old = servers.primary()
        others = [stack.enter_context(pymongo.MongoClient(Trio.address(member)))
                  for member in servers.members if member is not old]
        for other in others:
            stop_replication(other)
        alone = stack.enter_context(pymongo.MongoClient(Trio.address(old)))
        alone[project.database].get_collection("gates", write_concern=pymongo.WriteConcern(1)).insert_one({"_id": "alone"})
        wait_until(lambda: alone[project.database].signals.find_one({"_id": "written"}), "the last write")
        old.process.kill()
        old.process.wait()
        for other in others:
            set_replication(other, "off")
        gates = db.get_collection("gates", write_concern=pymongo.WriteConcern("majority"))
        wait_until(lambda: gates.update_one({"_id": "end"}, {"$set": {"open": True}}, upsert=True), "an election")
        out, err = running.communicate()
        assert running.returncode == 1, (out, err)
        # Writes that follow each other closely may have shared a transaction.
        assert re.search(r"[123] of the migration's last transactions were lost with the old one", err.decode()), err
        found = [doc["n"] for doc in db.stock.find().sort("_id")]
        assert found == [0, 0, 0], (found, err.decode())
        assert db.signals.count_documents({}) == 0
        gates.insert_one({"_id": "alone"})
        project.ok("up")
        assert [doc["n"] for doc in db.stock.find().sort("_id")] == [1, 1, 1]
        project.client.close()


if __name__ == "__main__":
    tap.main(globals(), trio)
