#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a migration changed is put back from data: after a failure, by undo, by down --from=journal."""
import itertools
import json
import pathlib
import sys

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import URI, fail_command, main  # noqa: E402

DOCUMENTS = [
    {"_id": 1, "name": "ann", "age": 30, "tags": ["a", "b"], "old": True, "deep": {"x": 1, "y": [1, 2]}},
    {"_id": 2, "name": "bob", "age": bson.Int64(41), "tags": [], "deep": {"x": 2}},
    {"_id": bson.ObjectId(), "age": 12.5, "name": "cy", "old": 1},
    {"_id": "four", "old": None, "name": "dee", "$odd": 1, "list": [{"k": 1, "v": 1}, {"k": 2, "v": 2}]},
]


# An entry for each write, where several would go together.
ONE_BY_ONE = {"GODWIT_WRITE_BEHIND": "false"}


def seed(project):
    project.db.users.insert_many(DOCUMENTS)
    project.db.users.create_index("name", unique=True)
    project.db.users.create_index([("age", -1), ("tags", 1)], name="by_age", sparse=True)
    project.db.users.create_index("at", name="ttl", expireAfterSeconds=2000000000)
    project.db.users.create_index("since", name="plain")
    project.db.users.create_index([("bio", "text")], name="words", expireAfterSeconds=2000000000)
    project.db.create_collection("strict", validator={"a": {"$gt": 0}}, validationAction="error")
    project.db.strict.insert_many([{"_id": n, "a": n + 1} for n in range(5)])
    project.db.create_collection("view", viewOn="users", pipeline=[{"$match": {"old": True}}])
    project.db.create_collection("small", capped=True, size=100000)
    project.db.small.insert_many([{"_id": n} for n in range(3)])


def is_ours(name):
    return name.startswith("godwit_") or name == "migrations"


def options_of(info):
    """What collMod can't take away again is the same as what stands for it where it is missing."""
    options = dict(info["options"])
    for key, value in [("validationLevel", "strict"), ("validationAction", "error"), ("validator", {}),
                       ("changeStreamPreAndPostImages", {"enabled": False})]:
        if options.get(key) == value:
            del options[key]
    return options


def snapshot(db):
    """Documents by their hash, options and indexes of all that is not godwit's."""
    found = {}
    for info in db.list_collections():
        name = info["name"]
        if is_ours(name) or name.startswith("system."):
            continue
        indexes = [] if info["type"] == "view" else sorted(
            (index["name"], str(index.to_dict())) for index in db[name].list_indexes())
        found[name] = [info["type"], options_of(info), indexes]
    hashes = db.command("dbHash")["collections"]
    return found, {name: value for name, value in hashes.items() if name in found}


