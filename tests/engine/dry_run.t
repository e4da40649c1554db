#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A dry run shows what `up` would do, operation by operation, and leaves no trace in the database: no
document, no record, no lease, no entry in the oplog."""
import contextlib
import json
import pathlib
import sys

import pymongo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from godwit import main  # noqa: E402
from harness.mongod import Mongod  # noqa: E402

SERVER_OWN = ("local", "config", "admin")


def hashes(client):
    return {name: client[name].command("dbHash")["collections"]
            for name in client.list_database_names() if name not in SERVER_OWN}


def last_entry(client):
    return client.local["oplog.rs"].find().sort("$natural", -1).limit(1).next()["ts"]


def entries_since(client, ts):
    """What changed any database but the server's own."""
    return [entry for entry in client.local["oplog.rs"].find({"ts": {"$gt": ts}, "op": {"$ne": "n"}})
            if entry["ns"].split(".")[0] not in ("config", "local")]


@contextlib.contextmanager
def untouched(project):
    """Fails where the server holds anything else afterwards."""
    before, ts = hashes(project.client), last_entry(project.client)
    names = project.client.list_database_names()
    yield
    assert hashes(project.client) == before
    assert project.client.list_database_names() == names
    assert entries_since(project.client, ts) == []


def dry(project, *words, status=0, verb="up"):
    with untouched(project):
        result = project.run(verb, "--dry-run", "--json", *words)
    assert result.status == status, repr(result)
    return result.json


def operations(project, up, **options):
    """What a migration of this body would do."""
    project.up_down("001_m.js", up)
    answer = dry(project, **options)
    return answer["migrations"][0]["operations"] if not options.get("status") else answer


def one(project, up, **options):
    found = operations(project, up, **options)
    assert len(found) == 1, found
    return found[0]


def fill(project, count=5, name="c"):
    project.db[name].insert_many([{"_id": i, "n": i, "kind": i % 2} for i in range(count)])


def test_update_many_is_counted_shown_and_explained(project):
    fill(project)
    found = one(project, "await db.collection('c').updateMany({kind: 1}, {$set: {kind: 1, x: 'y'}});")
    assert (found["what"], found["namespace"]) == ("updateMany", project.database + ".c")
    assert (found["operations"], found["matched"], found["changed"]) == (1, 2, 2)
    assert found["access"] == "collection scan" and not found["destructive"]
    assert found["samples"][0] == {"before": {"_id": 1, "n": 1, "kind": 1},
                                   "after": {"_id": 1, "n": 1, "kind": 1, "x": "y"}}
    assert found["call"] == "{kind: ?} -> {$set: {kind: ?, x: ?}}"
    assert found["estimatedTime"] >= 0 and "old fields back" in found["undo"]


def test_an_index_that_serves_the_filter_is_named(project):
    fill(project)
    project.db.c.create_index("kind")
    found = one(project, "await db.collection('c').updateMany({kind: 1}, {$inc: {n: 1}});")
    assert found["access"] == "index kind_1"
    found = one(project, "await db.collection('c').updateOne({_id: 1}, {$inc: {n: 1}});")
    assert found["access"] == "index _id_" and found["what"] == "updateOne"


def test_what_matches_and_what_changes_are_two_numbers(project):
    fill(project, 4)
    found = one(project, "await db.collection('c').updateMany({}, {$set: {kind: 0}});")
    assert (found["matched"], found["changed"]) == (4, 2)


def test_a_loop_of_updates_is_one_line(project):
    fill(project, 300)
    found = one(project, """
      for await (const doc of db.collection('c').find({}).batchSize(7)) {
        const r = await db.collection('c').updateOne({_id: doc._id}, {$set: {n: String(doc.n)}});
        if (r.modifiedCount !== 1) throw new Error('not seen');
      }""")
    assert (found["operations"], found["matched"], found["changed"]) == (300, 300, 300)
    assert len(found["samples"]) == 3


