#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Migrations that are lists of commands in JSON: 000001_name.up.json, .down.json, .validate.json."""
import json
import pathlib
import sys

import bson

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

UP = [{"createIndexes": "users", "indexes": [{"key": {"name": 1, "age": -1}, "name": "by_name", "unique": True}]},
      {"insert": "users", "documents": [{"_id": 1, "name": "ann"}, {"_id": 2, "name": "bob"}]},
      {"update": "users", "updates": [{"q": {}, "u": {"$set": {"seen": True}}, "multi": True}]}]
DOWN = [{"delete": "users", "deletes": [{"q": {}, "limit": 0}]},
        {"dropIndexes": "users", "index": "by_name"}]


def put(project, name, value):
    project.migration(name, value if isinstance(value, str) else json.dumps(value))


def index_names(project):
    return sorted(project.db.users.index_information())


def test_up_and_down_run_their_commands_in_order(project):
    put(project, "000001_users.up.json", UP)
    put(project, "000001_users.down.json", DOWN)
    result = project.ok("up")
    assert "applied 000001_users" in result.out, result
    assert project.db.users.count_documents({"seen": True}) == 2
    assert index_names(project) == ["_id_", "by_name"]
    assert project.record("000001_users")["file"] == "000001_users.up.json"
    project.ok("down")
    assert project.db.users.count_documents({}) == 0
    assert index_names(project) == ["_id_"]


def test_they_are_journaled_like_the_rest(project):
    project.db.users.insert_one({"_id": 9, "name": "before"})
    put(project, "000001_users.up.json", UP)
    project.ok("up")
    project.ok("undo", "000001_users", "--yes")
    assert list(project.db.users.find()) == [{"_id": 9, "name": "before"}]
    assert index_names(project) == ["_id_"]


def test_a_command_that_fails_takes_back_those_before_it_and_is_named(project):
    put(project, "000001_users.up.json", [
        *UP, {"insert": "users", "documents": [{"_id": 3}, {"_id": 1}]}])
    result = project.fails(1, "up")
    assert "command 4, 'insert'" in result.err and "duplicate key" in result.err, result
    assert "000001_users.up.json" in result.err, result
    assert "users" not in project.db.list_collection_names() or project.db.users.count_documents({}) == 0


def test_numbers_keep_the_type_that_they_are_written_with(project):
    project.migration("1_types.up.json", """[{"insert": "t", "documents": [{"_id": 1, "a": 1, "b": 1.0, "c": 5000000000,
      "d": 1e3, "e": {"$numberDecimal": "1.50"}, "f": {"$date": {"$numberLong": "5"}}, "g": {"$oid": "507f1f77bcf86cd799439011"},
      "2": "first", "1": "second", "h": {"$timestamp": {"t": 1, "i": 2}}, "i": -0.0, "j": {"$numberInt": "7"},
      "k": {"$regularExpression": {"pattern": "x", "options": "i"}}, "l": {"$binary": {"base64": "AQI=", "subType": "00"}}}]},
      {"update": "t", "updates": [{"q": {"a": {"$type": 16}, "k": {"$exists": true}}, "u": {"$set": {"typed": "\\u00fc\\n"}}}]}]
    """)
    project.ok("up")
    raw = project.client.get_database(project.database, codec_options=bson.codec_options.CodecOptions(
        document_class=bson.raw_bson.RawBSONDocument)).t.find_one()
    types = {key: type(value).__name__ for key, value in bson.decode(raw.raw).items()}
    assert [types[key] for key in "abcdefgh"] == ["int", "float", "Int64", "float", "Decimal128", "datetime",
                                                 "ObjectId", "Timestamp"], types
    assert list(bson.decode(raw.raw))[8:10] == ["2", "1"], list(bson.decode(raw.raw))
    assert bson.decode(raw.raw)["typed"] == "ü\n"


def test_validate_json_checks_what_was_done(project):
    put(project, "000001_users.up.json", UP)
    check = {"expect": 2, "command": {"count": "users", "query": {"seen": True}}}
    put(project, "000001_users.validate.json", [
        check, {"expect": 1, "command": {"find": "users", "filter": {"_id": 1}}}])
    project.ok("up")
    project.ok("validate")
    project.db.users.delete_one({"_id": 2})
    result = project.fails(1, "validate")
    assert "command 1, 'count': expected 2, found 1" in result.err + result.out, result


def test_a_validate_json_that_does_not_hold_takes_it_back(project):
    put(project, "000001_users.up.json", UP)
    put(project, "000001_users.validate.json", [{"expect": 3, "command": {"count": "users"}}])
    result = project.fails(1, "up")
    assert "expected 3, found 2" in result.err, result
    assert project.db.users.count_documents({}) == 0


def test_json_that_does_not_parse_has_its_place_and_nothing_runs(project):
    put(project, "000001_users.up.json", UP)
    for text, place in [("[{\"insert\": \"x\",\n }]", ":2:2"), ("{\"insert\": 1}", ":1:1"), ("", ":1:1"),
                        ("[{\"insert\": \"x\"}] 5", ":1:19"), ("[1]", ":1:1"),
                        ("[{\"a\": {\"$oid\": \"zz\"}}]", ":1:8")]:
        put(project, "000002_bad.up.json", text)
        result = project.fails(1, "up")
        assert "000002_bad.up.json" + place in result.err, (text, result)
    assert "users" not in project.db.list_collection_names()


def test_a_down_alone_moves_the_version_only(project):
    put(project, "000001_users.down.json", DOWN)
    project.ok("up")
    assert project.record("000001_users")["status"] == "completed"


def test_other_json_files_are_no_migrations(project):
    put(project, "data.json", [])
    put(project, "001_seed.json", [])
    put(project, "readme.up.json", [])
    assert "0 pending" in project.ok("status").out or "no migrations" in project.ok("status").out.lower()


main(globals())
