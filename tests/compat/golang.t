#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real golang-migrate and godwit on the same directory of JSON files: the same database, the same
version document, and each continues after the other."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

from godwit import URI, main  # noqa: E402
from harness import golang, snapshot  # noqa: E402

FILES = {
    "000001_users": (
        """[{"create": "users", "validator": {"name": {"$type": "string"}}},
            {"createIndexes": "users", "indexes": [
              {"key": {"email": 1}, "name": "email", "unique": true, "sparse": true}]}]""",
        '[{"drop": "users"}]'),
    "000002_seed": (
        """[{"insert": "users", "documents": [{"_id": 1, "name": "Ann", "n": 1, "big": 5000000000, "d": 1.0, "e": 2.5e3},
            {"_id": {"$oid": "507f1f77bcf86cd799439011"}, "name": "Bob", "at": {"$date": {"$numberLong": "1500000000000"}},
             "list": [1, null, true, {"z": 1, "a": 2, "1": "x", "0": "y"}], "dec": {"$numberDecimal": "1.50"}}]}]""",
        '[{"delete": "users", "deletes": [{"q": {}, "limit": 0}]}]'),
    "000003_update": (
        """[{"update": "users", "updates": [
            {"q": {"n": {"$exists": true}}, "u": {"$set": {"seen": true}, "$inc": {"n": 1}}, "multi": true}]}]""",
        '[{"update": "users", "updates": [{"q": {}, "u": {"$unset": {"seen": ""}}, "multi": true}]}]'),
    "000004_other": (
        """[{"create": "log", "capped": true, "size": 4096},
            {"findAndModify": "users", "query": {"_id": 1}, "update": {"$push": {"tags": "x"}}},
            {"collMod": "users", "validator": {"name": {"$type": "string"}, "_id": {"$exists": true}}}]""",
        '[{"drop": "log"}]'),
    "000010_last": (
        """[{"insert": "log", "documents": [
            {"_id": "l", "re": {"$regularExpression": {"pattern": "a", "options": "i"}}}]}]""", None),
}


def lay_out(project, files=FILES):
    project.configure(format="golang-migrate")
    for name, (up, down) in files.items():
        project.migration(f"{name}.up.json", up)
        if down is not None:
            project.migration(f"{name}.down.json", down)