def test_inserts_deletes_and_replacements(project):
    fill(project)
    found = operations(project, """
      await db.collection('c').insertMany([{_id: 10}, {_id: 11, a: {b: 1}}]);
      await db.collection('c').deleteMany({kind: 0});
      await db.collection('c').deleteOne({_id: 10});
      await db.collection('c').replaceOne({_id: 1}, {z: 1});
      await db.collection('c').findOneAndUpdate({_id: 3}, {$set: {q: 1}});
      await db.collection('c').findOneAndDelete({_id: 3});
      await db.collection('c').updateOne({_id: 77}, {$set: {up: 1}}, {upsert: true});""")
    by = {row["what"]: row for row in found}
    assert [row["what"] for row in found] == ["insert", "deleteMany", "deleteOne", "replaceOne",
                                              "findOneAndUpdate", "findOneAndDelete", "updateOne"]
    assert by["insert"]["changed"] == 2 and by["insert"]["operations"] == 2
    assert by["insert"]["samples"][1] == {"before": None, "after": {"_id": 11, "a": {"b": 1}}}
    assert by["deleteMany"]["changed"] == 3 and by["deleteMany"]["destructive"]
    assert by["deleteMany"]["samples"][0]["after"] is None
    assert by["deleteOne"]["changed"] == 1
    assert by["replaceOne"]["samples"][0]["after"] == {"_id": 1, "z": 1}
    assert by["findOneAndUpdate"]["samples"][0]["after"]["q"] == 1
    assert by["findOneAndDelete"]["destructive"]
    assert (by["updateOne"]["matched"], by["updateOne"]["changed"]) == (0, 1)


def test_an_unset_is_destructive(project):
    fill(project)
    assert one(project, "await db.collection('c').updateMany({}, {$unset: {n: 1}});")["destructive"]


def test_a_bulk_write_is_told_apart_by_shape(project):
    fill(project)
    found = operations(project, """
      const r = await db.collection('c').bulkWrite([
        {updateOne: {filter: {_id: 0}, update: {$set: {a: 1}}}},
        {updateOne: {filter: {_id: 1}, update: {$set: {a: 1}}}},
        {updateMany: {filter: {kind: 1}, update: {$inc: {n: 1}}}},
        {insertOne: {document: {_id: 50}}},
        {deleteOne: {filter: {_id: 0}}}]);
      if (r.modifiedCount !== 4 || r.insertedCount !== 1 || r.deletedCount !== 1)
        throw new Error(JSON.stringify(r));""")
    assert [(row["what"], row["changed"]) for row in found] == [
        ("updateOne", 2), ("updateMany", 2), ("insert", 1), ("deleteOne", 1)]


def test_later_operations_see_earlier_ones(project):
    fill(project)
    operations(project, """
      const c = db.collection('c');
      await c.updateMany({}, {$set: {seen: true}});
      if (await c.countDocuments({seen: true}) !== 5) throw new Error('countDocuments');
      if ((await c.distinct('seen')).length !== 1) throw new Error('distinct');
      if ((await c.find({seen: true}).toArray()).length !== 5) throw new Error('find');
      if (await db.command({count: 'c', query: {seen: true}}).then(r => r.n) !== 5) throw new Error('count');
      await db.collection('fresh').insertOne({a: 1});
      const names = (await db.listCollections().toArray()).map(c => c.name).sort();
      if (names.join() !== 'c,fresh') throw new Error(names.join());""")
    assert project.db.list_collection_names() == ["c"]


def test_the_next_migration_goes_on_where_the_first_one_ended(project):
    project.up_down("001_a.js", "await db.collection('c').insertOne({_id: 1});"
                    "await db.collection('c').createIndex({a: 1}, {unique: true});")
    project.up_down("002_b.js", "if (!await db.collection('c').findOne({_id: 1})) throw new Error('gone');"
                    "await db.collection('c').rename('d');")
    project.up_down("003_c.js", "if (!await db.collection('d').findOne({_id: 1})) throw new Error('gone');")
    answer = dry(project)
    assert [row["status"] for row in answer["migrations"]] == ["passed"] * 3
    assert project.database not in project.client.list_database_names()


def test_a_unique_index_finds_duplicates(project):
    project.db.c.insert_many([{"a": 1}, {"a": 1}, {"a": 2}, {"b": 3}])
    answer = operations(project, "await db.collection('c').createIndex({a: 1}, {unique: true});", status=1)
    found = answer["migrations"][0]["operations"][0]
    assert answer["migrations"][0]["status"] == "failed"
    assert "E11000 duplicate key error" in answer["error"]["message"], answer["error"]
    assert "dup key: { \"a\" : 1 }" in found["error"], found
    assert any("1 values in 2 documents" in text for text in found["findings"]), found
    real = project.run("up", "--json")
    assert real.status == 1 and "E11000" in real.json["error"]["message"]


