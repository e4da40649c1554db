# SPDX-License-Identifier: Apache-2.0
"""What the kill tests work on: a small shop, three migrations that do a bit of everything, and what the
database has to look like after each of them.
"""
import contextlib
import datetime

from pymongo.write_concern import WriteConcern

from snapshot import snapshot

DOCUMENTS = 1200
LONG_AGO = datetime.datetime(2000, 1, 1)

# Each counts what it does by $inc, so that a document that is changed twice can be told.
UP = {
    "001_count.js": """
    await db.collection('stock').updateMany({}, { $inc: { n: 1 } });
    await db.collection('fresh').insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 1 }]);
    await db.collection('stock').deleteMany({ _id: { $gte: 1180 } });""",
    "002_schema.js": """
    await db.collection('stock').createIndex({ s: 1, n: -1 });
    await db.collection('old').drop();
    await db.createCollection('view', { viewOn: 'stock', pipeline: [{ $match: { n: 1 } }] });
    await db.renameCollection('strict', 'lax');
    await db.command({ collMod: 'lax', validator: { a: { $exists: true } } });
    await db.collection('target').dropIndex('k_1');
    await db.collection('lax').aggregate([{ $set: { a: { $literal: 7 } } }, { $out: 'target' }]).toArray();
    await db.collection('lax').aggregate([{ $merge: { into: 'merged', whenMatched: [{ $set: { n: { $add: ['$n', 1] } } }] } }])
      .toArray();
    await db.createCollection('series', { timeseries: { timeField: 'at' } });
    await db.collection('kept_series').insertOne({ _id: 2, at: new Date(2e9), n: 2 });
    await db.collection('capped').updateMany({}, { $inc: { n: 1 } });""",
    "003_script.js": """
    const session = client.startSession();
    await session.withTransaction(async () => {
      await db.collection('stock').updateMany({ _id: { $lt: 50 } }, { $inc: { n: 100 } }, { session });
      await db.collection('fresh').insertOne({ _id: 3, n: 1 }, { session });
    });
    await session.endSession();
    for (let id = 100; id < 106; id++) await db.collection('stock').updateOne({ _id: id }, { $inc: { n: 10 } });
    for (let id = 200; id < 212; id++) await db.collection('stock').findOneAndUpdate({ _id: id }, { $inc: { n: 10 } });""",
}
# 002 has none: it is reverted from its journal.
DOWN = {
    "001_count.js": """
    await db.collection('fresh').drop();
    const gone = [];
    for (let id = 1180; id < 1200; id++) gone.push({ _id: id, n: 1, s: 's' + id % 7 });
    await db.collection('stock').insertMany(gone);
    await db.collection('stock').updateMany({}, { $inc: { n: -1 } });""",
    "003_script.js": """
    await db.collection('stock').updateMany({ _id: { $lt: 50 } }, { $inc: { n: -100 } });
    await db.collection('stock').updateMany({ _id: { $gte: 100, $lt: 106 } }, { $inc: { n: -10 } });
    await db.collection('stock').updateMany({ _id: { $gte: 200, $lt: 212 } }, { $inc: { n: -10 } });
    await db.collection('fresh').deleteOne({ _id: 3 });""",
}


def fill(project):
    db = project.db.with_options(write_concern=WriteConcern(w=1))
    db.stock.create_index("n")
    db.target.create_index("k")
    db.stock.insert_many([{"_id": n, "n": 0, "s": f"s{n % 7}"} for n in range(DOCUMENTS)])
    db.old.insert_many([{"_id": n, "k": n} for n in range(20)])
    db.strict.insert_many([{"_id": n, "a": n, "n": 0} for n in range(10)])
    db.target.insert_many([{"_id": n, "k": n} for n in range(5)])
    db.merged.insert_many([{"_id": n, "n": 0} for n in range(0, 20, 3)])
    db.create_collection("capped", capped=True, size=100000)
    db.capped.insert_many([{"_id": n, "n": 0} for n in range(5)])
    db.create_collection("kept_series", timeseries={"timeField": "at"})
    project.db.kept_series.insert_one({"_id": 1, "at": datetime.datetime(2020, 1, 1), "n": 1})


