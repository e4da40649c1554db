#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""insertMany goes out while it is encoded: what is there afterwards, and what the script is told, is the driver's."""
import pathlib
import sys

import bson

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from godwit import main  # noqa: E402

OFF = {"GODWIT_WRITE_BEHIND": "false"}
COUNT = 23456
DOCS = f"const docs = Array.from({{ length: {COUNT} }}, (_, n) => ({{ n, text: `t${{n}}`, inner: {{ _id: n }} }}));"


def up(project, body, **options):
    project.up_down("001_a.js", "const c = db.collection('things');\n" + body)
    return project.ok("up", **options)


def check_all_there(project):
    found = list(project.db.things.find())
    assert [doc["n"] for doc in found] == list(range(COUNT))
    assert all(list(doc) == ["_id", "n", "text", "inner"] and doc["inner"] == {"_id": doc["n"]} for doc in found)
    assert all(isinstance(doc["_id"], bson.ObjectId) for doc in found)
    return found


def test_documents_lie_as_they_were_given_and_have_the_ids_that_the_script_was_told(project):
    up(project, DOCS + """
        const { insertedCount, insertedIds, acknowledged } = await c.insertMany(docs);
        if (!acknowledged || insertedCount !== docs.length) throw new Error('counted ' + insertedCount);
        if (Object.keys(insertedIds).length !== docs.length) throw new Error('ids');
        docs.forEach((doc, n) => { if (!doc._id.equals(insertedIds[n])) throw new Error('id of ' + n); });
        await db.collection('told').insertOne({ _id: 1, first: insertedIds[0], last: insertedIds[docs.length - 1] });
    """)
    found = check_all_there(project)
    told = project.db.told.find_one()
    assert [told["first"], told["last"]] == [found[0]["_id"], found[-1]["_id"]]
    project.ok("undo", "001_a", "--yes")
    assert "things" not in project.db.list_collection_names()


def test_it_is_the_same_one_after_the_other(project):
    up(project, DOCS + "await c.insertMany(docs);", env=OFF)
    check_all_there(project)


def test_documents_that_have_an_id_keep_it_wherever_it_stands(project):
    up(project, """
        const { insertedIds } = await c.insertMany([{ a: 1, _id: 'x' }, { _id: 0, a: 2 }, new Map([['a', 3], ['_id', 'm']]),
          { a: 4, _id: null }]);
        console.log('ids', insertedIds[0], insertedIds[1]);
    """)
    found = list(project.db.things.find().sort("a", 1))
    assert found[:3] == [{"_id": "x", "a": 1}, {"_id": 0, "a": 2}, {"_id": "m", "a": 3}], found
    assert [list(doc)[0] for doc in found] == ["_id"] * 4


def test_a_duplicate_far_behind_takes_all_of_it_back(project):
    project.db.things.insert_many([{"_id": 17000}, {"_id": "other"}])
    project.up_down("001_a.js", "await db.collection('things').insertMany("
                                f"Array.from({{ length: {COUNT} }}, (_, n) => ({{ n, _id: n }})));")
    result = project.fails(1, "up")
    assert "E11000" in result.err + result.out and "17000" in result.err + result.out, result
    assert list(project.db.things.find()) == [{"_id": 17000}, {"_id": "other"}]


def test_one_that_cannot_be_encoded_far_behind_takes_all_of_it_back(project):
    project.up_down("001_a.js", DOCS + "docs[17000].text = { toBSON() { throw new Error('not this one'); } };"
                                "await db.collection('things').insertMany(docs);")
    result = project.fails(1, "up")
    assert "not this one" in result.err + result.out, result
    assert project.db.things.count_documents({}) == 0


def test_who_catches_a_duplicate_has_what_came_before_it(project):
    project.db.things.insert_one({"_id": 1700})
    result = up(project, """
        const docs = Array.from({ length: 3000 }, (_, n) => ({ n, _id: n }));
        try { await c.insertMany(docs); } catch (error) {
          console.log(error.name, error.code, error.result.insertedCount, error.writeErrors.length, error.writeErrors[0].index);
        }
        try { await c.insertMany(docs.slice(1700), { ordered: false }); } catch (error) {
          console.log(error.name, error.code, error.result.insertedCount, error.writeErrors.length, error.writeErrors[0].index);
        }
    """)
    assert "MongoBulkWriteError 11000 1700 1 1700" in result.out, result
    assert "MongoBulkWriteError 11000 1299 1 0" in result.out, result
    assert project.db.things.count_documents({}) == 3000
    project.ok("undo", "001_a", "--yes")
    assert list(project.db.things.find()) == [{"_id": 1700}]


def test_what_is_no_document_goes_the_usual_way(project):
    project.up_down("001_a.js", "await db.collection('things').insertMany([{ a: 1 }, 'text']);")
    results = [project.fails(1, "up", env=env) for env in (None, OFF)]
    assert all("not an object" in result.err for result in results), results
    assert "things" not in project.db.list_collection_names()


if __name__ == "__main__":
    main(globals())