def test_unique_indexes_over_arrays_sparse_and_partial_ones(project):
    project.db.c.insert_many([{"tags": ["x", "x"]}, {"tags": ["y"]}, {"s": 1}, {"s": 2}, {"p": 1, "on": True},
                              {"p": 1}])
    operations(project, "const c = db.collection('c');"
               "await c.createIndex({s: 1}, {unique: true, sparse: true});"
               "await c.createIndex({p: 1}, {unique: true, partialFilterExpression: {on: true}});"
               "await c.createIndex({tags: 1}, {unique: true, sparse: true});")
    project.db.c.insert_one({"tags": ["q", "y"]})
    answer = operations(project, "await db.collection('c').createIndex({tags: 1}, {unique: true, sparse: true});",
                        status=1)
    assert "y" in answer["error"]["message"]
    project.db.e.insert_many([{"a": [{"b": 1}, {"b": 1}]}, {"a": {"b": 2}}])
    operations(project, "await db.collection('e').createIndex({'a.b': 1}, {unique: true});")
    project.db.e.insert_one({"a": [{"b": 2}]})
    operations(project, "await db.collection('e').createIndex({'a.b': 1}, {unique: true});", status=1)


def test_the_server_judges_what_an_index_is(project):
    fill(project)
    project.db.c.create_index("n")
    for body, message in (("{n: 1}, {name: 'other'}", "different name"), ("{kind: 0}", "cannot be 0"),
                          ("{kind: 1}, {name: 'n_1'}", "same name")):
        answer = operations(project, f"await db.collection('c').createIndex({body});", status=1)
        assert message in answer["error"]["message"], answer["error"]
    operations(project, """
      const c = db.collection('c');
      await c.createIndex({n: 1});
      await c.createIndex({kind: 1});
      const names = (await c.indexes()).map(i => i.name).join();
      if (names !== '_id_,n_1,kind_1') throw new Error(names);
      await c.dropIndex('n_1');
      if ((await c.indexes()).length !== 2) throw new Error('not dropped');
      let code = 0;
      try { await c.dropIndex('n_1'); } catch (e) { code = e.code; }
      if (code !== 27) throw new Error('code ' + code);""")


def test_an_index_that_is_to_become_unique_is_checked_as_well(project):
    project.db.a.insert_many([{"n": 1}, {"n": 2}, {"n": 2}])
    project.db.a.create_index("n")
    unique = "await db.command({ collMod: 'a', index: { keyPattern: { n: 1 }, prepareUnique: true } });" \
             "await db.command({ collMod: 'a', index: { name: 'n_1', unique: true } });"
    project.up_down("001_a.js", unique)
    result = project.fails(1, "up", "--dry-run")
    assert "duplicates: 1 values in 2 documents" in " ".join(result.out.split()), result
    assert "Cannot convert the index to unique" in result.err, result
    assert "Cannot convert the index to unique" in project.fails(1, "up").err
    project.up_down("001_a.js", "await db.collection('a').deleteMany({ n: 2 });" + unique)
    project.ok("up", "--dry-run")
    project.up_down("001_a.js", "await db.command({ collMod: 'a', index: { name: 'no', hidden: true } });")
    assert "cannot find" in project.fails(1, "up", "--dry-run").err
    assert "cannot find" in project.fails(1, "up").err


def test_drop_and_rename_are_simulated(project):
    fill(project)
    fill(project, 3, "d")
    found = operations(project, """
      await db.collection('c').drop();
      if (await db.collection('c').countDocuments({}) !== 0) throw new Error('not empty');
      await db.collection('d').rename('c');
      if (await db.collection('c').countDocuments({}) !== 3) throw new Error('not renamed');
      await db.collection('c').updateMany({}, {$set: {r: 1}});
      await db.collection('d').insertOne({_id: 'new'});
      if ((await db.collection('d').find().toArray())[0]._id !== 'new') throw new Error('old d');
      const names = (await db.listCollections({}, {nameOnly: true}).toArray()).map(c => c.name).sort();
      if (names.join() !== 'c,d') throw new Error(names.join());""")
    assert [(row["what"], row["simulated"]) for row in found] == [
        ("drop", True), ("renameCollection", True), ("updateMany", False), ("insert", False)]
    assert found[0]["changed"] == 5 and found[0]["destructive"] and len(found[0]["samples"]) == 2
    assert (found[2]["namespace"], found[2]["changed"]) == (project.database + ".c", 3)


