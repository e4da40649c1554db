#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes of many documents: in chunks, on several threads, each document once, whatever finds them."""
import pathlib
import sys
import threading

import bson

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import fail_command, main  # noqa: E402

COUNT = 12000  # more than are looked up beforehand


def seed(project, count=COUNT, ids=lambda n: n):
    project.db.things.insert_many([{"_id": ids(n), "n": n, "text": f"t{n}", "half": n % 2} for n in range(count)])


def everything(project):
    return list(project.db.things.find().sort("n", 1))


def up(project, body):
    project.up_down("001_a.js", "const c = db.collection('things');\n" + body)
    return project.ok("up")


def each_once(project, filter, touched="k", **options):
    """Whatever way finds them, `$inc` shows a document that was changed twice, or never."""
    before = everything(project)
    up(project, f"const r = await c.updateMany({filter}, {{ $inc: {{ {touched}: 1 }} }});"
                "console.log('modified', r.modifiedCount, r.matchedCount);")
    after = everything(project)
    wanted = project.db.command("count", "things")["n"] if filter == "{}" else COUNT // 2
    changed = [doc for doc in after if doc.get(touched) is not None]
    assert len(changed) == wanted and all(doc[touched] == 1 for doc in changed), len(changed)
    assert project.record("001_a")["documentsAffected"] == wanted
    project.ok("undo", "001_a", "--yes")
    assert everything(project) == before


def test_a_dense_collection_is_walked_by_ranges(project):
    seed(project)
    each_once(project, "{}")


def test_a_server_that_stalls_makes_no_chunk_larger_than_others(project):
    """Chunks become small then, and those that are through in no time make the next ones large again: not too large."""
    seed(project, 40000)
    fail_command(project, failCommands=["commitTransaction"], blockConnection=True, blockTimeMS=150, times=25)
    up(project, "await c.updateMany({}, { $inc: { k: 1 } });")
    counts = [entry["count"] for entry in project.db.godwit_journal.find({"kind": "docs"}, {"count": 1})]
    assert sum(counts) == 40000 and min(counts) < 200 and max(counts) <= 2000, sorted(counts)


def test_so_is_one_with_object_ids(project):
    seed(project, ids=lambda n: bson.ObjectId())
    each_once(project, "{ half: 1 }")


def test_ids_of_many_types_are_walked_by_lists(project):
    kinds = [lambda n: n, lambda n: f"s{n}", lambda n: bson.ObjectId(), lambda n: {"a": n}, lambda n: n + 0.5,
             lambda n: bson.Decimal128(f"{n}.25")]
    seed(project, ids=lambda n: kinds[n % len(kinds)](n))
    each_once(project, "{ half: 1 }")


def test_ids_under_a_collation_are_walked_by_lists(project):
    project.db.create_collection("things", collation={"locale": "en", "strength": 1})
    seed(project, ids=lambda n: f"id{n}")
    each_once(project, "{ half: 1 }")


def test_an_index_that_is_left_alone_finds_them(project):
    seed(project)
    project.db.things.create_index("half")
    each_once(project, "{ half: 1 }")


def test_an_index_that_the_change_moves_along_finds_them_once(project):
    seed(project)
    project.db.things.create_index([("half", 1), ("k", 1)])
    each_once(project, "{ half: 1 }")


def test_a_unique_index_sees_the_values_in_order(project):
    seed(project)
    project.db.things.create_index("text", unique=True)
    project.db.things.create_index("n", unique=True)
    up(project, "await c.updateMany({}, [{ $set: { n: { $subtract: ['$n', 1] } } }]);")
    assert [doc["n"] for doc in project.db.things.find().sort("_id", 1)] == list(range(-1, COUNT - 1))
    project.ok("undo", "001_a", "--yes")
    assert [doc["n"] for doc in project.db.things.find().sort("_id", 1)] == list(range(COUNT))


def test_deletes_by_range_and_by_index(project):
    seed(project)
    project.db.things.create_index("half")
    before = everything(project)
    result = up(project, "const a = await c.deleteMany({ half: 1 }); const b = await c.deleteMany({});"
                         "console.log('deleted', a.deletedCount, b.deletedCount);")
    assert f"deleted {COUNT // 2} {COUNT // 2}" in result.out, result
    project.ok("undo", "001_a", "--yes")
    assert everything(project) == before


def test_an_application_that_writes_the_same_documents_loses_nothing(project):
    seed(project)
    project.db.things.update_many({}, {"$set": {"app": 0, "k": 0}})
    project.up_down("001_a.js", "await db.collection('things').updateMany({}, { $inc: { k: 1 } });")
    ended = threading.Event()
    written = []

    def application():
        while not ended.is_set():
            n = len(written) * 7919 % COUNT
            project.db.things.update_one({"_id": n}, {"$inc": {"app": 1}})
            written.append(n)

    thread = threading.Thread(target=application)
    thread.start()
    try:
        project.ok("up")
    finally:
        ended.set()
        thread.join()
    assert project.db.things.count_documents({"k": {"$ne": 1}}) == 0
    assert sum(doc["app"] for doc in project.db.things.find()) == len(written) > 0


