#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What others did to the database since, and what it may hold: a clear word each, and nothing is lost."""
import pathlib
import sys
import tempfile

import bson
import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS)]
from godwit import main  # noqa: E402
from harness.mongod import Mongod  # noqa: E402
from snapshot import snapshot  # noqa: E402

MB = 1024 * 1024
LARGEST = 16 * MB


def migrate(project, up):
    project.up_down("001_a.js", up)
    project.ok("up")


def stops(project, status, *says):
    """`undo` refuses, says why, and changes nothing."""
    before = snapshot(project.db)
    result = project.fails(status, "undo", "001_a", "--yes")
    for words in says:
        assert words in result.err, result
    assert snapshot(project.db) == before
    assert project.record("001_a")["status"] == "completed"
    return result


def test_a_collection_that_somebody_renamed_is_a_conflict_until_it_has_its_name_again(project):
    project.db.users.insert_many([{"_id": n, "a": n} for n in range(3)])
    before = snapshot(project.db)
    migrate(project, "await db.collection('users').updateMany({}, { $set: { a: 100 } });")
    project.db.users.rename("people")
    stops(project, 9, "users", "is gone", "--on-conflict")
    project.db.people.rename("users")
    project.ok("undo", "001_a", "--yes")
    assert snapshot(project.db) == before


def test_a_collection_that_somebody_dropped_is_a_conflict(project):
    project.db.users.insert_many([{"_id": n, "a": n} for n in range(3)])
    migrate(project, "await db.collection('users').updateMany({}, { $set: { a: 100 } });"
            "await db.collection('users').createIndex({ a: 1 });")
    project.db.users.drop()
    stops(project, 9, "is gone")
    result = project.ok("undo", "001_a", "--yes", "--on-conflict", "keep")
    assert "left alone" in result.err and "users" not in project.db.list_collection_names(), result


def test_a_collection_that_the_migration_made_and_somebody_dropped_is_no_conflict(project):
    migrate(project, "await db.createCollection('made'); await db.collection('made').createIndex({ a: 1 });")
    project.db.made.drop()
    project.ok("undo", "001_a", "--yes")
    assert snapshot(project.db) == {}


def test_a_dropped_collection_whose_remains_somebody_removed_cannot_come_back_and_that_is_said_first(project):
    project.db.users.insert_one({"_id": 1})
    project.db.others.insert_one({"_id": 1})
    migrate(project, "await db.collection('users').drop(); await db.collection('others').updateMany({}, { $set: { a: 1 } });")
    for name in project.db.list_collection_names():
        if name.startswith("godwit_trash"):
            project.db.drop_collection(name)
    stops(project, 1, "what was kept of the dropped collection", "is gone")


def test_a_validator_that_somebody_made_stricter_since_lets_the_old_documents_back(project):
    project.db.users.insert_many([{"_id": n, "a": n} for n in range(3)])
    documents = list(project.db.users.find())
    migrate(project, "await db.collection('users').updateMany({}, { $set: { a: 100 } });"
            "await db.collection('users').deleteOne({ _id: 2 });")
    project.db.command("collMod", "users", validator={"a": {"$gte": 50}})
    project.ok("undo", "001_a", "--yes")
    assert list(project.db.users.find()) == documents
    assert project.db.command("listCollections", filter={"name": "users"})["cursor"]["firstBatch"][0]["options"]["validator"] == \
        {"a": {"$gte": 50}}


def test_a_document_that_would_grow_over_16_mb_is_told_and_nothing_is_lost(project):
    project.db.users.insert_many([{"_id": 1, "large": "x" * (9 * MB)}, {"_id": 2, "large": "y"}])
    migrate(project, "await db.collection('users').updateMany({}, { $unset: { large: 1 } });")
    project.db.users.update_one({"_id": 1}, {"$set": {"theirs": "z" * (9 * MB)}})
    stops(project, 9, '"_id" : 1', "larger than a document may be")
    assert len(project.db.users.find_one({"_id": 1})["theirs"]) == 9 * MB
    project.db.users.update_one({"_id": 1}, {"$unset": {"theirs": 1}})
    project.ok("undo", "001_a", "--yes")
    assert [len(row["large"]) for row in project.db.users.find(sort=[("_id", 1)])] == [9 * MB, 1]


def test_documents_as_large_as_they_may_be_are_changed_deleted_and_put_back(project):
    room = len(bson.encode({"_id": 1, "n": 1, "s": ""}))
    project.db.users.insert_many([{"_id": n, "n": 1, "s": "x" * (LARGEST - room)} for n in (1, 2, 3)])
    before = snapshot(project.db)
    migrate(project, "await db.collection('users').updateMany({ _id: 1 }, { $inc: { n: 1 } });"
            "await db.collection('users').deleteMany({ _id: 2 }); await db.collection('users').replaceOne({ _id: 3 }, { a: 1 });")
    project.ok("undo", "001_a", "--yes")
    assert snapshot(project.db) == before


VERBS = [["up"], ["down"], ["redo"], ["undo", "001_a", "--yes"], ["validate"], ["plan"], ["status"],
         ["prune", "--older-than", "0", "--yes"], ["baseline", "001_a", "--yes"], ["reset", "--confirm", "--yes"],
         ["repair", "001_a", "--status", "pending", "--reason", "x", "--yes"], ["up", "--dry-run"]]


def test_what_a_newer_godwit_wrote_is_left_alone_by_every_verb(project):
    project.db.users.insert_one({"_id": 1, "a": 1})
    migrate(project, "await db.collection('users').updateMany({}, { $inc: { a: 1 } });")
    project.db.godwit_meta.update_one({"_id": "godwit"}, {"$set": {"format": 99}})
    project.up_down("002_b.js", "await db.collection('users').drop();")
    before = project.db.command("dbHash")["collections"]
    for words in VERBS:
        result = project.fails(5, *words)
        assert "format 99" in result.err and "newer godwit" in result.err, (words, result)
        assert project.db.command("dbHash")["collections"] == before, words


def test_a_server_without_transactions_takes_a_migration_back_and_says_once_what_is_different(project):
    with tempfile.TemporaryDirectory() as scratch, Mongod(scratch, None) as alone, pymongo.MongoClient(alone.uri) as client:
        db = client[project.database]
        project.configure(uri=alone.uri)
        db.users.insert_many([{"_id": n, "a": n} for n in range(3000)])
        before = snapshot(db)
        project.up_down("001_a.js", "await db.collection('users').updateMany({}, { $inc: { a: 1 } });"
                        "await db.collection('users').deleteOne({ _id: 3 }); await db.collection('more').insertOne({ _id: 1 });")
        project.up_down("002_b.js", "await db.collection('users').updateMany({}, { $set: { b: 1 } });")
        result = project.ok("up")
        assert result.err.count("no transactions") == 1, result
        project.ok("undo", "002_b", "--yes")
        project.ok("undo", "001_a", "--yes")
        assert snapshot(db) == before


if __name__ == "__main__":
    main(globals())