def test_a_rename_looks_at_its_target(project):
    fill(project)
    fill(project, 2, "d")
    answer = operations(project, "await db.collection('c').rename('d');", status=1)
    assert "target namespace exists" in answer["error"]["message"]
    found = one(project, "await db.collection('c').rename('d', {dropTarget: true});")
    assert found["changed"] == 2
    answer = operations(project, "await db.collection('none').rename('e');", status=1)
    assert "does not exist" in answer["error"]["message"]


def test_a_validator_is_held_against_the_documents(project):
    fill(project)
    found = one(project, "await db.command({collMod: 'c', validator: {$jsonSchema: {properties: {kind: {enum: [1]}}}}});")
    assert "3 documents break the validator" in found["findings"] and found["matched"] == 3, found
    operations(project, """
      await db.createCollection('v', {validator: {a: {$type: 'int'}}});
      let code = 0;
      try { await db.collection('v').insertOne({a: 'text'}); } catch (e) { code = e.code; }
      if (code !== 121) throw new Error('code ' + code);
      await db.collection('v').insertOne({a: 1});
      code = 0;
      try { await db.createCollection('v'); } catch (e) { code = e.code; }
      if (code !== 48) throw new Error('code ' + code);""")


def test_what_caught_errors_leave_is_as_in_earnest(project):
    fill(project, 2)
    found = operations(project, """
      const c = db.collection('c');
      await c.insertOne({_id: 'before'});
      try { await c.insertMany([{_id: 'a'}, {_id: 0}, {_id: 'b'}]); } catch (e) {
        if (e.code !== 11000 || e.result.insertedCount !== 1) throw new Error('ordered ' + e.code);
      }
      try { await c.insertMany([{_id: 'c'}, {_id: 1}, {_id: 'd'}], {ordered: false}); } catch (e) {
        if (e.code !== 11000 || e.result.insertedCount !== 2) throw new Error('unordered');
      }
      try { await c.find({$bad: 1}).toArray(); } catch (e) { if (e.code !== 2) throw e; }
      const ids = (await c.find().toArray()).map(d => d._id).sort().join();
      if (ids !== '0,1,a,before,c,d') throw new Error(ids);""")
    assert found[0]["changed"] == 4 and "E11000" in found[0]["error"], found


def test_a_cursor_outlives_an_error(project):
    fill(project, 50)
    operations(project, """
      let seen = 0;
      for await (const doc of db.collection('c').find().sort({_id: 1}).batchSize(5)) {
        if (doc._id !== seen) throw new Error(`${doc._id} instead of ${seen}`);
        seen++;
        if (seen % 20 === 0) await db.collection('c').insertOne({_id: 3}).catch(() => {});
      }
      if (seen !== 50) throw new Error('saw ' + seen);""")


def test_transactions_of_the_script(project):
    fill(project)
    found = operations(project, """
      const c = db.collection('c');
      const session = client.startSession();
      session.startTransaction();
      await c.insertOne({_id: 'lost'}, {session});
      await db.collection('made').insertOne({_id: 1}, {session});
      await session.abortTransaction();
      if (await c.findOne({_id: 'lost'})) throw new Error('not aborted');
      if ((await db.listCollections({name: 'made'}).toArray()).length) throw new Error('made');
      await session.withTransaction(async () => { await c.updateMany({}, {$set: {t: 1}}, {session}); });
      if (await c.countDocuments({t: 1}) !== 5) throw new Error('not committed');
      session.startTransaction();
      let code = 0;
      try { await db.dropCollection('c', {session}); } catch (e) { code = e.code; }
      if (code !== 263) throw new Error('code ' + code);
      await session.abortTransaction();
      await session.endSession();""")
    assert ("updateMany", 5) in [(row["what"], row["changed"]) for row in found]