CHANGES = {
    "set": "await db.collection('users').updateMany({}, { $set: { name2: 'x', age: 1 } });",
    "set where all are new": "await db.collection('users').updateMany({}, { $set: { zzz: 1, aaa: { b: 1 } } });",
    "unset, which moves fields": "await db.collection('users').updateMany({}, { $unset: { old: 1, age: 1 } });",
    "rename": "await db.collection('users').updateMany({}, { $rename: { old: 'new', age: 'years' } });",
    "inc and mul": "await db.collection('users').updateMany({}, { $inc: { age: 1, n: 5 }, $mul: { n2: 3 } });",
    "push and pull": "await db.collection('users').updateMany({ tags: { $exists: 1 } }, { $push: { tags: 'z' } });"
                     "await db.collection('users').updateMany({}, { $pull: { tags: 'a' } });",
    "pipeline": "await db.collection('users').updateMany({}, [{ $set: { both: { $concat: ['$name', '!'] } } }, { "
        "$unset: 'age' }]);",
    "positional": "await db.collection('users').updateOne({ 'list.k': 2 }, { $set: { 'list.$.v': 9 } });",
    "arrayFilters": "await db.collection('users').updateMany({ list: { $exists: 1 } }, { $set: { 'list.$[e].v': 7 } },"
                    " { arrayFilters: [{ 'e.k': 1 }] });",
    "replace": "await db.collection('users').replaceOne({ name: 'ann' }, { other: 1, name: 'ann2' });",
    "upsert": "await db.collection('users').updateOne({ name: 'new' }, { $set: { a: 1 } }, { upsert: true });"
              "await db.collection('users').updateOne({ _id: 77 }, { $set: { name: '77' } }, { upsert: true });"
              "await db.collection('users').updateOne({ _id: 1 }, { $set: { name: '1' } }, { upsert: true });",
    "delete": "await db.collection('users').deleteMany({ age: { $gt: 20 } }); await db.collection('users').deleteOne({});",
    "insert": "await db.collection('users').insertMany([{ name: 'i' }, { _id: 5, name: 'j' }]);",
    "findOneAnd": "const c = db.collection('users'); await c.findOneAndUpdate({ name: 'ann' }, { $set: { name: 'x' } });"
                  "await c.findOneAndDelete({ name: 'bob' }); await c.findOneAndReplace({ name: 'cy' }, { name: 'r' });"
                  "await c.findOneAndUpdate({ name: 'none' }, { $set: { q: 1 } }, { upsert: true });",
    "collation": "await db.collection('users').updateMany({ name: 'ANN' }, { $set: { hit: 1 } }, { collation: { "
        "locale: 'en', strength: 2 } });",
    "bulkWrite": "await db.collection('users').bulkWrite([{ insertOne: { document: { _id: 9, name: 'n' } } },"
                 "{ updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } }, { updateOne: { filter: { _id: "
                 "1 }, update: { $inc: { a: 1 } } } },"
                 "{ deleteOne: { filter: { _id: 2 } } }, { replaceOne: { filter: { _id: 9 }, replacement: { name: "
                 "'m' } } },"
                 "{ updateMany: { filter: {}, update: { $set: { all: true } } } }, { deleteMany: { filter: { name: "
                 "'m' } } }]);",
    "bulkWrite that changes a document twice": "await db.collection('users').bulkWrite([{ updateOne: { filter: { age: 30 }, "
        "update: { $push: { tags: 'z' } } } }, { updateOne: { filter: { age: 30 }, update: { $pull: { tags: 'a' } } } }]);",
    "command": "await db.command({ update: 'users', updates: [{ q: { _id: 1 }, u: { $set: { c: 1 } } }] });"
               "await db.command({ insert: 'users', documents: [{ name: 'no id' }] });"
               "await db.command({ delete: 'users', deletes: [{ q: { _id: 2 }, limit: 0 }] });",
    "many changes of one": "for (let i = 0; i < 5; i++) { await db.collection('users').updateOne({ _id: 1 }, { "
        "$inc: { age: 1 } });"
                           "await db.collection('users').updateOne({ _id: 1 }, { $set: { ['f' + i]: i } }); }",
    "side by side": "await Promise.all([...Array(20).keys()].map(i => db.collection('users').updateOne({ _id: 1 }, "
        "{ $inc: { age: 1 } })));",
    "insert, change, delete": "const c = db.collection('users'); await c.insertOne({ _id: 50, name: 'x' });"
                              "await c.updateOne({ _id: 50 }, { $set: { name: 'y' } }); await c.deleteOne({ _id: 50 });"
                              "await c.insertOne({ _id: 50, name: 'z' });",
    "swapped unique values": "const c = db.collection('users'); await c.updateOne({ _id: 1 }, { $set: { name: 'tmp' } });"
                             "await c.updateOne({ _id: 2 }, { $set: { name: 'ann' } }); await c.updateOne({ _id: 1 "
                             "}, { $set: { name: 'bob' } });",
    "zero timestamp": "const { Timestamp } = require('mongodb');"
                      "await db.collection('users').insertOne({ _id: 60, name: 't', ts: new Timestamp({ t: 0, i: 0 }) });",
    "createIndex": "await db.collection('users').createIndex({ deep: 1 }); await "
        "db.collection('fresh').createIndex({ a: 1 });",
    "dropIndex": "await db.collection('users').dropIndex('name_1');",
    "dropIndexes": "await db.collection('users').dropIndexes();",
    "createCollection": "await db.createCollection('made', { validator: { a: 1 } }); await "
        "db.createCollection('v2', { viewOn: 'users', pipeline: [] });",
    "drop": "await db.collection('users').drop();",
    "collMod of a view, then drop": "await db.command({ collMod: 'view', viewOn: 'strict', pipeline: [] });"
                                    "await db.collection('view').drop();",
    "drop a view": "await db.collection('view').drop();",
    "drop and make again": "await db.collection('users').drop(); await db.collection('users').insertOne({ _id: 1, "
        "fresh: true });",
    "change, then drop": "await db.collection('users').updateMany({}, { $set: { a: 1 } }); await "
        "db.collection('users').drop();",
    "rename a collection": "await db.renameCollection('users', 'people'); await "
        "db.collection('people').updateMany({}, { $set: { a: 1 } });",
    "rename over another": "await db.renameCollection('strict', 'users', { dropTarget: true });",
    "collMod": "await db.command({ collMod: 'strict', validator: { b: 1 }, validationLevel: 'moderate' });"
               "await db.command({ collMod: 'users', validator: { name: { $exists: true } }, validationAction: 'warn' });",
    "collMod of an index": "await db.command({ collMod: 'users', index: { name: 'by_age', hidden: true } });",
    "collMod of an index that expires": "await db.command({ collMod: 'users', index: { name: 'ttl', expireAfterSeconds: 7 } });",
    "collMod of one that did not": "await db.command({ collMod: 'users', index: { name: 'plain', "
                                   "expireAfterSeconds: 2000000 } });",
    "an index of text that expires": "await db.collection('users').dropIndex('words');",
    "collMod of a view": "await db.command({ collMod: 'view', viewOn: 'strict', pipeline: [] });",
    "validator against old documents": "await db.command({ collMod: 'strict', validator: { a: { $lt: 0 } }, "
        "validationLevel: 'strict' });"
                                       "await db.collection('strict').updateMany({}, { $set: { a: -1 } });",
    "$out": "await db.collection('users').aggregate([{ $project: { name: 1 } }, { $out: 'strict2' }]).toArray();"
            "await db.collection('users').aggregate([{ $project: { a: { $literal: 5 } } }, { $out: 'strict' }]).toArray();",
    "$out onto itself": "await db.collection('users').aggregate([{ $match: { _id: 1 } }, { $out: 'users' }]).toArray();",
    "$merge": "await db.collection('users').aggregate([{ $project: { a: { $literal: 5 } } }, { $merge: { into: "
        "'strict' } }]).toArray();",
    "dropDatabase": "await db.dropDatabase();",
    "capped": "await db.collection('small').insertOne({ _id: 9 });",
    "an error in the middle of a capped collection": "const c = db.collection('small'); await c.updateOne({ _id: 1 }, { $set: "
        "{ n: 'x' } }); await c.updateMany({}, { $inc: { n: 1 } }).then(() => { throw new Error('was taken'); }, () => {});",
    "transaction": "const s = client.startSession(); await s.withTransaction(async () => {"
                   "await db.collection('users').updateMany({}, { $set: { t: 1 } }, { session: s });"
                   "await db.collection('users').deleteOne({ _id: 2 }, { session: s });"
                   "await db.collection('in_tx').insertOne({ _id: 1 }, { session: s });"
                   "await db.collection('in_tx').insertOne({ _id: 2 }, { session: s }); }); await s.endSession();",
    "transaction that is aborted": "const s = client.startSession(); s.startTransaction();"
                                   "await db.collection('users').updateMany({}, { $set: { t: 1 } }, { session: s });"
                                   "await s.abortTransaction(); await s.endSession();",
    "session without a transaction": "const s = client.startSession();"
                                     "await db.collection('users').updateMany({}, { $set: { t: 1 } }, { session: s });"
                                     "if (!(await db.collection('users').findOne({ _id: 1 }, { session: s })).t) "
                                     "throw new Error('not seen');",
    "errors that are caught": "const c = db.collection('users'); const n = await c.insertMany([{ _id: 100, name: "
        "'q' }, { _id: 1 }, { _id: 101, name: 'r' }],"
                              " { ordered: false }).catch(e => e.result.insertedCount); if (n !== 2) throw new "
                              "Error('' + n);"
                              "await c.insertMany([{ _id: 102, name: 's' }, { _id: 1 }, { _id: 103, name: 't' "
                              "}]).catch(e => { if (e.code !== 11000) throw e; });"
                              "if (await c.countDocuments({ _id: { $gte: 100 } }) !== 3) throw new Error('other');",
    "time-series": "await db.createCollection('ts', { timeseries: { timeField: 't' } });"
                   "await db.collection('ts').insertMany([{ t: new Date(), v: 1 }, { t: new Date(), v: 2 }]);",
    "names with dots in them": "const c = db.collection('users'); await c.replaceOne({ _id: 1 }, { name: 'ann', 'do.t': 1, "
                               "'.': 2, deep: { x: 1, y: [1, 2] } }); await c.updateMany({}, { $set: { a: 1 } });",
    "a large document": "await db.collection('users').insertOne({ _id: 'big', name: 'big', s: "
        "require('crypto').randomBytes(7e6).toString('hex') });"
                        "await db.collection('users').updateOne({ _id: 'big' }, { $set: { s: 'x'.repeat(9e6) } });",
}


