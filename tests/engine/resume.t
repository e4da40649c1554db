#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""up --resume: a migration whose process died goes on where it was, each document once; and where that can't be
done without a doubt, it is taken back and runs from its beginning."""
import pathlib
import sys

import bson
import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "fault")]
import shop  # noqa: E402
from godwit import URI, main  # noqa: E402
from snapshot import snapshot  # noqa: E402

COUNT = 15000
CHUNKS_BEFORE = "transaction.committed:5"  # with the first of a sweep in chunks of 1,000, that may grow to 2,000


def seed(project, count=COUNT, ids=lambda n: n):
    project.db.things.insert_many([{"_id": ids(n), "n": 0, "k": n, "half": n % 2} for n in range(count)])


def crash(project, body, at=CHUNKS_BEFORE, name="001_a.js"):
    """Run it until the process dies."""
    project.up_down(name, "const c = db.collection('things');\n" + body)
    project.fails(137, "up", env={"GODWIT_CRASH_AT": at})
    shop.expire_lease(project)


def changed(project):
    """How many documents were changed how many times."""
    return {row["_id"]: row["count"] for row in project.db.things.aggregate(
        [{"$group": {"_id": "$n", "count": {"$sum": 1}}}])}


def results(project, migration="001_a"):
    return [row["result"] for row in project.db.godwit_history.find({"migrationId": migration}, sort=[("at", 1)])]


def resumes(project, *words):
    result = project.ok("up", "--resume", *words)
    assert "goes on where an earlier run ended" in result.err, result
    assert "taken back" not in result.err, result
    assert results(project)[-2:] == ["resumed", "completed"], results(project)
    return result


def starts_over(project, why):
    """It says why, and runs from its beginning."""
    result = project.ok("up", "--resume")
    assert "can't go on where it was" in result.err and why in result.err, result
    assert results(project)[-1] == "completed" and "rolled_back" in results(project), results(project)
    return result


def goes_on(project, body, count=COUNT, at=CHUNKS_BEFORE, half=True):
    """As without a crash, each document once, and undone to what was there before."""
    before = snapshot(project.db)
    crash(project, body, at)
    assert not half or 0 < changed(project).get(1, 0) < count, changed(project)
    result = resumes(project)
    assert changed(project).get(1) == count and set(changed(project)) <= {0, 1}, changed(project)
    project.ok("undo", "001_a", "--yes")
    after = {name: facts for name, facts in snapshot(project.db).items() if name in before}
    assert after == before
    return result


def test_an_update_of_many_goes_on_at_its_chunk(project):
    seed(project)
    result = goes_on(project, "const r = await c.updateMany({}, { $inc: { n: 1 } });"
                     "console.log('matched', r.matchedCount, 'modified', r.modifiedCount);")
    assert f"matched {COUNT} modified {COUNT}" in result.out, result
    assert f"applied 001_a ({COUNT:,} documents" in result.out, result


def test_so_does_one_with_object_ids_and_strings_and_dates(project):
    for number, ids in enumerate([lambda n: bson.ObjectId(), lambda n: f"é{n}" * (n % 3 + 1), lambda n: n - 4500,
                                  lambda n: bson.Int64(n << 33), lambda n: bson.Binary(bytes(n % 40) + str(n).encode())]):
        seed(project, ids=ids)
        goes_on(project, "await c.updateMany({}, { $inc: { n: 1 } });")
        project.client.drop_database(project.database)


def test_where_many_are_left_the_ranges_between_are_walked(project):
    seed(project, 20000)
    goes_on(project, "await c.updateMany({}, { $inc: { n: 1 } });", 20000)


def test_ids_of_many_types_go_on_as_well(project):
    kinds = [lambda n: n, lambda n: f"s{n}", lambda n: bson.ObjectId(), lambda n: {"a": n}, lambda n: n + 0.5]
    seed(project, ids=lambda n: kinds[n % len(kinds)](n))
    goes_on(project, "await c.updateMany({}, { $inc: { n: 1 } });")


def test_what_an_index_finds_goes_on(project):
    seed(project)
    project.db.things.create_index("half")
    goes_on(project, "const r = await c.updateMany({ half: 1 }, { $inc: { n: 1 } }); console.log(r.modifiedCount);",
            COUNT // 2, "transaction.committed:2")


def test_what_moves_along_its_index_goes_on(project):
    seed(project)
    project.db.things.create_index("n")
    goes_on(project, "await c.updateMany({ n: { $gte: 0 } }, { $inc: { n: 1 } });")


def test_a_filter_that_no_longer_matches_goes_on(project):
    seed(project)
    result = goes_on(project, "const r = await c.updateMany({ n: 0 }, { $inc: { n: 1 } });"
                     "console.log('matched', r.matchedCount);")
    assert f"matched {COUNT}" in result.out, result


def test_an_upsert_that_found_something_inserts_nothing(project):
    seed(project, 3000)
    crash(project, "await c.updateMany({ n: 0 }, { $inc: { n: 1 } }, { upsert: true }); await db.collection('x').drop();",
          "transaction.committed:3")
    project.db.things.update_many({"n": 0}, {"$set": {"n": 5}})  # somebody does the rest
    resumes(project)
    assert project.db.things.count_documents({}) == 3000


def test_deleting_goes_on(project):
    seed(project)
    before = snapshot(project.db)
    crash(project, "const r = await c.deleteMany({ half: 1 }); console.log('deleted', r.deletedCount);",
          "transaction.committed:3")
    assert COUNT // 2 < project.db.things.count_documents({}) < COUNT
    assert f"deleted {COUNT // 2}" in resumes(project).out
    assert project.db.things.count_documents({}) == COUNT // 2
    project.ok("undo", "001_a", "--yes")
    assert {"things": snapshot(project.db)["things"]} == {"things": before["things"]}


def test_a_function_goes_on(project):
    seed(project)
    result = goes_on(project, "const { sweep } = require('godwit');"
                     "const r = await sweep(c, {}, (doc) => ({ $set: { n: doc.n + 1 } }));"
                     "console.log('matched', r.matchedCount, r.modifiedCount);")
    assert f"matched {COUNT} {COUNT}" in result.out, result


def test_a_function_that_was_changed_does_not(project):
    seed(project)
    body = "const { sweep } = require('godwit'); const s = require('../s.js'); await sweep(c, {}, s);"
    helper = project.folder / "s.js"
    helper.write_text("module.exports = (doc) => ({ $set: { n: doc.n + 1 } });")
    crash(project, body)
    helper.write_text("module.exports = (doc) => ({ $set: { n: doc.n + 2 } });")
    starts_over(project, "'sweep' of")
    assert changed(project) == {2: COUNT}


def test_what_came_before_is_not_done_again(project):
    seed(project)
    body = """
    console.log('there', await c.countDocuments({ n: 0 }));
    const f = db.collection('fresh');
    await f.insertMany([{ _id: 1, n: 0 }, { _id: 2, n: 0 }]);
    console.log('got', JSON.stringify(await f.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' })));
    console.log('none', (await f.updateOne({ _id: 9 }, { $inc: { n: 1 } })).matchedCount);
    await db.createCollection('made');
    await db.collection('old').drop();
    await c.createIndex({ k: 1 });
    await db.collection('lax').aggregate([{ $match: {} }, { $out: 'copied' }]).toArray();
    await c.updateMany({}, { $inc: { n: 1 } });
    console.log('ones', await c.countDocuments({ n: 1 }));
    await f.updateOne({ _id: 2 }, { $inc: { n: 1 } });"""
    project.db.old.insert_one({"_id": 1})
    project.db.lax.insert_one({"_id": 1})
    result = goes_on(project, body, at="transaction.committed:14")
    assert f"there {COUNT}" in result.out and "none 0" in result.out and f"ones {COUNT}" in result.out, result
    assert '{"_id":1,"n":1}' in result.out, result
    assert project.db.fresh.count_documents({}) == 0  # undone


def test_single_writes_are_each_done_once(project):
    seed(project, 50)
    crash(project, "try { for (let k = 0; k < 50; k++) { await c.updateOne({ _id: k }, { $inc: { n: 1 } });"
          "  if (k < 20) await new Promise((go) => setTimeout(go, 0)); } }"
          "catch (e) { throw e; }",
          "transaction.committed:20")
    assert 19 <= changed(project)[1] < 30, changed(project)
    resumes(project)
    assert changed(project) == {1: 50}


def test_gathered_writes_are_each_done_once(project):
    seed(project, 5000)
    crash(project, "for (let k = 0; k < 5000; k++) await c.updateOne({ _id: k }, { $inc: { n: 1 } });"
          "await db.collection('x').insertOne({ _id: 1 });", "transaction.committed:6")
    half = changed(project)[1]
    assert 0 < half <= 5000, half
    project.ok("up", "--resume")
    assert changed(project) == {1: 5000}


def test_a_loop_over_what_it_changes_starts_over(project):
    seed(project, 200)
    crash(project, "for (const d of await c.find({ n: 0 }).toArray()) {"
          " try { await c.updateOne({ _id: d._id }, { $set: { n: d.n + 1 } }); } catch (e) { throw e; } }",
          "transaction.committed:4")
    starts_over(project, "what it reads is not what it read then")
    assert changed(project) == {1: 200}


def test_what_somebody_changed_that_it_reads_starts_over(project):
    seed(project)
    project.db.rate.insert_many([{"_id": n, "text": "x" * 100} for n in range(100)])
    body = "const r = await db.collection('rate').find().toArray(); await c.updateMany({}, { $inc: { n: r.length } });"
    crash(project, body)
    project.db.rate.delete_one({"_id": 5})
    starts_over(project, "what it reads is not what it read then")
    assert changed(project) == {99: COUNT}


def test_another_value_starts_over(project):
    seed(project)
    crash(project, "await c.updateMany({}, { $set: { at: new Date() }, $inc: { n: 1 } });")
    result = starts_over(project, "'update' of")
    assert changed(project) == {1: COUNT} and len(project.db.things.distinct("at")) == 1, result


def test_a_file_that_was_edited_starts_over(project):
    seed(project)
    crash(project, "await c.updateMany({}, { $inc: { n: 1 } });")
    path = project.folder / "migrations" / "001_a.js"
    path.write_text(path.read_text() + "// better\n")
    starts_over(project, "its file, or godwit, is another one")
    assert changed(project) == {1: COUNT}


def test_a_script_that_does_less_starts_over(project):
    seed(project)
    project.environment["MORE"] = "yes"
    crash(project, "if (process.env.MORE) await c.updateMany({}, { $inc: { n: 1 } });")
    del project.environment["MORE"]
    starts_over(project, "it ended before it did all")
    assert changed(project) == {0: COUNT}


def test_a_transaction_of_its_own_starts_over(project):
    seed(project, 5000)
    crash(project, "const s = client.startSession(); await s.withTransaction(async () => {"
          "await c.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: s }); }); await s.endSession();"
          "await c.updateMany({ _id: { $ne: 1 } }, { $inc: { n: 1 } });", "transaction.committed:2")
    starts_over(project, "a transaction of its own")
    assert changed(project) == {1: 5000}


def test_a_capped_collection_starts_over(project):
    seed(project)
    project.db.create_collection("capped", capped=True, size=10000)
    project.db.capped.insert_one({"_id": 1, "n": 0})
    crash(project, "await db.collection('capped').updateOne({ _id: 1 }, { $inc: { n: 1 } });"
          "await c.updateMany({}, { $inc: { n: 1 } });")
    starts_over(project, "no transaction can hold")
    assert changed(project) == {1: COUNT} and project.db.capped.find_one()["n"] == 1


def test_a_time_series_starts_over(project):
    seed(project)
    crash(project, "await db.createCollection('series', { timeseries: { timeField: 'at' } });"
          "await db.collection('series').insertOne({ _id: 1, at: new Date(1e9) });"
          "await c.updateMany({}, { $inc: { n: 1 } });", "transaction.committed:7")
    starts_over(project, "time-series")
    assert changed(project) == {1: COUNT} and project.db.series.count_documents({}) == 1


def test_several_at_a_time_start_over(project):
    seed(project, 3000)
    crash(project, "await Promise.all([c.updateMany({ half: 0 }, { $inc: { n: 1 } }),"
          "c.updateMany({ half: 1 }, { $inc: { n: 1 } }), db.collection('x').insertOne({ _id: 1 })]);", "transaction.committed:5")
    project.ok("up", "--resume")
    assert changed(project) == {1: 3000} and project.db.x.count_documents({}) == 1


def test_a_deed_that_may_be_half_done_starts_over(project):
    project.db.old.insert_one({"_id": 1})
    crash(project, "await db.collection('fresh').insertOne({ _id: 1 }); await db.collection('old').drop();", "drop.aside:1")
    starts_over(project, "in the middle of 'drop'")
    assert "old" not in project.db.list_collection_names()


def test_an_index_that_may_be_half_built_is_built(project):
    seed(project, 100)
    for point in ["schema.announced:1", "schema.done:1"]:
        crash(project, "await c.updateMany({}, { $inc: { n: 1 } }); await c.createIndex({ k: 1 });"
              "await c.updateMany({}, { $set: { z: 1 } });", point)
        resumes(project)
        assert "k_1" in project.db.things.index_information() and changed(project) == {1: 100}
        project.ok("undo", "001_a", "--yes")
        assert "k_1" not in project.db.things.index_information() and changed(project) == {0: 100}


def test_a_damaged_journal_starts_over_or_stops(project):
    seed(project)
    crash(project, "await db.collection('x').insertOne({ _id: 1 }); await c.updateMany({}, { $inc: { n: 1 } });")
    project.db.godwit_journal.update_many({"trace": {"$exists": True}}, {"$unset": {"trace.past": 1}})
    starts_over(project, "lacks a step")
    assert changed(project) == {1: COUNT}


def test_a_failure_after_that_takes_all_of_it_back(project):
    seed(project)
    before = snapshot(project.db)
    crash(project, "await c.updateMany({}, { $inc: { n: 1 } }); throw new Error('on purpose');")
    result = project.fails(1, "up", "--resume")
    assert "on purpose" in result.err and f"taken back: {COUNT} documents" in result.err, result
    assert {"things": snapshot(project.db)["things"]} == {"things": before["things"]}
    assert results(project) == ["resumed", "failed"]


def test_a_second_crash_can_be_gone_on_from_as_well(project):
    count = 20000  # each crash comes while other threads' chunks are on their way: enough must be left behind both
    seed(project, count)
    crash(project, "await c.updateMany({}, { $inc: { n: 1 } });")
    first = changed(project)[1]
    project.fails(137, "up", "--resume", env={"GODWIT_CRASH_AT": "transaction.committed:2"})
    shop.expire_lease(project)
    assert first < changed(project)[1] < count
    resumes(project)
    assert changed(project) == {1: count}
    assert project.db.godwit_jobs.find_one()["resumed"] == 2


def test_without_the_option_it_is_taken_back_first(project):
    seed(project)
    crash(project, "await c.updateMany({}, { $inc: { n: 1 } });")
    assert "up --resume goes on" in project.ok("status").out
    result = project.ok("up")
    assert "what it had changed was taken back" in result.err and changed(project) == {1: COUNT}, result


def test_where_nothing_died_it_is_an_up(project):
    seed(project, 10)
    project.up_down("001_a.js", "await db.collection('things').updateMany({}, { $inc: { n: 1 } });")
    result = project.ok("up", "--resume")
    assert "applied 001_a" in result.out and "goes on" not in result.err and results(project) == ["completed"]
    assert "nothing is pending" in project.ok("up", "--resume").out


def test_one_that_is_not_asked_for_is_taken_back(project):
    seed(project)
    crash(project, "await c.updateMany({}, { $inc: { n: 1 } });")
    project.up_down("002_b.js", "await db.collection('x').insertOne({ _id: 1 });")
    result = project.ok("up", "--resume", "--only", "002_b")
    assert "it is not the first one to apply" in result.err and changed(project) == {0: COUNT}, result


def test_those_behind_it_are_applied_as_well(project):
    seed(project)
    crash(project, "await c.updateMany({}, { $inc: { n: 1 } });")
    project.up_down("002_b.js", "await db.collection('things').updateMany({}, { $inc: { n: 1 } });")
    resumes(project)
    assert changed(project) == {2: COUNT} and results(project, "002_b") == ["completed"]


def test_node_goes_on_too(project):
    seed(project)
    project.configure(engine="node")
    goes_on(project, "console.log('there', await c.countDocuments({})); await c.updateMany({}, { $inc: { n: 1 } });")


def test_a_list_of_commands_goes_on_too(project):
    seed(project)
    project.migration("000001_a.up.json", '[{"update": "things", "updates": '
                      '[{"q": {}, "u": {"$inc": {"n": 1}}, "multi": true}]}]')
    project.fails(137, "up", env={"GODWIT_CRASH_AT": CHUNKS_BEFORE})
    shop.expire_lease(project)
    assert 0 < changed(project)[1] < COUNT
    assert "goes on where an earlier run ended" in project.ok("up", "--resume").err
    assert changed(project) == {1: COUNT}


with pymongo.MongoClient(URI) as client, shop.short_transactions(client, 2):
    main(globals())