def test_out_is_seen_and_merge_is_counted(project):
    fill(project)
    found = operations(project, """
      await db.collection('c').aggregate([{$match: {kind: 1}}, {$out: 'o'}]).toArray();
      if (await db.collection('o').countDocuments({}) !== 2) throw new Error('not there');
      await db.collection('c').aggregate([{$merge: {into: 'm'}}]).toArray();
      await db.collection('c').aggregate([{$lookup: {from: 'o', localField: '_id', foreignField: '_id', as: 'j'}},
        {$match: {'j.0': {$exists: true}}}]).toArray().then(a => { if (a.length !== 2) throw new Error('lookup'); });""")
    assert [(row["what"], row["changed"], row["namespace"].split(".")[1]) for row in found] == [
        ("$out", 2, "o"), ("$merge", 5, "m")]


def test_users_capped_and_time_series_collections_are_simulated(project):
    project.db.create_collection("cap", capped=True, size=4096)
    found = operations(project, """
      await db.command({createUser: 'nobody', pwd: 'x', roles: []});
      await db.collection('cap').insertOne({_id: 1});
      await db.createCollection('ts', {timeseries: {timeField: 't'}});
      await db.createCollection('view', {viewOn: 'cap', pipeline: []});
      await db.dropDatabase();""")
    assert all(row["simulated"] for row in found), found
    assert found[0]["irreversible"] and found[0]["what"] == "createUser"
    answer = operations(project, "await db.command({nosuchcommand: 1});", status=1)
    assert "no such command" in answer["error"]["message"]


def test_a_big_sweep_is_counted_in_full_and_tried_on_a_part(project):
    project.db.c.insert_many([{"_id": i} for i in range(12000)])
    project.migration("001_m.js", """module.exports = {
      async up(db) {
        const r = await db.collection('c').updateMany({}, {$set: {x: 1}});
        if (r.matchedCount !== 12000 || r.modifiedCount !== 12000) throw new Error(JSON.stringify(r));
        const d = await db.collection('c').deleteMany({});
        if (d.deletedCount !== 12000) throw new Error(JSON.stringify(d));
      },
      async validate(db) { throw new Error('was called'); } };""")
    answer = dry(project)
    update, delete = answer["migrations"][0]["operations"]
    assert update["sampled"] and (update["matched"], update["changed"]) == (12000, 12000)
    assert delete["sampled"] and delete["changed"] == 12000
    assert any("validate()" in text for text in answer["warnings"]), answer["warnings"]


def test_a_long_loop_is_tried_for_its_first_10000_documents_and_counted_on(project):
    project.db.c.insert_many([{"_id": i} for i in range(11500)])
    found = operations(project, """
      let ops = [];
      for await (const doc of db.collection('c').find({}, {sort: {_id: 1}})) {
        ops.push({updateOne: {filter: {_id: doc._id}, update: {$set: {a: 1}}}});
        if (ops.length < 500) continue;
        const r = await db.collection('c').bulkWrite(ops);
        if (r.matchedCount !== 500) throw new Error(JSON.stringify(r));
        ops = [];
      }
      const seen = await db.collection('c').countDocuments({a: 1});
      if (seen !== 10000) throw new Error('saw ' + seen);""")
    assert (found[0]["operations"], found[0]["matched"], found[0]["sampled"]) == (11500, 11500, True), found
    assert len(found) == 1 and found[0]["findings"] == ["the first 10000 documents were tried, the rest taken for alike"]


def test_where_filters_are_not_ids_the_rest_is_looked_for(project):
    project.db.c.insert_many([{"_id": i, "n": i} for i in range(10600)])
    project.db.c.create_index("n")
    found = operations(project, """
      const ops = [];
      for (let n = 0; n < 11000; n++) ops.push({deleteOne: {filter: {n}}});
      const c = db.collection('c');
      await c.bulkWrite(ops.slice(0, 10000));
      const r = await c.bulkWrite(ops.slice(10000));
      if (r.deletedCount !== 600) throw new Error(JSON.stringify(r));""")
    assert (found[0]["operations"], found[0]["changed"]) == (11000, 10600), found
    assert "the first 10000 documents were tried, the rest counted" in found[0]["findings"], found