def restored(project, words, changes):
    seed(project)
    before = snapshot(project.db)
    project.up_down("001_a.js", changes)
    project.ok("up")
    after = snapshot(project.db)
    project.ok(*words)
    assert snapshot(project.db) == before, (snapshot(project.db), before)
    assert project.record("001_a")["status"] == "rolled_back"
    trash = [name for name in project.db.list_collection_names() if name.startswith("godwit_trash")]
    assert trash == [], trash
    return before != after


def make(name, changes):
    def undone(project):
        is_changed = restored(project, ["undo", "001_a", "--yes"], changes)
        assert is_changed or "aborted" in name

    def failed(project):
        seed(project)
        before = snapshot(project.db)
        project.up_down("001_a.js", changes + "\nthrow new Error('on purpose');")
        # What was gathered and not sent would not have to be taken back.
        result = project.fails(1, "up", env=ONE_BY_ONE)
        assert "on purpose" in result.err and "taken back" in result.err or "aborted" in name, result
        assert snapshot(project.db) == before, (snapshot(project.db), before)
        assert project.record("001_a")["status"] == "failed"

    word = "".join(c if c.isalnum() else "_" for c in name)
    globals()[f"test_{word}_is_undone"] = undone
    globals()[f"test_{word}_is_taken_back_when_the_migration_fails"] = failed


for title, change in CHANGES.items():
    make(title, change)


def test_functions_of_the_server_are_undone_though_their_collection_cannot_be_dropped(project):
    one = "await db.collection('system.js').insertOne({ _id: 'f', value: 'return 1' });"
    project.up_down("001_a.js", one + "await db.collection('a').countDocuments(); throw new Error('no');")
    assert "taking back" not in project.fails(1, "up").err
    project.up_down("001_a.js", one)
    project.ok("up")
    assert project.db["system.js"].count_documents({}) == 1
    project.ok("undo", "001_a", "--yes")
    assert project.db["system.js"].count_documents({}) == 0
    assert project.record("001_a")["status"] == "rolled_back"


PREPARE = "await db.command({ collMod: 'pairs', index: { name: 'd_1', prepareUnique: true } });"


