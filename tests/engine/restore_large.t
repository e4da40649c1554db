#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A large file is checked while it is loaded; what is found out late leaves as little as what is found out first."""
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent)]
import everything  # noqa: E402
from backups import left_over, other, raws  # noqa: E402
from godwit import fail_command, main  # noqa: E402


def large(project, how, docs=12000):
    """A backup too large to be verified first, and another database which has documents of its own."""
    project.db.a.insert_many([{"_id": n, "x": os.urandom(1000)} for n in range(docs)])
    path = project.folder / f"{how}.archive"
    project.ok("backup", "--out", str(path), "--compress", how)
    name, db = other(project)
    db.create_collection("kept", validator={"n": {"$type": "int"}})
    db.kept.insert_many([{"_id": n, "n": n} for n in range(100)])
    db.kept.create_index("n")
    return path, name, db


def state(db):
    names = [name for name in db.list_collection_names() if not everything.is_ours(name)]
    return everything.snapshot(db), names, db.command("dbHash", collections=names)["md5"]


def failures(db):
    return db.godwit_history.count_documents({"action": "restore", "result": "failed"})


def said(result):
    return " ".join(result.err.removeprefix("godwit: ").split())


def flipped(whole, at):
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]


def test_damage_late_in_a_large_file_leaves_what_was_there(project):
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}")
    places = random.Random(seed)
    for how in ("zstd", "none"):
        path, name, db = large(project, how)
        whole = path.read_bytes()
        before = state(db)
        last = range(len(whole) - 300000, len(whole) - 1000)
        damaged = [flipped(whole, places.choice(last)) for _ in range(3)]
        damaged += [whole[:places.choice(last)] for _ in range(2)] + [whole[:-1]]
        for number, content in enumerate(damaged, 1):
            path.write_bytes(content)
            verified = project.fails(1, "backup", "verify", str(path))
            result = project.fails(1, "restore", str(path), "--to-database", name)
            assert said(result) == said(verified) and "damaged" in result.err, (how, number, result, verified)
            assert failures(db) == number, "it was not found while it was loaded"
            assert state(db) == before and left_over(db) == [], (how, number)
            assert db.godwit_meta.find_one({"_id": "restore"}) is None
        path.write_bytes(whole)
        project.ok("restore", str(path), "--to-database", name)
        assert raws(db.a) == raws(project.db.a) and db.kept.count_documents({}) == 100
        project.db.a.drop()


def test_what_the_server_says_of_damaged_documents_is_not_what_is_told(project):
    path, name, db = large(project, "none", docs=24000)  # more than is read ahead
    before = state(db)
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, whole.index(b"\x05x\0") - 4))  # the same _id twice
    result = project.fails(1, "restore", str(path), "--to-database", name)
    assert "the checksum of the collection's documents is wrong" in " ".join(result.err.split()), result
    assert failures(db) == 1 and state(db) == before and left_over(db) == []


def test_where_something_makes_room_a_large_file_is_verified_first(project):
    path, _, _ = large(project, "zstd")
    path.write_bytes(flipped(path.read_bytes(), path.stat().st_size - 5000))
    before = state(project.db)
    for words in ([], ["--drop"], ["--drop", "--env", "production", "--yes"]):
        assert "damaged" in project.fails(1, "restore", str(path), *words).err, words
        assert project.db.list_collection_names(filter={"name": {"$regex": "^godwit_"}}) == [], words
    assert state(project.db) == before and not list(project.folder.glob(".godwit/backups/*-auto"))


def test_a_large_restore_that_is_killed_while_it_loads_can_be_called_again(project):
    project.configure(lease={"ttl": 3})
    path, name, db = large(project, "zstd")
    before = state(db)
    project.client.admin.command("configureFailPoint", "failCommand", mode={"skip": 2}, data={
        "namespace": f"{name}.godwit_restore.0", "failCommands": ["insert"], "blockConnection": True,
        "blockTimeMS": 60000})
    process = project.start("restore", str(path), "--to-database", name)
    try:
        while db["godwit_restore.0"].estimated_document_count() == 0:
            assert process.poll() is None, process.communicate()
    finally:
        process.kill()
        process.communicate()
        project.client.admin.command("configureFailPoint", "failCommand", mode="off")
    assert db.godwit_meta.find_one({"_id": "restore"})["phase"] == "loading" and left_over(db) != []
    project.configure(lease={"ttl": 3}, database=name)
    result = project.ok("up")
    assert "what it had loaded was dropped" in " ".join(result.err.split()), result
    assert state(db) == before and left_over(db) == []
    project.ok("restore", str(path), "--to-database", name)
    assert raws(db.a) == raws(project.db.a) and db.kept.count_documents({}) == 100


def test_a_failure_while_a_large_file_is_loaded_is_told_as_it_is(project):
    path, name, db = large(project, "zstd")
    before = state(db)
    fail_command(project, failCommands=["insert"], namespace=f"{name}.godwit_restore.0", errorCode=1)
    result = project.fails(1, "restore", str(path), "--to-database", name)
    assert "inserting into 'a'" in result.err and "damaged" not in result.err, result
    assert state(db) == before and left_over(db) == []


if __name__ == "__main__":
    main(globals())