def test_validate_runs_after_up_and_may_fail(project):
    project.migration("001_m.js", "module.exports = { async up(db) { await db.collection('c').insertOne({}); },"
                      "async validate(db) { return await db.collection('c').countDocuments({}) === 2; } };")
    answer = dry(project, status=1)
    assert "validate" in answer["error"]["message"] and answer["error"]["name"] == "migration-failed"


def test_a_throwing_one_ends_with_1_and_shows_what_came_before(project):
    fill(project)
    project.up_down("001_m.js", "console.log('hello'); await db.collection('c').deleteMany({}); throw new Error('no');")
    project.up_down("002_m.js", "")
    with untouched(project):
        result = project.fails(1, "up", "--dry-run")
    assert "(dry run) hello\n" in result.out and "deleteMany" in result.out, result
    assert "trying '001_m.js'" in result.err and "002_m" not in result.out
    project.up_down("001_m.js", "process.exit(0);")
    assert "process.exit" in dry(project, status=1)["error"]["message"]
    project.up_down("001_m.js", "await new Promise(() => {});")
    dry(project, status=1)


def test_a_dry_run_leaves_no_record_and_needs_no_lease(project):
    project.up_down("001_m.js", "await db.collection('c').insertOne({_id: 1});")
    dry(project)
    assert project.database not in project.client.list_database_names()
    assert [row["id"] for row in project.ok("plan", "--json").json["plan"]] == ["001_m"]
    assert project.ok("up", "--json").json["applied"][0]["documentsAffected"] == 1


def test_views_made_in_it_are_read_as_what_they_stand_for(project):
    fill(project)
    operations(project, """
      await db.createCollection('odd', {viewOn: 'c', pipeline: [{$match: {kind: 1}}]});
      await db.collection('c').insertOne({_id: 9, kind: 1, n: 9});
      const odd = db.collection('odd');
      if (await odd.countDocuments({}) !== 3) throw new Error('countDocuments');
      const docs = await odd.find({n: {$gt: 1}}).sort({n: -1}).limit(1).project({_id: 1}).toArray();
      if (JSON.stringify(docs) !== '[{"_id":9}]') throw new Error(JSON.stringify(docs));
      const listed = await db.listCollections({type: 'view'}).toArray();
      if (listed.length !== 1 || listed[0].options.viewOn !== 'c') throw new Error('listed');
      if (await db.listCollections({name: 'nope'}).hasNext()) throw new Error('nope');""")


def test_merge_on_ids_is_seen(project):
    fill(project)
    project.db.m.insert_one({"_id": 0, "own": 1})
    operations(project, """
      await db.collection('c').aggregate([{$match: {_id: {$lt: 2}}}, {$merge: 'm'}]).toArray();
      const docs = await db.collection('m').find().sort({_id: 1}).toArray();
      if (JSON.stringify(docs) !== '[{"_id":0,"own":1,"kind":0,"n":0},{"_id":1,"kind":1,"n":1}]' &&
          JSON.stringify(docs) !== '[{"_id":0,"own":1,"n":0,"kind":0},{"_id":1,"n":1,"kind":1}]')
        throw new Error(JSON.stringify(docs));""")


def test_a_document_that_another_transaction_holds_is_waited_for_a_little_and_then_named(project):
    fill(project)
    with project.client.start_session() as session:
        session.start_transaction()
        project.db.c.update_one({"_id": 1}, {"$set": {"held": 1}}, session=session)
        project.up_down("001_m.js", "await db.collection('c').updateOne({_id: 0}, {$set: {a: 1}});"
                        "await db.collection('c').updateOne({_id: 1}, {$set: {a: 1}});")
        result = project.fails(1, "up", "--dry-run", "--json")
        assert "rite conflict" in result.json["error"]["message"] or "WriteConflict" in result.out, result
        session.abort_transaction()
    answer = dry(project)
    assert answer["migrations"][0]["operations"][0]["changed"] == 2


