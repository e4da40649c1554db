#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes that are gathered and sent together: nobody can see that they were."""
import importlib.machinery
import importlib.util
import pathlib
import sys

import bson

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from godwit import main  # noqa: E402

OFF = {"GODWIT_WRITE_BEHIND": "false"}


def journal_tests():
    loader = importlib.machinery.SourceFileLoader("journal_tests", str(HERE / "journal.t"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("journal_tests", loader))
    loader.exec_module(module)
    return module


JOURNAL = journal_tests()


def seed(project, count=5000):
    project.db.things.insert_many([{"_id": n, "n": n, "text": f"t{n}"} for n in range(count)])


def transactions(project):
    """How many commits the server has had: a write by itself is one, so are those sent together."""
    return project.client.admin.command("serverStatus")["transactions"]["totalCommitted"]


def up(project, body, **options):
    project.up_down("001_a.js", "const c = db.collection('things');\n" + body)
    return project.ok("up", **options)


def both_ways(project, body):
    """The collection after `body`, gathered and one by one: they have to be the same."""
    seed(project, 50)
    up(project, body)
    gathered = list(project.db.things.find().sort("_id", 1))
    project.ok("undo", "001_a", "--yes")
    assert list(project.db.things.find().sort("_id", 1)) == [
        {"_id": n, "n": n, "text": f"t{n}"} for n in range(50)]
    project.ok("up", env=OFF)
    assert list(project.db.things.find().sort("_id", 1)) == gathered
    return gathered


def test_a_loop_of_awaited_updates_takes_few_transactions(project):
    seed(project)
    before = transactions(project)
    result = up(project, "for await (const doc of c.find()) "
                         "await c.updateOne({ _id: doc._id }, { $set: { n: -doc.n } });")
    assert transactions(project) - before < 60
    assert all(doc["n"] == -doc["_id"] for doc in project.db.things.find())
    assert "did not await" not in result.err, result
    assert project.record("001_a")["documentsAffected"] == 5000


def test_a_loop_holds_a_few_megabytes_of_what_it_reads(project):
    project.db.things.insert_many([{"_id": n, "n": n, "text": "x" * 1000} for n in range(12000)])
    project.db.command("profile", 2)
    up(project, "let read = 0; for await (const doc of c.find()) read += doc.text.length; console.log(read);"
                "for await (const doc of c.find().batchSize(7000)) read -= doc.text.length; console.log(read);")
    project.db.command("profile", 0)
    read = list(project.db.system.profile.find({"ns": f"{project.database}.things", "op": {"$in": ["query", "getmore"]}},
                                               sort=[("ts", 1)]))
    sizes = [reply["responseLength"] for reply in read if reply["nreturned"] > 1000]
    assert sum(reply["nreturned"] for reply in read) >= 24000
    assert sizes[-2] > 6e6 and max(sizes[:-2]) < 5e6, sizes  # the last two are as the script wants them


def test_it_can_be_switched_off(project):
    seed(project, 100)
    up(project, "for await (const doc of c.find()) await c.updateOne({ _id: doc._id }, { $inc: { n: 1 } });", env=OFF)
    # Each has an entry of its own.
    assert project.db.godwit_journal.count_documents({"kind": "docs"}) == 100


def test_results_tell_the_truth_when_looked_at(project):
    seed(project, 10)
    result = up(project, """
        const one = await c.updateOne({ _id: 1 }, { $set: { n: 100 } });
        console.log('one', one.matchedCount, one.modifiedCount, one.acknowledged, one.upsertedId, one.upsertedCount);
        const same = await c.updateOne({ _id: 2 }, { $set: { n: 2 } });
        const none = await c.updateOne({ _id: 'nobody' }, { $set: { n: 2 } });
        const gone = await c.deleteOne({ _id: 3 });
        const never = await c.deleteOne({ _id: 3 });
        console.log('same', same.matchedCount, same.modifiedCount, 'none', none.matchedCount, none.modifiedCount);
        console.log('gone', gone.deletedCount, 'never', never.deletedCount);
    """)
    assert "one 1 1 true null 0" in result.out, result
    assert "same 1 0 none 0 0" in result.out, result
    assert "gone 1 never 0" in result.out, result


def test_results_that_were_kept_tell_the_truth_at_the_end(project):
    seed(project)
    result = up(project, """
        const results = await Promise.all([...Array(5100).keys()].map((n) =>
          c.updateOne({ _id: n }, { $set: { n: n % 2 ? n : -1 } })));
        const sum = (name) => results.reduce((all, each) => all + each[name], 0);
        console.log('sums', sum('matchedCount'), sum('modifiedCount'), sum('upsertedCount'), results.length);
        const two = [await c.updateOne({ _id: 7 }, { $set: { n: 1 } }), await c.updateOne({ _id: 7 }, { $set: { n: 1 } }),
          await c.updateOne({ _id: 7 }, { $set: { n: 2 } })];
        console.log('twice', two.map((each) => each.modifiedCount).join());
    """)
    assert "sums 5000 2500 0 5100" in result.out, result
    assert "twice 1,0,1" in result.out, result


def test_results_look_like_the_drivers(project):
    seed(project, 3)
    result = up(project, """
        const result = await c.updateOne({ _id: 1 }, { $set: { n: 9 } });
        console.log(JSON.stringify(result), Object.keys(result).join(), 'matchedCount' in result);
        console.log(result, { ...await c.deleteOne({ _id: 2 }) });
        const { insertedId } = await c.insertOne({ _id: 'new' });
        console.log(insertedId, result.constructor === Object, result.nothing);
    """)
    assert ('{"acknowledged":true,"modifiedCount":1,"upsertedId":null,"upsertedCount":0,"matchedCount":1} '
            "acknowledged,modifiedCount,upsertedId,upsertedCount,matchedCount true") in result.out, result
    assert "{ acknowledged: true, deletedCount: 1 }" in result.out, result
    assert "modifiedCount: 1," in result.out and "new true undefined" in result.out, result


def test_reads_of_any_kind_see_what_was_written(project):
    seed(project, 20)
    up(project, """
        const is = (found, wanted) => { if (found !== wanted) throw new Error(`${found} and not ${wanted}`); };
        await c.updateOne({ _id: 1 }, { $set: { n: 'x' } });
        is((await c.findOne({ _id: 1 })).n, 'x');
        await c.insertOne({ _id: 'new', n: 'x' });
        is(await c.countDocuments({ n: 'x' }), 2);
        await c.deleteOne({ _id: 'new' });
        is((await c.aggregate([{ $match: { n: 'x' } }]).toArray()).length, 1);
        await c.updateOne({ _id: 2 }, { $set: { n: 'x' } });
        is((await db.command({ count: 'things', query: { n: 'x' } })).n, 2);
        await c.updateOne({ _id: 3 }, { $set: { n: 'x' } });
        is((await c.distinct('_id', { n: 'x' })).length, 3);
        await c.updateOne({ _id: 4 }, { $set: { n: 'x' } });
        is((await c.updateMany({ n: 'x' }, { $set: { n: 'y' } })).modifiedCount, 4);
        await c.updateOne({ _id: 5 }, { $set: { n: 'y' } });
        await client.withSession((session) => session.withTransaction(async () => {
          is(await c.countDocuments({ n: 'y' }, { session }), 5);
        }));
        await c.insertOne({ _id: 'late' });
        is(await db.collection('things').estimatedDocumentCount(), 21);
        await c.updateOne({ _id: 6 }, { $set: { n: 'z' } });
        await c.rename('others');
        is((await db.collection('others').findOne({ _id: 6 })).n, 'z');
    """)


def test_the_order_of_writes_to_one_document_is_kept(project):
    found = both_ways(project, """
        for (let n = 0; n < 50; n++) {
          await c.updateOne({ _id: n }, { $set: { a: 1 } });
          await c.updateOne({ _id: n }, { $inc: { a: 1 } });
          await c.deleteOne({ _id: n });
          await c.insertOne({ _id: n, again: true });
          await c.updateOne({ _id: n }, { $push: { list: n } });
          await c.replaceOne({ _id: n }, { list: [n, 1] });
          await c.updateOne({ _id: n }, { $push: { list: 2 } });
        }
    """)
    assert found == [{"_id": n, "list": [n, 1, 2]} for n in range(50)]


def test_numbers_of_all_types_are_one_id(project):
    found = both_ways(project, """
        const { Double, Long, Decimal128 } = require('mongodb');
        for (let round = 0; round < 100; round++) {
          await c.updateOne({ _id: 1 }, { $inc: { n: 1 } });
          await c.updateOne({ _id: new Double(1) }, { $mul: { n: 3 } });
          await c.updateOne({ _id: Long.fromNumber(1) }, { $bit: { n: { and: 255 } } });
          await c.updateOne({ _id: Decimal128.fromString('1') }, { $inc: { n: 1 } });
        }
    """.replace("{ $bit: { n: { and: 255 } } }", "[{ $set: { n: { $mod: ['$n', 255] } } }]"))
    n = 1
    for _ in range(100):
        n = (n + 1) * 3 % 255 + 1
    assert found[1]["n"] == n, found[1]


def test_values_that_move_along_a_unique_index_keep_their_order(project):
    seed(project)
    project.db.things.create_index("n", unique=True)
    up(project, "for (let n = 4999; n >= 0; n--) await c.updateOne({ _id: n }, { $inc: { n: 1 } });")
    assert all(doc["n"] == doc["_id"] + 1 for doc in project.db.things.find())
    project.ok("undo", "001_a", "--yes")
    assert all(doc["n"] == doc["_id"] for doc in project.db.things.find())


def test_a_write_that_fails_fails_the_migration_and_all_is_taken_back(project):
    seed(project)
    before = JOURNAL.snapshot(project.db)
    project.up_down("001_a.js", """const c = db.collection('things');
        for (let n = 0; n < 5000; n++) await c.updateOne({ _id: n }, { $set: { n: 0 } });
        await c.insertOne({ _id: 17 });
        for (let n = 0; n < 3000; n++) await c.updateOne({ _id: n }, { $set: { n: 1 } });""")
    result = project.fails(1, "up")
    assert "E11000" in result.err and "001_a.js:5" in result.err and "taken back" in result.err, result
    assert JOURNAL.snapshot(project.db) == before
    assert project.record("001_a")["status"] == "failed"


def test_the_last_write_of_all_can_fail_the_migration(project):
    seed(project, 5)
    project.up_down("001_a.js", "await db.collection('things').insertOne({ _id: 3 });")
    result = project.fails(1, "up")
    assert "E11000" in result.err and "001_a.js:3" in result.err, result
    assert project.record("001_a")["status"] == "failed"


def test_a_script_that_catches_gets_the_error_where_it_belongs(project):
    seed(project, 5)
    result = up(project, """
        let caught = [];
        for (const _id of [10, 3, 11]) {
          try { await c.insertOne({ _id }); } catch (error) { caught.push(error.code, error.name, _id); }
        }
        console.log('caught', caught.join(), await c.countDocuments());
    """)
    assert "caught 11000,MongoServerError,3 7" in result.out, result


def test_a_helper_that_catches_counts_as_well(project):
    seed(project, 5)
    project.migration("../lib/quiet.js",
                      "exports.quiet = async (f) => { try { return await f(); } catch (e) { return e.code; } };")
    result = up(project, """
        const { quiet } = require('../lib/quiet.js');
        console.log('code', await quiet(() => c.insertOne({ _id: 3 })));
    """)
    assert "code 11000" in result.out, result


def test_writes_nobody_awaits_are_done(project):
    seed(project)
    result = up(project, "c.find().forEach((doc) => { c.updateOne({ _id: doc._id }, { $set: { n: 'done' } }); });")
    assert project.db.things.count_documents({"n": "done"}) == 5000, result


def test_what_was_gathered_goes_out_while_the_script_waits(project):
    seed(project, 10)
    up(project, """
        await c.updateOne({ _id: 1 }, { $set: { n: 'sent' } });
        const { execFileSync } = require('node:fs');
        await new Promise((resolve) => setTimeout(resolve, 50));
        await c.updateOne({ _id: 2 }, { $set: { n: 'sent' } });
    """.replace("const { execFileSync } = require('node:fs');\n", ""))
    assert project.db.things.count_documents({"n": "sent"}) == 2


def test_two_collections_in_turns(project):
    seed(project)
    before = transactions(project)
    up(project, """
        for await (const doc of c.find()) {
          await db.collection('copy').insertOne({ ...doc, moved: true });
          await c.deleteOne({ _id: doc._id });
        }
    """)
    assert project.db.things.count_documents({}) == 0 and project.db.copy.count_documents({"moved": True}) == 5000
    assert transactions(project) - before < 80
    project.ok("undo", "001_a", "--yes")
    assert project.db.things.count_documents({}) == 5000 and "copy" not in project.db.list_collection_names()


def is_made_up(value):
    return isinstance(value, bson.ObjectId) and value.generation_time.year >= 2025


def plain(value):
    """Without what differs from run to run: ids and times that were made up."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if is_made_up(value) or type(value).__name__ in ("datetime", "Timestamp"):
        return type(value).__name__
    return value


def contents(project):
    found = {}
    for info in project.db.list_collections():
        if JOURNAL.is_ours(info["name"]) or info["name"].startswith("system."):
            continue
        docs = list(project.db[info["name"]].find())
        if info["type"] == "timeseries":
            # It keeps its columns apart, and puts documents together in any order of them.
            docs = [dict(sorted(doc.items())) for doc in docs]
        docs = sorted(repr(plain(doc)) for doc in docs)
        indexes = [] if info["type"] == "view" else sorted(
            str(index.to_dict()) for index in project.db[info["name"]].list_indexes())
        found[info["name"]] = [info["type"], info["options"], docs, indexes]
    return found


def make(name, changes):
    def same(project):
        JOURNAL.seed(project)
        project.up_down("001_a.js", changes)
        project.ok("up")
        gathered = contents(project)
        counted = project.record("001_a")["documentsAffected"]
        for each in project.db.list_collection_names():
            if not each.startswith("system."):
                project.db.drop_collection(each)
        JOURNAL.seed(project)
        project.ok("up", env=OFF)
        assert contents(project) == gathered
        assert project.record("001_a")["documentsAffected"] == counted

    word = "".join(c if c.isalnum() else "_" for c in name)
    globals()[f"test_{word}_is_the_same_one_by_one"] = same


for title, change in JOURNAL.CHANGES.items():
    if "randomBytes" not in change:
        make(title, change)


if __name__ == "__main__":
    main(globals())
