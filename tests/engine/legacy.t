#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that were written for older drivers: they work, with one note for each thing that driver 7
has no more, and none with --quiet."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

NOTE = "is not in driver 7 any more"


def notes(result):
    return sorted(line.split(" is not in")[0].split("note: ")[-1]
                  for line in result.err.splitlines() if NOTE in line)


def test_each_old_name_is_noted_once(project):
    project.migration("001_a.js", """
const { ObjectID } = require('mongodb');
exports.up = async (db) => {
  const c = db.collection('old');
  for (const n of [1, 2]) {
    await c.insert({ _id: ObjectID(`00000000000000000000000${n}`), n });
    await c.update({ n }, { $set: { m: n } }, { multi: true });
    await c.ensureIndex({ n: 1 });
    await c.save({ _id: 'x', n });
  }
  await c.remove({ _id: 'x' });
};
""")
    result = project.ok("up")
    assert notes(result) == ["ObjectID", "ObjectId() without new", "collection.ensureIndex()",
                             "collection.insert()", "collection.remove()", "collection.save()",
                             "collection.update()"], result
    assert project.db.old.count_documents({"m": {"$in": [1, 2]}}) == 2


def test_quiet_has_no_notes(project):
    project.up_down("001_a.js", "await db.collection('old').insert({ a: 1 });")
    result = project.ok("up", "--quiet")
    assert NOTE not in result.out + result.err, result
    assert project.db.old.count_documents({}) == 1


def test_a_file_for_driver_7_has_no_notes(project):
    project.migration("001_a.mjs", """
import mongodb, { ObjectId } from 'mongodb';
import * as all from 'mongodb';
export const up = async (db) => {
  const c = db.collection('now');
  console.log((await c.insertOne({ _id: new ObjectId(), n: new mongodb.Int32(1) })).acknowledged, typeof all.Long);
  console.log(JSON.stringify(await c.updateMany({}, { $set: { a: 1 } })));
};
""")
    result = project.ok("up")
    assert NOTE not in result.out + result.err, result
    assert '"matchedCount":1}' in result.out, result


def test_results_have_what_driver_3_answered(project):
    project.up_down("001_a.js", """
const c = db.collection('old');
const inserted = await c.insertOne({ _id: 1, a: 1 });
const many = await c.insertMany([{ _id: 2 }, { _id: 3 }]);
const updated = await c.updateMany({}, { $set: { b: 1 } });
const one = await c.updateOne({ _id: 9 }, { $set: { b: 1 } }, { upsert: true });
const removed = await c.deleteMany({ _id: { $gt: 1 } });
console.log(JSON.stringify([inserted.result, inserted.ops, many.result.n, many.ops.length, updated.result, one.result.n,
  removed.result]));
""")
    result = project.ok("up")
    assert ('[{"ok":1,"n":1},[{"_id":1,"a":1}],2,2,{"ok":1,"n":3,"nModified":3},1,{"ok":1,"n":3}]'
            in result.out), result
    assert notes(result) == [".ops of a result", ".result of a result"], result


FIND_ONE = """
const c = db.collection('old');
await c.insertOne({ _id: 1, n: 1 });
const a = await c.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' });
const b = await c.findOneAndUpdate({ _id: 7 }, { $inc: { n: 1 } });
const d = await c.findOneAndDelete({ _id: 1 }, { includeResultMetadata: false });
console.log(JSON.stringify([a.value ?? a, b && b.value, d]));
"""


def test_find_one_and_update_answers_as_the_driver_that_the_project_asks_for(project):
    project.up_down("001_a.js", FIND_ONE)
    project.up_down("002_b.js", FIND_ONE)
    project.up_down("003_c.js", FIND_ONE)
    package = project.folder / "package.json"
    package.write_text(json.dumps({"dependencies": {"mongodb": "^6.3.0"}}))
    six = project.ok("up", "--to", "001_a")
    package.write_text(json.dumps({"devDependencies": {"mongodb": "~4.17"}}))
    four = project.ok("up", "--to", "002_b")
    installed = project.folder / "node_modules" / "mongodb"
    installed.mkdir(parents=True)
    (installed / "package.json").write_text(json.dumps({"name": "mongodb", "version": "7.0.0"}))
    seven = project.ok("up")
    for result in (six, seven):
        assert '[{"_id":1,"n":2},null,{"_id":1,"n":2}]' in result.out, result
        assert notes(result) == [], result
    assert '[{"_id":1,"n":2},null,{"_id":1,"n":2}]' in four.out, four
    assert notes(four) == ["{value} of findOneAnd...()"], four