def test_it_ends_before_the_server_ends_its_transaction(project):
    with Mongod(project.folder.parent) as server, pymongo.MongoClient(server.uri) as client:
        client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=4)
        client.shop.c.insert_one({"_id": 1, "n": 0})
        project.up_down("001_a.js", "await db.collection('c').insertOne({_id: 2});")
        project.up_down("002_b.js", "for (;;) { try { await db.collection('c').updateOne({_id: 1}, {$inc: {n: 1}}); }"
                        "catch (e) { if (/ended here/.test(e.message)) throw e; } }")
        project.up_down("003_c.js", "")
        result = project.fails(1, "up", "--dry-run", "--json", "--uri", server.uri, "--database", "shop")
        assert [row["status"] for row in result.json["migrations"]] == ["passed", "stopped"], result
        assert "after 3 seconds" in result.json["error"]["message"], result
        assert result.json["migrations"][1]["operations"][0]["operations"] > 10
        assert client.shop.c.find_one({"_id": 1})["n"] == 0
        assert not (project.folder / ".godwit/dry-runs").exists()


def test_many_shapes_take_bounded_room(project):
    found = operations(project, """
      for (let i = 0; i < 1200; i++)
        await db.collection('c').updateOne({['f' + i]: 1}, {$set: {a: 1}});""")
    assert len(found) == 1001 and found[-1]["operations"] == 200, len(found)


def test_down_and_redo_have_it_too(project):
    project.up_down("001_m.js", "await db.collection('c').insertOne({_id: 1});",
                    "await db.collection('c').deleteMany({});")
    project.ok("up")
    answer = dry(project, verb="down")
    assert answer["migrations"][0]["operations"][0]["what"] == "deleteMany"
    answer = dry(project, verb="redo")
    assert [row["direction"] for row in answer["migrations"]] == ["down", "up"]
    assert project.db.c.count_documents({}) == 1 and project.record("001_m")["status"] == "completed"


def test_that_it_was_made_is_kept_on_disk(project):
    project.up_down("001_m.js", "")
    dry(project)
    kept = list((project.folder / ".godwit/dry-runs").glob("*.json"))
    assert len(kept) == 1 and kept[0].stat().st_mode & 0o777 == 0o600
    record = json.loads(kept[0].read_text())
    assert record["environment"] == "development" and record["migrations"][0]["id"] == "001_m"
    assert record["database"] == project.database
    project.up_down("001_m.js", "throw new Error('no');")
    dry(project, status=1)
    assert len(list((project.folder / ".godwit/dry-runs").glob("*.json"))) == 1


def test_people_read_lines_of_80_columns(project):
    project.db.c.insert_many([{"_id": i, "text": "long " * 60} for i in range(3)])
    project.up_down("001_m.js", "await db.collection('c').updateMany({text: {$exists: true}, a: {$exists: false}},"
                    "{$set: {text: 'other', preferences: {theme: 'light', notifications: true, language: 'en'}}});")
    out = project.ok("up", "--dry-run").out
    assert all(len(line) <= 80 for line in out.splitlines()), out
    assert "passed up 001_m" in out and "nothing was written" in out and "\033" not in out
    assert "updateMany" in out and "3 documents match, 3 would change" in out, out


def test_on_a_standalone_it_counts_and_says_what_it_cannot_know(project):
    with Mongod(project.folder.parent, set_name=None) as server, \
            pymongo.MongoClient(server.uri) as client:
        client.shop.c.insert_many([{"_id": i} for i in range(5)])
        before = client.shop.command("dbHash")["collections"]
        project.up_down("001_m.js", """
          const c = db.collection('c');
          const r = await c.updateMany({_id: {$lt: 3}}, {$set: {a: 1}});
          if (r.matchedCount !== 3) throw new Error(JSON.stringify(r));
          await c.insertOne({_id: 'new'});
          await c.deleteOne({_id: 1});
          await c.createIndex({a: 1}, {unique: true}).catch(e => { if (e.code !== 11000) throw e; });
          await db.collection('c').drop();
          if (await c.countDocuments({}) !== 0) throw new Error('there');""")
        result = project.ok("up", "--dry-run", "--json", "--uri", server.uri, "--database", "shop")
        found = result.json["migrations"][0]["operations"]
        assert [row["what"] for row in found] == ["updateMany", "insert", "deleteOne", "createIndexes", "drop"]
        assert all(row["simulated"] for row in found) and found[0]["matched"] == 3, found
        assert any("no transactions" in text for text in result.json["warnings"])
        assert client.shop.command("dbHash")["collections"] == before
        assert client.list_database_names() == ["admin", "config", "local", "shop"]


if __name__ == "__main__":
    main(globals())