def test_duplicates_go_back_under_an_index_that_is_being_made_unique(project):
    project.db.pairs.insert_many([{"_id": n, "d": n // 2} for n in range(6)])
    project.db.pairs.create_index("d")
    before = snapshot(project.db), list(project.db.pairs.find())
    project.up_down("001_a.js", PREPARE + "await db.collection('pairs').deleteMany({ _id: { $in: [1, 3, 5] } });"
                    "await db.collection('pairs').updateMany({}, [{ $set: { d: { $add: ['$_id', 100] } } }]);"
                    "await db.command({ collMod: 'pairs', index: { name: 'd_1', unique: true } });"
                    "if (process.env.FAIL) throw new Error('no');")
    result = project.fails(1, "up", env={"FAIL": "1"})
    assert "taking back" not in result.err and "001_a.js': no" in result.err, result
    assert (snapshot(project.db), list(project.db.pairs.find().sort("_id"))) == before
    project.ok("up")
    assert project.db.pairs.index_information()["d_1"].get("unique") is True
    project.ok("undo", "001_a", "--yes")
    assert (snapshot(project.db), list(project.db.pairs.find().sort("_id"))) == before


def test_an_index_that_was_being_made_unique_before_still_is(project):
    project.db.pairs.insert_many([{"_id": n, "d": n // 2} for n in range(6)])
    project.db.pairs.create_index("d")
    project.db.command({"collMod": "pairs", "index": {"name": "d_1", "prepareUnique": True}})
    before = snapshot(project.db)
    project.up_down("001_a.js", "await db.collection('pairs').deleteMany({});")
    project.ok("up")
    project.ok("undo", "001_a", "--yes")
    assert snapshot(project.db) == before and project.db.pairs.count_documents({}) == 6


def test_another_database_is_undone_as_well(project):
    other = project.client[project.database + "_other"]
    try:
        other.things.insert_many([{"_id": n} for n in range(5)])
        before = snapshot(other)
        project.up_down("001_a.js", f"const o = client.db('{other.name}'); await "
            f"o.collection('things').updateMany({{}}, {{ $set: {{ a: 1 }} }});"
                        "await o.collection('fresh').insertOne({}); await o.collection('things').drop();")
        project.ok("up")
        assert snapshot(other) != before
        project.ok("undo", "001_a", "--yes")
        assert snapshot(other) == before
    finally:
        project.client.drop_database(other.name)


def test_many_documents_are_changed_once_each_and_undone(project):
    project.db.many.insert_many([{"_id": n, "n": n, "s": "x" * 50} for n in range(45000)])
    project.db.many.create_index("n")
    before = snapshot(project.db)
    # The index on n is what a plan would use, and what the change moves documents along.
    project.up_down("001_a.js", "const r = await db.collection('many').updateMany({ n: { $gte: 0 } }, { $inc: { n: "
        "100000 } });"
                    "console.log(r.matchedCount, r.modifiedCount);")
    assert "45000 45000" in project.ok("up").out
    assert project.db.many.count_documents({"n": {"$gte": 100000, "$lt": 145000}}) == 45000
    info = project.record("001_a")["rollbackInfo"]
    assert info["documents"] == 45000 and info["operations"] >= 45000 / 2000 and info["irreversible"] == [], info
    project.ok("undo", "001_a", "--yes")
    assert snapshot(project.db) == before


# What JavaScript calls 70 may be any of these, and equals all of them for the server.
TYPED_IDS = [bson.Int64(70), 71.0, bson.Int64(2**53 + 1), bson.Decimal128("72"), bson.Decimal128("73.0"), {"a": bson.Int64(1)}]
BY_OTHER_TYPES = """
    const { Long } = require('mongodb');
    for (const _id of [70, 71, Long.fromString('9007199254740993'), 72, 73, { a: 1 }]) {
      const { modifiedCount } = await db.collection('typed').updateOne({ _id }, { $set: { n: 2 } });
      %s
    }"""


def test_ids_are_named_by_another_type_of_number(project):
    for name, look in (("together", ""), ("one by one", "if (modifiedCount !== 1) throw new Error(_id);")):
        for extra in (1, 400):
            project.db.typed.drop()
            project.db.typed.insert_many([{"_id": value, "n": 1} for value in TYPED_IDS])
            project.db.typed.insert_many([{"_id": f"{n}", "n": 1} for n in range(extra)])
            before = snapshot(project.db)
            more = "for (let i = 0; i < %d; i++) await db.collection('typed').updateOne({ _id: `${i}` }, { $set: { n: 2 } });"
            project.up_down("001_a.js", BY_OTHER_TYPES % look + more % extra)
            project.ok("up")
            assert project.db.typed.count_documents({"n": 2}) == len(TYPED_IDS) + extra, name
            assert project.record("001_a")["rollbackInfo"]["documents"] == len(TYPED_IDS) + extra, name
            project.ok("undo", "001_a", "--yes")
            assert snapshot(project.db) == before, name


def test_a_document_with_two_fields_of_one_name_is_undone(project):
    twins = bson.encode({"_id": 1, "a": 1})[4:-1] + bson.encode({"a": 2, "n": 3})[4:-1]
    raw = (len(twins) + 5).to_bytes(4, "little") + twins + b"\0"
    project.db.users.insert_one(RawBSONDocument(raw))
    before = snapshot(project.db)
    for update in ["{ $inc: { n: 1 } }", "{ $unset: { a: 1 } }", "{ $unset: { n: 1 } }", "{ $rename: { a: 'b' } }",
                   "{ $rename: { n: 'a' } }", "{ $rename: { n: 'b' } }"]:
        project.up_down("001_a.js", f"await db.collection('users').updateMany({{}}, {update});")
        project.ok("up")
        assert snapshot(project.db) != before, update
        project.ok("undo", "001_a", "--yes")
        assert snapshot(project.db) == before, update


def test_one_id_as_numbers_of_two_types_is_one_document(project):
    """The server takes 0 and 0.0 for one _id, so what was deleted under the one may come again under the other."""
    project.db.users.insert_many([{"_id": 0, "n": 1}, {"_id": bson.Int64(1), "n": 1}, {"_id": bson.Decimal128("2"), "n": 1}])
    before = snapshot(project.db)
    for change in ["", "await c.updateMany({}, { $inc: { n: 1 } });", "await c.deleteMany({});"]:
        project.up_down("001_a.js", "const c = db.collection('users'); const { Double } = require('mongodb');"
                        "await c.deleteMany({}); for (const n of [0, 1, 2]) await c.insertOne({ _id: new Double(n), n: 5 });"
                        + change)
        project.ok("up")
        assert snapshot(project.db) != before, change
        project.ok("undo", "001_a", "--yes")
        assert snapshot(project.db) == before, change


def test_a_document_changed_under_both_names_of_its_collection_comes_back(project):
    """Of each name one call alone knows, and of one document both."""
    seed(project)
    before = snapshot(project.db)
    changes = ["updateOne({ _id: 1 }, { $set: { age: %d } })", "replaceOne({ _id: 1 }, { name: 'ann', age: %d })",
               "updateMany({ age: { $lt: 31 } }, { $inc: { age: %d } })", "deleteOne({ _id: 1 + 0 * %d })"]
    for first, second in itertools.product(changes, changes):
        project.up_down("001_a.js", f"await db.collection('users').{first % 7};\n"
                        "await db.renameCollection('users', 'people');\n"
                        f"await db.collection('people').{second % 8};")
        project.ok("up")
        assert snapshot(project.db) != before, (first, second)
        project.ok("undo", "001_a", "--yes")
        assert snapshot(project.db) == before, (first, second)


def test_documents_that_are_alike_but_for_their_id_are_recorded_each(project):
    """Next to ones that are not, ones that the change leaves as they are, and ones whose _id is longer."""
    kinds = [{"n": 1}, {"n": 1}, {"n": 1, "a": 5}, {"a": 5, "n": 1}, {"n": 2, "a": 6}, {"a": 6, "n": 2}, {"n": 2}, {}]
    project.db.users.insert_many([{"_id": n if n % 5 else f"text {n}", **kinds[n * n % 11 % len(kinds)]}
                                  for n in range(900)])
    before = snapshot(project.db)
    unlike = project.db.users.count_documents({"a": {"$ne": 5}})
    for change in ["{ $set: { a: 5 } }", "{ $set: { a: 5, z: { b: [1] } } }", "{ $set: { n: 1 }, $unset: { a: 1 } }"]:
        project.up_down("001_a.js", f"await db.collection('users').updateMany({{}}, {change});")
        project.ok("up")
        recorded = sum(entry["count"] for entry in project.db.godwit_journal.find({"kind": "docs"}))
        assert recorded == unlike or change != "{ $set: { a: 5 } }", recorded
        project.ok("undo", "001_a", "--yes")
        assert snapshot(project.db) == before, change


def every_value(n):
    return [n, bson.Int64(n), n / 3, float("nan"), -0.0, bson.Decimal128(f"{n}.10"), f"text {n}", "$name", None, True,
            [n, [n], {"$a": n}], [], {}, {"a.b": n, "": 1}, bson.Binary(b"%d" % n, 5), bson.Regex("^a", "i"),
            bson.Timestamp(n, 1), bson.MinKey(), bson.MaxKey(), bson.Code("x", {"n": n}), bson.Code("y"),
            bson.ObjectId(), bson.DBRef("a", n)]


def nested(levels):
    value = {"n": 1}
    for _ in range(levels):
        value = {"d": value}
    return value


def test_fields_come_back_at_their_places(project):
    """Many documents of one shape, every type of value, and a few of other shapes between."""
    values = [value for n in range(20) for value in every_value(n)]
    documents = [{"_id": n, "a": value, "gone": values[-n], "same": 1, "z": value} for n, value in enumerate(values)]
    documents[70:71] = [{"_id": "one", "gone": 1, "z": 2}, {"_id": "two", "a": 1, "gone": [1], "more": 2, "z": 0}]
    documents[200:201] = [{"_id": f"deep {n}", "a": n, "gone": nested(n), "z": 1} for n in (175, 176)]
    project.db.users.insert_many(documents)
    before = snapshot(project.db)
    for change in ["{ $unset: { gone: 1, same: 1 } }", "{ $rename: { gone: 'z2', a: 'b' } }",
                   "[{ $project: { z: 1 } }]", "{ $rename: { a: 'z' } }"]:
        project.up_down("001_a.js", f"await db.collection('users').updateMany({{}}, {change});")
        project.ok("up")
        assert snapshot(project.db) != before, change
        # A field that others have added since stays.
        project.db.users.update_one({"_id": 7}, {"$set": {"theirs": 1}})
        project.ok("undo", "001_a", "--yes")
        project.db.users.update_one({"_id": 7}, {"$unset": {"theirs": 1}})
        assert snapshot(project.db) == before, change


def test_fields_of_any_names_in_any_order_come_back_in_that_order(project):
    """Every order of three names, and every choice of them that goes, each by itself: a $set appends by name, and
    numbers as numbers."""
    names = ["a", "9", "10"]
    choices = [choice for size in range(1, 4) for choice in itertools.combinations(names, size)]
    pairs = list(itertools.product(itertools.permutations(names), choices))
    project.db.c.insert_many([{"_id": n, **{name: n for name in order}} for n, (order, _) in enumerate(pairs)])
    before = snapshot(project.db)
    for call in ["updateOne({ _id: _id++ }", "updateMany({ _id: { $in: [_id++] } }"]:
        for update in ["{ $unset: Object.fromEntries(names.map((name) => [name, 1])) }",
                       "{ $rename: { [names[0]]: 'new' } }", "{ $rename: { [names[0]]: names[1] ?? '0' } }",
                       "{ $rename: Object.fromEntries(names.map((name, n) => [name, `${9 - n}`.repeat(n + 2)])) }"]:
            project.up_down("001_a.js", f"let _id = 0; for (const names of {json.dumps([c for _, c in pairs])})"
                                        f" await db.collection('c').{call}, {update});")
            project.ok("up", env=ONE_BY_ONE)
            assert project.db.c.count_documents({"a": {"$exists": True}}) < len(pairs)
            project.ok("undo", "001_a", "--yes")
            assert snapshot(project.db) == before, (call, update)


def test_renamed_fields_come_back_whatever_their_values(project):
    """Whether a document has the same value twice, and whether somebody changed one of them since."""
    values = [value for n in range(8) for value in every_value(n)]
    project.db.users.insert_many([{"_id": n, "k": n, "a": value, "b": values[-n] if n % 3 else value, "c": value}
                                  for n, value in enumerate(values)])
    before = snapshot(project.db)
    for change in ["{ $rename: { c: 'd' } }", "{ $rename: { b: 'z', c: 'y' } }", "{ $rename: { a: 'c2', b: 'a2', c: 'b2' } }"]:
        project.up_down("001_a.js", f"await db.collection('users').updateMany({{}}, {change});")
        project.ok("up")
        assert snapshot(project.db) != before, change
        project.ok("undo", "001_a", "--yes")
        assert snapshot(project.db) == before, change
    project.up_down("001_a.js", "await db.collection('users').updateMany({}, { $rename: { c: 'd' } });")
    project.ok("up")
    project.db.users.update_one({"_id": 5}, {"$set": {"d": "theirs"}})
    assert "has other values now" in project.fails(9, "undo", "001_a", "--yes").err
    project.ok("undo", "001_a", "--yes", "--on-conflict", "overwrite")
    assert snapshot(project.db) == before


def test_down_from_the_journal_does_not_call_down(project):
    assert restored(project, ["down", "--from=journal"], CHANGES["unset, which moves fields"])


def test_a_down_that_leaves_documents_unlike_before_is_told(project):
    project.db.users.insert_many([{"_id": 1, "preferences": {"theme": "dark"}}, {"_id": 2}])
    project.up_down("001_a.js", "await db.collection('users').updateMany({}, { $set: { preferences: { theme: "
        "'light' } } });",
                    "await db.collection('users').updateMany({}, { $unset: { preferences: 1 } });")
    project.ok("up")
    result = project.ok("down")
    assert "1 of 2 documents unlike they were before up()" in result.err and '"_id" : 1' in result.err, result


def test_a_down_that_does_it_right_is_not_remarked_on(project):
    project.db.users.insert_many([{"_id": 1}, {"_id": 2}])
    project.up_down("001_a.js", "await db.collection('users').updateMany({}, { $set: { a: 1 } });",
                    "await db.collection('users').updateMany({}, { $unset: { a: 1 } });")
    project.ok("up")
    assert project.ok("down").err == ""


def test_a_down_that_fails_is_taken_back(project):
    seed(project)
    project.up_down("001_a.js", "", "await db.collection('users').drop(); throw new Error('on purpose');")
    project.ok("up")
    before = snapshot(project.db)
    project.fails(1, "down")
    assert snapshot(project.db) == before
    assert project.record("001_a")["status"] == "completed"


def conflicting(project):
    project.db.users.insert_many([{"_id": n, "a": n} for n in range(3)])
    project.up_down("001_a.js", "await db.collection('users').updateMany({}, { $set: { a: 100, b: 1 } });")
    project.ok("up")
    project.db.users.update_one({"_id": 1}, {"$set": {"a": 7}})


def test_undo_stops_at_a_conflict_before_it_writes_anything(project):
    conflicting(project)
    before = list(project.db.users.find())
    result = project.fails(9, "undo", "001_a", "--yes")
    assert '"_id" : 1' in result.err and "--on-conflict" in result.err, result
    assert list(project.db.users.find()) == before
    assert project.record("001_a")["status"] == "completed"


def test_a_conflict_with_a_later_migration_names_it(project):
    project.db.users.insert_many([{"_id": n} for n in range(3)])
    for number in (1, 2, 3):
        project.up_down(f"00{number}_a.js", f"await db.collection('users').updateMany({{}}, {{ $set: {{ a: {number} }} }});")
    project.ok("up")
    assert "'003_a' was applied after it" in " ".join(project.fails(9, "undo", "001_a", "--yes").err.split())
    project.db.users.update_one({"_id": 1}, {"$set": {"a": 7}})
    assert "was applied after it" not in " ".join(project.fails(9, "undo", "003_a", "--yes").err.split())


def undone_while(project, command, deed):
    """Undo, and something that others do after it has looked and before it writes."""
    before = fail_command(project, namespace=f"{project.database}.users", failCommands=[command], blockConnection=True,
                          blockTimeMS=3000)
    undo = project.start("undo", "001_a", "--yes")
    project.client.admin.command("waitForFailPoint", "failCommand", timesEntered=before + 1, maxTimeMS=20000)
    deed()
    _, err = undo.communicate(timeout=60)
    return undo.returncode, err


def test_a_field_that_comes_back_while_undo_is_under_way_is_a_conflict(project):
    project.db.users.insert_many([{"_id": n, "a": n, "gone": "same"} for n in range(50)])
    project.up_down("001_a.js", "await db.collection('users').updateMany({}, { $unset: { gone: 1 } });")
    project.ok("up")
    status, err = undone_while(
        project, "update", lambda: project.db.users.update_one({"_id": 3}, {"$set": {"gone": "theirs"}}))
    assert status == 9 and b'"_id" : 3' in err and b"meanwhile" in err, err
    assert [doc["_id"] for doc in project.db.users.find({"gone": {"$exists": True}})] == [3]
    project.ok("undo", "001_a", "--yes", "--on-conflict", "keep")
    assert project.db.users.find_one({"_id": 3})["gone"] == "theirs"
    assert project.db.users.count_documents({"gone": "same"}) == 49


def test_a_document_that_comes_back_while_undo_is_under_way_is_a_conflict(project):
    """It was not there when undo looked, and is when it writes: what others put in stays."""
    project.db.users.insert_many([{"_id": n, "a": n} for n in range(5)])
    project.up_down("001_a.js", "await db.collection('users').deleteMany({});")
    project.ok("up")
    status, err = undone_while(project, "insert", lambda: project.db.users.insert_one({"_id": 3, "a": "theirs"}))
    assert status == 9 and b'"_id" : 3' in err and b"meanwhile" in err, err
    assert list(project.db.users.find()) == [{"_id": 3, "a": "theirs"}]
    project.ok("undo", "001_a", "--yes", "--on-conflict", "keep")
    assert project.db.users.find_one({"_id": 3}) == {"_id": 3, "a": "theirs"}
    assert project.db.users.count_documents({}) == 5


def test_undo_keeps_what_others_changed(project):
    conflicting(project)
    result = project.ok("undo", "001_a", "--yes", "--on-conflict", "keep")
    assert list(project.db.users.find()) == [{"_id": 0, "a": 0}, {"_id": 1, "a": 7, "b": 1}, {"_id": 2, "a": 2}]
    assert "left alone" in result.err, result


def test_undo_overwrites_what_others_changed(project):
    conflicting(project)
    project.ok("undo", "001_a", "--yes", "--on-conflict", "overwrite")
    assert list(project.db.users.find()) == [{"_id": n, "a": n} for n in range(3)]


def test_a_change_of_another_field_is_no_conflict_and_stays(project):
    conflicting(project)
    project.db.users.update_one({"_id": 1}, {"$set": {"a": 100, "c": "theirs"}})
    project.ok("undo", "001_a", "--yes")
    assert project.db.users.find_one({"_id": 1}) == {"_id": 1, "a": 1, "c": "theirs"}


def test_a_collection_made_again_since_is_a_conflict(project):
    seed(project)
    project.up_down("001_a.js", CHANGES["drop"])
    project.ok("up")
    project.db.users.insert_one({"_id": "theirs"})
    result = project.fails(9, "undo", "001_a", "--yes")
    assert "made again" in result.err, result
    assert project.db.users.find_one()["_id"] == "theirs"


def test_documents_of_others_in_a_new_collection_are_a_conflict(project):
    project.up_down("001_a.js", "await db.collection('fresh').insertOne({ _id: 1 });")
    project.ok("up")
    project.db.fresh.insert_one({"_id": "theirs"})
    project.fails(9, "undo", "001_a", "--yes")
    assert project.db.fresh.count_documents({}) == 2


def test_a_unique_index_that_lets_no_document_back_is_told_and_nothing_is_lost(project):
    project.db.users.insert_many([{"_id": n, "k": n} for n in range(3)])
    project.up_down("001_a.js", "await db.collection('users').deleteMany({ _id: 1 });")
    project.ok("up")
    project.db.users.create_index("k", unique=True)
    project.db.users.insert_one({"_id": "theirs", "k": 1})
    result = project.fails(1, "undo", "001_a", "--yes")
    assert "E11000" in result.err and "Nothing was lost" in result.err, result
    project.db.users.delete_one({"_id": "theirs"})
    project.ok("undo", "001_a", "--yes")
    assert project.db.users.find_one({"_id": 1}) == {"_id": 1, "k": 1}


def test_a_journal_that_lost_an_entry_is_refused_before_anything_is_written(project):
    seed(project)
    project.up_down("001_a.js", CHANGES["set"] + CHANGES["insert"])
    project.ok("up")
    assert project.ok("status", "--json").json["migrations"][0]["undo"] == "yes"
    project.db.godwit_journal.delete_one({"kind": "docs"})
    assert project.ok("status", "--json").json["migrations"][0]["undo"] == "no"
    before = snapshot(project.db)
    result = project.fails(1, "undo", "001_a", "--yes")
    assert "not whole" in result.err, result
    assert snapshot(project.db) == before


def test_a_journal_that_is_damaged_is_refused_before_anything_is_written(project):
    seed(project)
    project.up_down("001_a.js", CHANGES["set"] + CHANGES["insert"])
    project.ok("up")
    entry = project.db.godwit_journal.find_one({"kind": "docs"}, sort=[("seq", 1)])
    broken = bytearray(entry["data"])
    broken[len(broken) // 2] ^= 0x40
    project.db.godwit_journal.update_one({"_id": entry["_id"]}, {"$set": {"data": bytes(broken)}})
    before = snapshot(project.db)
    result = project.fails(1, "undo", "001_a", "--yes")
    assert "damaged" in result.err, result
    assert snapshot(project.db) == before


def test_a_run_is_undone_newest_first_and_a_run_of_down_brings_back(project):
    seed(project)
    before = snapshot(project.db)
    project.up_down("001_a.js", CHANGES["set"], CHANGES["drop"])
    project.up_down("002_b.js", CHANGES["set where all are new"])
    run = project.ok("up", "--json").json["run"]
    applied = snapshot(project.db)
    result = project.ok("undo", "--run", run, "--yes", "--json").json
    assert [row["id"] for row in result["reverted"]] == ["002_b", "001_a"], result
    assert snapshot(project.db) == before
    project.ok("up", "--only", "001_a")
    down = project.ok("down", "--json").json["run"]
    assert "users" not in project.db.list_collection_names()
    project.ok("undo", "--run", down, "--yes")
    assert project.record("001_a")["status"] == "completed"
    project.ok("up")
    assert snapshot(project.db) == applied


def test_status_tells_what_can_be_undone(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.up_down("002_b.js", "await db.command({ createRole: 'r" + project.database + "', privileges: [], roles: [] });")
    project.ok("up")
    rows = project.ok("status", "--json").json["migrations"]
    assert [row["undo"] for row in rows] == ["yes", "partly"], rows
    assert project.record("002_b")["rollbackInfo"]["irreversible"] == ["createRole"]
    result = project.ok("undo", "002_b", "--yes")
    assert "createRole" in result.err, result
    project.ok("prune", "--older-than", "0", "--yes")
    assert project.ok("status", "--json").json["migrations"][0]["undo"] == "no"
    project.fails(5, "undo", "001_a", "--yes")


def test_prune_drops_what_was_put_aside_and_up_prunes_by_age(project):
    seed(project)
    project.up_down("001_a.js", CHANGES["drop"])
    project.ok("up")
    assert any(name.startswith("godwit_trash") for name in project.db.list_collection_names())
    project.db.godwit_jobs.update_many({}, [{"$set": {"endedAt": {"$subtract": ["$endedAt", 31 * 86400 * 1000]}}}])
    project.up_down("002_b.js", "")
    project.ok("up")
    assert not any(name.startswith("godwit_trash") for name in project.db.list_collection_names())
    jobs = {row["migration"]: row["status"] for row in project.db.godwit_jobs.find()}
    assert jobs == {"001_a": "pruned", "002_b": "done"}, jobs
    assert project.db.godwit_journal.count_documents({"kind": "drop"}) == 0


def row(project):
    return project.ok("status", "--json").json["migrations"][0]


def test_an_undo_that_was_interrupted_is_told_and_brought_to_its_end_by_the_next_up(project):
    seed(project)
    project.up_down("001_a.js", CHANGES["inc and mul"] + CHANGES["createIndex"])
    project.ok("up", env=ONE_BY_ONE)
    applied = snapshot(project.db)
    project.fails(137, "undo", "001_a", "--yes", env={"GODWIT_CRASH_AT": "undo.entry:2"})
    assert row(project)["status"] == "completed" and row(project)["unfinished"] == "undo", row(project)
    project.ok("lock", "--release", "--yes")
    assert "half undone" in project.ok("status").out
    result = project.ok("up")
    assert "ended in the middle of undoing '001_a'" in result.err, result
    assert snapshot(project.db) == applied and row(project)["unfinished"] is None


def test_an_undo_that_was_interrupted_goes_on_when_it_is_called_again(project):
    seed(project)
    before = snapshot(project.db)
    project.up_down("001_a.js", CHANGES["inc and mul"] + CHANGES["createIndex"], "throw new Error('not this one');")
    project.up_down("000_z.js", "await db.collection('users').updateMany({}, { $set: { z: 1 } });")
    for words in (["undo", "001_a", "--yes"], ["down", "--from", "journal"], ["down"]):
        project.ok("up", env=ONE_BY_ONE)
        project.fails(137, "undo", "001_a", "--yes", env={"GODWIT_CRASH_AT": "undo.entry:2"})
        project.ok("lock", "--release", "--yes")
        project.ok(*words)
        assert project.record("001_a")["status"] == "rolled_back"
        assert project.record("000_z")["status"] == "completed"
    project.ok("undo", "000_z", "--yes")
    assert snapshot(project.db) == before


def test_a_down_that_was_interrupted_is_taken_back_by_an_up_that_has_nothing_to_apply(project):
    seed(project)
    project.up_down("001_a.js", "", CHANGES["inc and mul"])
    project.ok("up")
    applied = snapshot(project.db)
    project.fails(137, "down", env={"GODWIT_CRASH_AT": "down.done:1"})
    assert row(project)["unfinished"] == "down" and snapshot(project.db) != applied
    project.ok("lock", "--release", "--yes")
    project.ok("up")
    assert snapshot(project.db) == applied and row(project)["unfinished"] is None


def test_a_failing_validate_takes_everything_back(project):
    seed(project)
    before = snapshot(project.db)
    project.migration("001_a.js", "module.exports = {async up(db) {" + CHANGES["drop"] + "},"
                      "async validate() { return false; }};")
    project.fails(1, "up")
    assert snapshot(project.db) == before


def test_a_time_series_in_a_transaction_is_refused_by_the_server_and_waits_for_nothing(project):
    project.db.create_collection("times", timeseries={"timeField": "at"})
    project.db.users.insert_one({"_id": 1})
    project.up_down("001_a.js", """
    const s = client.startSession(); s.startTransaction();
    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } }, { session: s });
    await db.collection('times').insertOne({ at: new Date() }, { session: s });""")
    assert "time-series" in project.fails(1, "up").err
    assert project.db.users.find_one() == {"_id": 1}


def test_the_program_does_not_see_what_was_put_aside(project):
    seed(project)
    project.up_down("001_a.js", CHANGES["drop"] + "for (const c of await db.listCollections().toArray()) "
        "console.log('sees', c.name);")
    out = project.ok("up").out
    assert "sees strict" in out and "godwit_" not in out and "sees users" not in out, out


if __name__ == "__main__":
    with MongoClient(URI) as probe:
        probe.admin.command("ping")
    main(globals())