def write_migrations(project, ending=""):
    """`ending` goes behind the last migration's `up`."""
    for name, up in UP.items():
        more = ending if name.startswith("003") else ""
        down = f"  async down(db, client) {{{DOWN[name]}\n  }},\n" if name in DOWN else ""
        project.migration(name, f"module.exports = {{\n  async up(db, client) {{{up}{more}\n  }},\n{down}}};\n")


def content(project):
    """What is there besides what was put aside. The buckets of a time-series have names of their own."""
    found = {name: facts for name, facts in snapshot(project.db).items()
             if not name.startswith(("godwit_trash", "system.buckets."))}
    found["measured"] = [sorted(doc.items()) for doc in project.db.kept_series.find(sort=[("_id", 1)])]
    return found


def references(project):
    """The database after none, one, two, three of the migrations; they are applied in the end."""
    fill(project)
    write_migrations(project)
    states = [content(project)]
    for _ in UP:
        project.ok("up", "--steps", "1")
        states.append(content(project))
    for state in reversed(states[:-1]):
        project.ok("down")
        assert content(project) == state, "a down() of the shop does not revert exactly"
    project.ok("up")
    assert content(project) == states[-1]
    return states


def expire_lease(project):
    """Its time has passed, without waiting for that."""
    project.db.godwit_lease.update_one({"_id": "migrate", "expiresAt": {"$exists": True}}, {"$set": {"expiresAt": LONG_AGO}})


def check_status(project, states):
    """What `status` says is what is there."""
    status = project.ok("status", "--json").json
    rows = status["migrations"]
    is_told = any(row["unfinished"] or row["status"] == "running" for row in rows)
    done = [row["id"] for row in rows if row["status"] == "completed"]
    assert done == [row["id"] for row in rows][:len(done)] and status["applied"] == len(done), rows
    assert is_told or content(project) == states[len(done)], f"status says {rows}, and that is not so"
    for row in rows:
        assert is_told or row["undo"] == ("yes" if row["status"] == "completed" else None), row
    return is_told


def check_nothing_is_left(project):
    """No job in the middle, nothing put aside that no journal knows of, no entry without a job."""
    jobs = {job["_id"]: job["status"] for job in project.db.godwit_jobs.find()}
    assert set(jobs.values()) <= {"done", "undone", "pruned"}, jobs
    known = set()
    for entry in project.db.godwit_journal.find({"kind": {"$exists": True}}, {"data": 0}):
        assert jobs.get(entry["job"]) == "done", (jobs.get(entry["job"]), entry)
        known.add(entry.get("facts", {}).get("trash"))
    trash = {name for name in project.db.list_collection_names() if name.startswith("godwit_trash")}
    assert trash <= known, trash - known


def check_end(project, states):
    """`up` brings it to the end, and it is as without any crash."""
    result = project.ok("up", "--wait", "30")
    found, wanted = content(project), states[-1]
    assert found == wanted, [(name, wanted.get(name), found.get(name)) for name in {*found, *wanted}
                             if found.get(name) != wanted.get(name)]
    check_nothing_is_left(project)
    check_history(project)
    return result


def check_history(project):
    """Each migration that is applied was said to be, once for each run that did it."""
    told = [(row["migrationId"], row["run"]) for row in
            project.db.godwit_history.find({"result": "completed", "migrationId": {"$exists": True}})]
    assert len(told) == len(set(told)), told
    assert {migration for migration, _ in told} == {row["migrationId"] for row in project.db.migrations.find()}, told


@contextlib.contextmanager
def short_transactions(client, seconds=4):
    """What a dead process left open is ended soon, and not after a minute."""
    old = client.admin.command({"getParameter": 1, "transactionLifetimeLimitSeconds": 1})
    client.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": seconds})
    try:
        yield
    finally:
        client.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": old["transactionLifetimeLimitSeconds"]})