def migrate(project, *words, database=None, status=0):
    """The real program."""
    base, _, query = URI.partition("?")
    url = f"{base.rstrip('/')}/{database or project.database}" + (f"?{query}" if query else "")
    done = subprocess.run([golang.program(), "-path", str(project.folder / "migrations"), "-database", url, *words],
                          capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": str(project.folder)})
    assert done.returncode == status, f"migrate {words}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def version(project, database=None):
    (document,) = project.client[database or project.database].schema_migrations.find({}, {"_id": 0})
    return document


def everything(project, database):
    """All but the version document's own _id."""
    lines = snapshot.of_database(project.client[database], {database: "DB"})
    ours = ('"dirty"', "advisory_lock", "locking_key")
    return [line for line in lines if not any(word in line for word in ours)]


def test_both_come_to_the_same_database(project):
    lay_out(project)
    other = project.database + "_go"
    try:
        project.ok("up")
        migrate(project, "up", database=other)
        assert version(project) == version(project, other) == {"version": 10, "dirty": False}
        assert everything(project, project.database) == everything(project, other)
    finally:
        project.client.drop_database(other)


def test_each_continues_after_the_other(project):
    lay_out(project)
    project.ok("up", "--to", "000002_seed")
    assert version(project) == {"version": 2, "dirty": False}
    assert "3/u update" in migrate(project, "up", "1")
    assert "2 pending" in project.ok("status").out
    result = project.ok("up")
    assert "000004_other" in result.out and "000010_last" in result.out and "000003" not in result.out, result
    assert "10" in migrate(project, "version")
    assert "no change" in migrate(project, "up")
    project.ok("undo", "000010_last", "--yes")
    assert version(project) == {"version": 4, "dirty": False}
    assert "4/d other" in migrate(project, "down", "1")
    result = project.ok("down")
    assert "000003_update" in result.out and version(project) == {"version": 2, "dirty": False}, result
    assert project.db.users.count_documents({"seen": {"$exists": True}}) == 0
    for _ in range(2):
        project.ok("down")
    assert version(project) == {"version": -1, "dirty": False}
    assert "users" not in project.db.list_collection_names()
    assert "1/u users" in migrate(project, "up", "1")


def test_a_migration_that_fails_leaves_the_version_clean(project):
    bad = '[{"insert": "users", "documents": [{"_id": 7, "name": "x"}, {"_id": 1, "name": "y"}]}]'
    lay_out(project, {**FILES, "000003_update": (bad, None)})
    result = project.fails(1, "up")
    assert "command 1, 'insert'" in result.err and "duplicate key" in result.err, result
    assert version(project) == {"version": 2, "dirty": False}
    assert project.db.users.count_documents({}) == 2


def test_a_version_that_the_other_left_dirty_is_refused_until_it_is_repaired(project):
    bad = '[{"insert": "users", "documents": [{"_id": 7, "name": "x"}]}, {"nope": 1}]'
    lay_out(project, {**FILES, "000003_update": (bad, None)})
    migrate(project, "up", status=1)
    assert version(project) == {"version": 3, "dirty": True}
    result = project.fails(7, "up")
    assert "Dirty database version '000003_update'" in result.err and "godwit repair" in result.err, result
    project.db.users.delete_one({"_id": 7})
    project.ok("repair", "000003_update", "--status", "completed", "--reason", "by hand", "--yes")
    assert version(project) == {"version": 3, "dirty": False}
    project.ok("up")
    assert version(project) == {"version": 10, "dirty": False}


def test_the_others_lock_is_respected_and_ours_is_given_back(project):
    lay_out(project)
    project.ok("up", "--to", "000001_users")
    lock = project.db.migrate_advisory_lock
    assert lock.count_documents({}) == 0 and "lock_unique_key" in lock.index_information()
    lock.insert_one({"locking_key": 0, "pid": 1, "hostname": "elsewhere"})
    result = project.fails(4, "up", "--wait", "0")
    assert "golang-migrate's lock is held by 'elsewhere'" in result.err, result
    assert lock.count_documents({}) == 1
    lock.delete_many({})
    project.ok("up")


def test_a_version_without_its_file_is_named(project):
    lay_out(project)
    project.ok("up")
    (project.folder / "migrations" / "000010_last.up.json").unlink()
    result = project.fails(7, "up")
    assert "'10'" in result.err, result


def test_scripts_beside_the_lists_are_applied_too(project):
    lay_out(project)
    project.up_down("000011_script.js", "await db.collection('log').insertOne({ _id: 's' });")
    project.ok("up")
    assert version(project) == {"version": 11, "dirty": False}


def with_option(project, option):
    project.configure(format="golang-migrate", uri=URI + ("&" if "?" in URI else "/?") + option)


def test_what_was_done_by_a_list_is_undone_from_data(project):
    lay_out(project)
    project.ok("up")
    before = list(project.db.users.find())
    project.ok("undo", "000010_last", "--yes")
    assert version(project) == {"version": 4, "dirty": False}
    assert project.db.log.count_documents({}) == 0
    project.ok("undo", "000004_other", "--yes")
    project.ok("undo", "000003_update", "--yes")
    assert version(project) == {"version": 2, "dirty": False}
    assert "seen" not in project.db.users.find_one({"_id": 1}) and "log" not in project.db.list_collection_names()
    migrate(project, "up")
    assert version(project) == {"version": 10, "dirty": False} and list(project.db.users.find()) == before


def test_the_option_of_the_uri_for_one_transaction_is_honoured(project):
    files = {"000001_a": ('[{"insert": "a", "documents": [{"_id": 1}]}, {"update": "a", "updates": '
                          '[{"q": {}, "u": {"$set": {"n": 1}}}]}]', None),
             "000002_b": ('[{"insert": "a", "documents": [{"_id": 2}]}, {"collMod": "a", "validator": {}}]', None)}
    lay_out(project, files)
    project.db.create_collection("a")
    with_option(project, "x-transaction-mode=true")
    result = project.fails(1, "up")
    assert "command 2, 'collMod'" in result.err and "transaction" in result.err, result
    assert list(project.db.a.find()) == [{"_id": 1, "n": 1}]
    assert version(project) == {"version": 1, "dirty": False}
    with_option(project, "x-transaction-mode=false")
    project.ok("up")
    assert version(project) == {"version": 2, "dirty": False}


def test_options_of_the_uri_that_are_not_honoured_are_refused_by_name(project):
    lay_out(project)
    with_option(project, "x-migrations-collection=versions")
    result = project.fails(2, "up")
    assert "x-migrations-collection=versions" in result.err and '"tracker": "versions"' in result.err, result
    with_option(project, "x-advisory-lock-collection=locks")
    assert "x-advisory-lock-collection=locks" in project.fails(2, "up").err
    with_option(project, "x-migrations-collection=schema_migrations&x-advisory-lock-timeout=5")
    project.ok("up")


main(globals())