def test_the_shape_of_driver_3_is_value_last_error_object_and_ok(project):
    (project.folder / "package.json").write_text(json.dumps({"dependencies": {"mongodb": "3.6.12"}}))
    project.up_down("001_a.js", """
const c = db.collection('old');
const a = await c.findOneAndUpdate({ _id: 1 }, { $set: { n: 1 } }, { upsert: true, returnOriginal: false });
console.log(JSON.stringify(a.value), a.lastErrorObject.upserted, a.ok);
""")
    result = project.ok("up")
    assert '{"_id":1,"n":1} 1 1' in result.out, result
    assert notes(result) == ["returnOriginal", "{value} of findOneAnd...()"], result


def test_callbacks_everywhere(project):
    project.migration("001_a.js", """
exports.up = function (db, client, next) {
  db.collection('old', (error, c) => {
    c.insertMany([{ n: 1 }, { n: 2 }], (error) => {
      if (error) return next(error);
      c.find({}).each((error, document) => {
        if (document) return;
        const bulk = c.initializeOrderedBulkOp();
        bulk.find({ n: 1 }).updateOne({ $set: { b: 1 } });
        bulk.execute((error, result) => {
          c.findAndModify({ n: 2 }, [['n', 1]], { $set: { f: 1 } }, { new: true }, (error, found) => {
            console.log(error, result.modifiedCount, found.value.f);
            db.collections((error, list) => next(list.length > 0 ? null : new Error('none')));
          });
        });
      });
    });
  });
};
""")
    result = project.ok("up")
    assert "null 1 1" in result.out, result
    assert "takes a callback" in result.err, result
    assert {"the callback of insertMany()", "the callback of execute()", "cursor.each()"} <= \
        set(notes(result)), result


def test_an_error_by_callback_fails_the_migration(project):
    project.migration("001_a.js", """
exports.up = (db, client, next) => {
  db.collection('old').insertOne({ _id: 1 }, () => db.collection('old').insertOne({ _id: 1 }, next));
};
""")
    result = project.fails(1, "up")
    assert "duplicate key" in result.err, result
    assert project.db.old.count_documents({}) == 0


def test_stray_arguments_do_no_harm(project):
    project.up_down("001_a.js", """
const c = db.collection('old');
await c.insertMany([{ n: 1 }, { n: 1 }], null);
await c.updateMany({ n: 1 }, { $set: { m: 1 } }, false, true);
await c.update({ n: 1 }, { $set: { k: 1 } }, false, true);
await c.createIndex({ n: 1 }, null);
await c.deleteOne({ n: 1 }, undefined, true);
""")
    result = project.ok("up")
    assert [doc["m"] + doc["k"] for doc in project.db.old.find()] == [2]
    assert result.err.count("updateMany() takes 3 arguments: what stands behind has no effect") == 1, result
    assert "deleteOne() takes 2 arguments" in result.err and "createIndex()" not in result.err, result
    assert "insertMany() takes" not in result.err, result


def test_a_stray_argument_is_noted_once_for_a_method_and_not_with_quiet(project):
    project.up_down("001_a.js", "for (let i = 0; i < 3; i++) await db.collection('a').insertOne({ i }, {}, true);\n"
                    "await db.dropCollection('b', null, null, undefined);", "await db.collection('a').drop();")
    result = project.ok("up")
    assert result.err.count("takes") == 1 and "insertOne() takes 2 arguments" in result.err, result
    project.ok("down")
    assert project.ok("up", "--quiet").err == ""


main(globals())