# sweep() of the module 'godwit'

HEAD = "const { sweep } = require('godwit');\nconst c = db.collection('things');\n"


def swept(project, body):
    project.up_down("001_a.js", HEAD + body)
    return project.ok("up")


def test_a_function_decides_for_each_document(project):
    seed(project)
    before = everything(project)
    result = swept(project, """
        const result = await sweep(c, { half: 1 }, (doc) => {
          if (doc.n % 3 === 0) return null;
          if (doc.n % 5 === 0) return sweep.delete;
          if (doc.n % 7 === 0) return { _id: doc._id, n: doc.n, replaced: true };
          if (doc.n % 11 === 0) return [{ $set: { twice: { $multiply: ['$n', 2] } } }];
          return { $set: { text: doc.text.toUpperCase() }, $inc: { k: 1 } };
        });
        console.log('counts', result.matchedCount, result.modifiedCount, result.deletedCount);
    """)
    wanted, deleted, changed = [], 0, 0
    for doc in before:
        doc = dict(doc)
        n = doc["n"]
        if doc["half"] == 1 and n % 3 != 0:
            if n % 5 == 0:
                deleted += 1
                continue
            changed += 1
            if n % 7 == 0:
                doc = {"_id": doc["_id"], "n": n, "replaced": True}
            elif n % 11 == 0:
                doc["twice"] = 2 * n
            else:
                doc.update(text=doc["text"].upper(), k=1)
        wanted.append(doc)
    assert everything(project) == wanted
    assert f"counts {changed + deleted} {changed} {deleted}" in result.out, result
    assert project.record("001_a")["documentsAffected"] == changed + deleted
    project.ok("undo", "001_a", "--yes")
    assert everything(project) == before


def test_it_is_the_same_in_a_dry_run_which_writes_nothing(project):
    seed(project, 50)
    before = everything(project)
    project.up_down("001_a.js", HEAD + "await sweep(c, {}, (doc) => (doc.half ? sweep.delete : { $set: { k: 1 } }));")
    result = project.ok("up", "--dry-run")
    assert "deleteOne" in result.out and "25" in result.out, result
    assert everything(project) == before


def test_nothing_matches(project):
    seed(project, 5)
    result = swept(project, "const r = await sweep(c, { none: 1 }, () => { throw new Error('never'); });"
                            "console.log('counts', r.matchedCount, r.modifiedCount, r.deletedCount);"
                            "await sweep(db.collection('nowhere'), {}, () => null);")
    assert "counts 0 0 0" in result.out, result
    assert "nowhere" not in project.db.list_collection_names()


def fails(project, body, *words):
    before = everything(project)
    project.up_down("001_a.js", HEAD + body)
    result = project.fails(1, "up")
    for word in words:
        assert word in result.err, (word, result)
    assert everything(project) == before
    assert project.record("001_a")["status"] == "failed"
    return result


def test_what_it_throws_names_the_document_and_undoes_all(project):
    seed(project)
    fails(project, "await sweep(c, {}, (doc) => {\n  if (doc.n === 11000) throw new Error('not this one');\n"
                   "  return { $set: { k: 1 } };\n});", "not this one", "{ _id: 11000 }", "001_a.js:6", "taken back")


def test_nonsense_is_refused(project):
    seed(project, 10)
    fails(project, "await sweep(c, {}, () => 'nonsense');", "answered 'nonsense'", "_id: 0", "sweep.delete")
    project.db.migrations.delete_many({})
    fails(project, "await sweep(c, {}, async () => null);", "answered a promise")
    project.db.migrations.delete_many({})
    fails(project, "const gone = sweep['del' + 'ete']; await sweep(c, {}, () => gone);", "its own text")
    project.db.migrations.delete_many({})
    fails(project, "await sweep('things', {}, () => null);", "has to be a collection")
    project.db.migrations.delete_many({})
    fails(project, "await sweep(c, {}, (doc) => { c.findOne({}); return null; });", "can't call the database")


def test_what_the_server_refuses_names_the_document(project):
    seed(project, 10)
    fails(project, "await sweep(c, {}, (doc) => ({ ...doc, _id: doc.n === 7 ? 'other' : doc._id }));", '"_id" : 7',
          "_id")
    project.db.migrations.delete_many({})
    fails(project, "await sweep(c, {}, (doc) => (doc.n === 4 ? { $set: { s: 'x'.repeat(17e6) } } : null));", '"_id" : 4',
          "larger")


def test_staging_asks_before_a_function_that_deletes(project):
    seed(project, 10)
    project.configure(environment="staging")
    project.up_down("001_a.js", HEAD + "await sweep(c, {}, () => sweep.delete);")
    result = project.fails(5, "up")
    assert "sweep on" in result.err, result
    assert len(everything(project)) == 10
    project.ok("up", "--yes")
    assert everything(project) == []


if __name__ == "__main__":
    main(globals())
