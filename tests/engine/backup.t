#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is backed up comes back as it was, also by and to others who know the format; a damaged file is
refused; nothing is ever half."""
import gzip
import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import sys
import threading
import time

import bson
import pymongo
from bson import json_util
from bson.raw_bson import RawBSONDocument

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent), str(HERE.parent / "cli")]
import archive  # noqa: E402
import everything  # noqa: E402
from backups import left_over, other, raws  # noqa: E402
from godwit import GODWIT, Result, fail_command, main  # noqa: E402
from harness.mongod import Mongod  # noqa: E402
from support import terminal  # noqa: E402

SUFFIX = {"zstd": ".zst", "gzip": ".gz", "none": ""}


# Round trips.

def test_all_that_a_database_can_hold_comes_back(project):
    everything.seed(project.db, big=everything.LARGEST)
    before = everything.snapshot(project.db)
    name, db = other(project)
    result = project.ok("backup", "--out", "all.archive.zst")
    assert "verified" in result.out and "but for capped" in result.out, result
    project.ok("restore", "all.archive.zst", "--to-database", name)
    everything.check_same(before, everything.snapshot(db))
    db.users.delete_many({})
    db.users.drop_index("u")
    db.drop_collection("seen")
    db.command("collMod", "strict", validationAction="error")
    project.ok("restore", "all.archive.zst", "--to-database", name, "--drop")
    everything.check_same(before, everything.snapshot(db))
    assert left_over(db) == []


def test_each_compression_is_read_by_an_independent_reader(project):
    everything.seed(project.db)
    for how, suffix in SUFFIX.items():
        path = project.folder / f"{how}.archive{suffix}"
        project.ok("backup", "--out", str(path), "--compress", how)
        found = archive.Archive(path)
        assert found.head["server_version"].count(".") == 2, found.head
        names = {info["name"] for info in project.db.list_collections()}
        assert set(found.collections) == {name for name in names if not name.startswith("system.buckets.")
                                          and name != "system.views"}
        for name, part in found.collections.items():
            data = "system.buckets." + name if part.entry["type"] == "timeseries" else name
            if part.entry["type"] != "view":
                assert sorted(part.docs) == raws(project.db[data]), name
        assert found.collections["measured"].entry["type"] == "timeseries"
        assert path.stat().st_mode & 0o777 == 0o600


def as_json(value):
    return json.loads(json_util.dumps(value, json_options=archive.CANONICAL))


def test_the_metadata_say_what_the_server_says(project):
    everything.seed(project.db)
    path = project.folder / "a.archive"
    project.ok("backup", "--out", str(path), "--compress", "none")
    found = archive.Archive(path).collections
    for info in project.db.list_collections():
        name = info["name"]
        if name.startswith("system.buckets.") or name == "system.views":
            continue
        metadata = json.loads(found[name].entry["metadata"])
        indexes = [] if info["type"] == "view" else [index.to_dict() for index in project.db[name].list_indexes()]
        assert metadata["options"] == as_json(info["options"]), name
        assert metadata["indexes"] == as_json(indexes), name
        assert metadata["collectionName"] == name and metadata["type"] == info["type"]
        if "uuid" in info["info"]:
            assert metadata["uuid"] == info["info"]["uuid"].hex(), name


def as_mongodump(db):
    """All that an archive of mongodump has of a database."""
    found = []
    for info in db.list_collections():
        name, kind = info["name"], info["type"]
        if name.startswith("system.buckets.") or name == "system.views":
            continue
        data = "system.buckets." + name if kind == "timeseries" else name
        indexes = [] if kind == "view" else [index.to_dict() for index in db[name].list_indexes()]
        docs = [] if kind == "view" else [
            doc.raw for doc in db[data].with_options(bson.codec_options.CodecOptions(
                document_class=RawBSONDocument)).find()]
        found.append((name, kind, {"options": info["options"], "indexes": indexes, "collectionName": name,
                                   "type": kind}, docs))
    return found


def test_what_an_independent_writer_wrote_comes_back(project):
    everything.seed(project.db)
    before = everything.snapshot(project.db)
    for how, compress in (("none", lambda data: data), ("gzip", gzip.compress)):
        name, db = other(project)
        path = project.folder / f"{how}.archive"
        archive.write(path, project.database, as_mongodump(project.db), compress)
        project.ok("backup", "verify", str(path))
        project.ok("restore", str(path), "--to-database", name)
        everything.check_same(before, everything.snapshot(db))


def test_of_several_databases_it_takes_its_own_and_tells_of_an_oplog(project):
    path = project.folder / "a.archive"
    docs = [bson.encode({"_id": n}) for n in range(20)]
    archive.write(path, project.database, [("a", "collection", {"options": {}, "indexes": []}, docs)], oplog=docs)
    result = project.ok("restore", str(path))
    assert "note: the backup has an oplog" in result.err and project.db.a.count_documents({}) == 20, result


def test_an_index_of_text_that_expires_comes_back(project):
    """The server takes one as it was first asked for, and not as it tells it."""
    project.db.a.create_index([("t", "text"), ("s", "text")])
    project.db.b.create_index([("t", "text")], expireAfterSeconds=2000000000, weights={"t": 3})
    before = everything.snapshot(project.db)
    name, db = other(project)
    project.ok("backup", "--out", "a.archive")
    project.ok("restore", "a.archive", "--to-database", name)
    everything.check_same(before, everything.snapshot(db))


def test_options_that_json_mangles_are_exact(project):
    project.db.create_collection("a", validator={"a": {"$regex": "^x", "$options": "i"}})
    project.db.create_collection("b", validator={"n": {"$in": [bson.Int64(1), 1.0, 1]}})
    before = everything.snapshot(project.db)
    project.ok("backup", "--out", "a.archive")
    name, db = other(project)
    project.ok("restore", "a.archive", "--to-database", name)
    everything.check_same(before, everything.snapshot(db))


# Which collections.

def test_only_what_was_asked_for(project):
    for name in "abc":
        project.db[name].insert_one({"_id": name})
    project.ok("backup", "--out", "two.archive", "--collections", "a, b")
    found = project.ok("backup", "verify", "two.archive", "--json").json
    assert [row["collection"] for row in found["collections"]] == ["a", "b"]
    name, db = other(project)
    project.ok("restore", "two.archive", "--to-database", name, "--only", "b")
    assert [one for one in db.list_collection_names() if not everything.is_ours(one)] == ["b"]
    assert "'nowhere'" in project.fails(2, "backup", "--collections", "a,nowhere").err
    assert "'c'" in project.fails(2, "restore", "two.archive", "--to-database", name, "--only", "c").err
    assert left_over(db) == []


def test_what_godwit_keeps_of_a_moment_is_left_out(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({}); await db.collection('b').drop();")
    project.db.b.insert_one({})
    project.ok("up")
    project.ok("backup", "--out", "a.archive")
    names = {row["collection"] for row in project.ok("backup", "verify", "a.archive", "--json").json["collections"]}
    assert names == {"a", "migrations", "godwit_history", "godwit_meta"}, names


def test_the_tracker_comes_back_and_the_history_is_added_to(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.ok("up", "--env", "staging")
    project.ok("backup", "--out", "a.archive")
    name, db = other(project)
    project.configure(database=name)
    project.ok("restore", "a.archive", "--to-database", name)
    assert db.migrations.find_one()["status"] == "completed"
    assert sorted(index["name"] for index in db.migrations.list_indexes()) == ["_id_", "migrationId_1"]
    actions = [row["action"] for row in db.godwit_history.find().sort("at")]
    assert actions == ["up", "restore"], actions
    assert db.godwit_meta.find_one({"_id": "godwit"})["environment"] == "development"
    assert "0 pending" in project.ok("status").out
    project.ok("restore", "a.archive", "--to-database", name, "--drop")
    actions = [row["action"] for row in db.godwit_history.find().sort("at")]
    assert actions == ["up", "restore", "restore"], actions


def test_a_migration_that_is_under_way_is_told_of(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});"
                    " while (await db.collection('go').findOne({}) === null)"
                    " await new Promise(resolve => setTimeout(resolve, 50));")
    process = project.start("up")
    while project.db.a.count_documents({}) == 0:
        assert process.poll() is None, process.communicate()
    assert "is migrating this database" in project.ok("backup", "--out", "a.archive").err
    project.db.go.insert_one({})
    process.communicate()
    assert project.ok("backup", "--out", "b.archive").err == ""


# Refusals, before anything is changed.

def test_what_is_there_is_not_touched_without_drop(project):
    project.db.a.insert_one({"_id": 1})
    project.ok("backup", "--out", "a.archive")
    project.db.a.insert_one({"_id": 2})
    result = project.fails(5, "restore", "a.archive")
    assert "'a'" in result.err and "--drop" in result.err, result
    assert project.db.list_collection_names() == ["a"]
    project.ok("restore", "a.archive", "--drop")
    assert [row["_id"] for row in project.db.a.find()] == [1]


def test_a_backup_of_another_database_says_where_it_goes(project):
    project.db.a.insert_one({"_id": 1})
    project.ok("backup", "--out", "a.archive")
    name, db = other(project)
    project.configure(database=name)
    result = project.fails(5, "restore", "a.archive")
    assert f"'{project.database}'" in result.err and f"--to-database {name}." in " ".join(
        result.err.split()), result
    assert db.list_collection_names() == []


def test_no_backup_is_overwritten(project):
    project.db.a.insert_one({})
    project.ok("backup", "--out", "a.archive")
    before = (project.folder / "a.archive").read_bytes()
    assert "there already" in project.fails(5, "backup", "--out", "a.archive").err
    assert (project.folder / "a.archive").read_bytes() == before


def refused(project, path, *words):
    result = project.fails(1, "restore", str(path), *words)
    assert "damaged" in result.err and "byte" in result.err, result
    return result


def test_a_truncated_file_is_refused_with_its_place(project):
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}")
    places = random.Random(seed)
    for name in ("a", "b"):
        project.db[name].insert_many([{"_id": n, "x": places.randbytes(50)} for n in range(200)])
    project.db.create_collection("v", viewOn="a", pipeline=[])
    for how, suffix in SUFFIX.items():
        path = project.folder / f"{how}.archive{suffix}"
        project.ok("backup", "--out", str(path), "--compress", how)
        whole = path.read_bytes()
        cuts = set(archive.Archive(path).boundaries) if how == "none" else set()
        cuts |= {0, 3, 4, len(whole) - 1, *(places.randrange(len(whole)) for _ in range(8))}
        for cut in sorted(cuts):
            path.write_bytes(whole[:cut])
            refused(project, path, "--drop")
    project.fails(1, "restore", "nowhere.archive")
    assert project.db.list_collection_names(filter={"name": {"$regex": "^godwit_"}}) == []


def test_no_flipped_bit_goes_unseen(project):
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}")
    places = random.Random(seed)
    project.db.a.insert_many([{"_id": n, "x": places.randbytes(50)} for n in range(200)])
    for how, suffix in SUFFIX.items():
        path = project.folder / f"{how}.archive{suffix}"
        project.ok("backup", "--out", str(path), "--compress", how)
        whole = path.read_bytes()
        for _ in range(15):
            bit = places.randrange(len(whole) * 8)
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            if project.run("backup", "verify", str(path)).status == 0:
                # The hour in a header of gzip, and the like, carry nothing.
                assert how != "none" and archive.plain(bytes(damaged)) == archive.plain(whole), (how, bit)
            else:
                refused(project, path, "--drop")
    assert project.db.list_collection_names() == ["a"]


def test_damage_is_named_with_collection_and_byte(project):
    project.db.users.insert_many([{"_id": n, "x": "x" * 50} for n in range(100)])
    path = project.folder / "a.archive"
    project.ok("backup", "--out", str(path), "--compress", "none")
    whole = path.read_bytes()
    at = whole.index(b"x" * 50)
    path.write_bytes(whole[:at] + b"y" + whole[at + 1:])
    result = refused(project, path, "--drop")
    assert f"'{project.database}.users'" in result.err and "checksum" in result.err, result
    # What no checksum of the format is about.
    for part in (b"tool_version\0", b"godwit 0", b"\x12crc\0", b"\x12CRC\0", b"EOF\0", b"metadata\0", b"bson\0"):
        at = whole.find(part)
        if at >= 0:
            for place in (at + 1, at + len(part), at + len(part) + 1):
                path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
                refused(project, path, "--drop")


# One moment.

def transfer(client, database, stop):
    """Move amounts between two collections, so that the sum of both stays."""
    db = client[database]
    with client.start_session() as session:
        number = 0
        while not stop.is_set():
            number += 1
            with session.start_transaction():
                one = {"_id": number % 500}
                db.left.update_one(one, {"$inc": {"amount": -7}}, session=session)
                db.right.update_one(one, {"$inc": {"amount": 7}}, session=session)


def test_all_of_it_is_of_one_moment(project):
    for name in ("left", "right"):
        project.db[name].insert_many([{"_id": n, "amount": 100, "x": os.urandom(2000)} for n in range(500)])
    stop = threading.Event()
    writer = threading.Thread(target=transfer, args=(project.client, project.database, stop))
    writer.start()
    try:
        for number in range(4):
            result = project.ok("backup", "--out", f"{number}.archive", "--json").json
            assert result["consistent"] and result["at"] is not None, result
    finally:
        stop.set()
        writer.join()
    moved = set()
    for number in range(4):
        parts = archive.Archive(project.folder / f"{number}.archive").collections
        left, right = (sum(bson.decode(doc)["amount"] for doc in parts[name].docs) for name in ("left", "right"))
        assert left + right == 100000, (left, right)
        moved.add(left)
    assert len(moved) > 1, "nothing was written meanwhile"


def test_a_large_collection_is_read_from_both_ends_and_each_document_once(project):
    batch = [{"x": os.urandom(1000)} for _ in range(40000)]
    project.db.a.insert_many(batch)
    project.db.a.delete_many({"_id": {"$in": [doc["_id"] for doc in batch[::7]]}})
    path = project.folder / "a.archive"
    project.ok("backup", "--out", str(path), "--compress", "none")
    data = path.read_bytes()
    heads = data.count(bson.encode({"db": project.database, "collection": "a", "EOF": False, "CRC": bson.Int64(0)}))
    assert heads > 4, heads
    name, db = other(project)
    project.ok("restore", str(path), "--to-database", name)
    assert raws(db.a) == raws(project.db.a)


def test_where_the_history_does_not_reach_it_is_said(project):
    project.db.a.insert_many([{"_id": n} for n in range(10)])
    fail_command(project, failCommands=["find"], namespace=f"{project.database}.a", errorCode=239)
    result = project.ok("backup", "--out", "a.archive")
    assert "note: the server keeps too little of its history" in result.err, result
    assert len(archive.Archive(project.folder / "a.archive").collections["a"].docs) == 10


def test_where_the_catalog_changed_it_is_read_again(project):
    project.db.a.insert_many([{"_id": n} for n in range(10)])
    fail_command(project, failCommands=["find"], namespace=f"{project.database}.a", errorCode=246)
    assert project.ok("backup", "--out", "a.archive", "--json").json["consistent"]


def test_a_collection_that_is_dropped_meanwhile_is_not_taken_for_an_empty_one(project):
    project.db.a.insert_many([{"_id": n} for n in range(10)])
    fail_command(project, failCommands=["find"], namespace=f"{project.database}.a", blockConnection=True,
                 blockTimeMS=1500)
    process = project.start("backup", "--out", "a.archive")
    while not list(project.folder.glob("a.archive.*")):
        assert process.poll() is None, process.communicate()
    project.db.a.drop()
    project.db.b.insert_one({})
    assert process.wait() == 0, process.communicate()
    assert list(archive.Archive(project.folder / "a.archive").collections) == ["b"]


def test_a_standalone_server_is_backed_up_with_a_note(project):
    with Mongod(project.folder, set_name=None) as server, pymongo.MongoClient(server.uri) as client:
        client.shop.a.insert_many([{"_id": n} for n in range(10)])
        project.configure(uri=server.uri, database="shop")
        result = project.ok("backup", "--out", "a.archive")
        assert "note: this server can't be read at one time" in result.err, result
        project.ok("restore", "a.archive", "--to-database", "copy")
        assert client["copy"].a.count_documents({}) == 10


def test_a_terminal_sees_how_far_it_is_and_how_long_it_will_take(project):
    project.db.a.insert_many([{"x": os.urandom(10000)} for _ in range(4000)])
    fail_command(project, failCommands=["getMore"], blockConnection=True, blockTimeMS=1300, times=2)
    shown, status = terminal([GODWIT, "backup"], project.folder, project.environment)
    assert status == 0 and f"backing up '{project.database}'" in shown, shown
    assert re.search(r"documents, [\d,]+/s, \d\.\d s, \d+ %, [\d.]+ m?s left", shown), shown


# Never half.

def limited(project, size, *words):
    """Run godwit where files may not grow beyond `size` bytes, as on a full disk."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return Result(subprocess.run([GODWIT, *words], cwd=project.folder, stdin=subprocess.DEVNULL, timeout=120,
                                 capture_output=True, env=project.environment, preexec_fn=limit, check=False))


def test_a_full_disk_leaves_nothing(project):
    project.db.a.insert_many([{"_id": n, "x": os.urandom(1000)} for n in range(1000)])
    folder = project.folder / "out"
    folder.mkdir()
    for size in (0, 100, 100000):
        result = limited(project, size, "backup", "--out", "out")
        assert result.status == 1 and "writing the backup" in result.err and "Make room" in result.err, result
        assert list(folder.iterdir()) == []


def test_an_interrupted_backup_leaves_nothing(project):
    project.db.a.insert_many([{"_id": n} for n in range(10)])
    fail_command(project, failCommands=["find"], namespace=f"{project.database}.a", blockConnection=True,
                 blockTimeMS=2000)
    process = project.start("backup", "--out", "a.archive")
    while not list(project.folder.glob("a.archive.*")):
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    err = process.communicate()[1].decode()
    assert process.returncode == 8, err
    assert not list(project.folder.glob("a.archive*"))


def test_an_interrupted_restore_leaves_what_was_there(project):
    project.db.a.insert_many([{"_id": n} for n in range(10)])
    project.ok("backup", "--out", "a.archive")
    project.db.a.insert_one({"_id": 10})
    fail_command(project, failCommands=["insert"], namespace=f"{project.database}.godwit_restore.0",
                 blockConnection=True, blockTimeMS=2000)
    process = project.start("restore", "a.archive", "--drop")
    while left_over(project.db) == []:
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    err = process.communicate()[1].decode()
    assert process.returncode == 8, err
    assert project.db.a.count_documents({}) == 11 and left_over(project.db) == []


POINTS = ["restore.begun:1", "restore.loaded:1", "restore.placing:1", "restore.placed:1",
          "restore.placed:2", "restore.placed:4"]


def seed_small(db, mark):
    db.a.insert_many([{"_id": n, "mark": mark} for n in range(100)])
    db.b.insert_one({"mark": mark})
    db.b.create_index("mark")
    db.create_collection("view", viewOn="a", pipeline=[{"$match": {"mark": mark}}])
    db["system.js"].replace_one({"_id": "f"}, {"value": bson.Code(f"function(){{return {mark}}}")}, upsert=True)


def drop_small(db):
    for name in ("a", "b", "view", "times"):
        db.drop_collection(name)


def test_a_killed_restore_is_before_or_after_and_can_be_called_again(project):
    project.configure(lease={"ttl": 3})
    seed_small(project.db, 1)
    after = everything.snapshot(project.db)
    project.ok("backup", "--out", "one.archive")
    for point in POINTS:
        drop_small(project.db)
        seed_small(project.db, 2)
        before = everything.snapshot(project.db)
        result = project.run("restore", "one.archive", "--drop", env={"GODWIT_CRASH_AT": point})
        assert result.status != 0, point
        assert project.db.godwit_meta.find_one({"_id": "restore"}) is not None, point
        assert "restore" in project.ok("status").err, point
        result = project.ok("up")
        is_complete = project.db.a.find_one()["mark"] == 1
        assert ("complete: its collections are" in result.err) == is_complete, (point, result)
        everything.check_same(after if is_complete else before, everything.snapshot(project.db))
        assert is_complete == (point not in ("restore.begun:1", "restore.loaded:1")), point
        assert left_over(project.db) == [] and project.db.godwit_meta.find_one({"_id": "restore"}) is None, point
        assert "note" not in project.ok("up").err
        project.ok("restore", "one.archive", "--drop")
        everything.check_same(after, everything.snapshot(project.db))


def test_a_restore_that_is_killed_at_random_is_before_or_after(project):
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}")
    moments = random.Random(seed)
    project.configure(lease={"ttl": 3})
    project.db.c.insert_many([{"_id": n, "x": "x" * 100} for n in range(3000)])
    seed_small(project.db, 1)
    after = everything.snapshot(project.db)
    project.ok("backup", "--out", "one.archive")
    ends = {"before": 0, "after": 0}
    for _ in range(int(os.environ.get("GODWIT_TEST_KILLS", "4"))):
        drop_small(project.db)
        project.db.drop_collection("c")
        seed_small(project.db, 2)
        project.db.c.insert_one({"_id": "old"})
        before = everything.snapshot(project.db)
        start = time.monotonic()
        process = project.start("restore", "one.archive", "--drop")
        try:
            process.wait(moments.random() * ends.get("took", 0.6))
            ends["took"] = time.monotonic() - start
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        project.ok("up")
        which = "after" if project.db.a.find_one()["mark"] == 1 else "before"
        ends[which] += 1
        everything.check_same(after if which == "after" else before, everything.snapshot(project.db))
        assert left_over(project.db) == [] and project.db.godwit_meta.find_one({"_id": "restore"}) is None
    print(f"# {ends}")


def test_a_killed_restore_of_a_time_series_can_be_called_again(project):
    project.configure(lease={"ttl": 3})
    options = {"timeField": "t"}
    project.db.create_collection("times", timeseries=options)
    project.db.times.insert_one({"t": bson.datetime_ms.DatetimeMS(1)})
    project.db.a.insert_one({})
    before = everything.snapshot(project.db)
    project.ok("backup", "--out", "one.archive")
    name, db = other(project)
    for point in ("restore.in-place:1", "restore.loaded:1", "restore.placed:1"):
        words = ["restore", "one.archive", "--to-database", name]
        assert project.run(*words, env={"GODWIT_CRASH_AT": point}).status != 0, point
        if point == "restore.placed:1":
            project.ok(*words, "--drop")
        else:
            project.ok(*words)
        everything.check_same(before, everything.snapshot(db))
        drop_small(db)


def test_a_restore_that_fails_leaves_what_was_there(project):
    project.db.a.insert_many([{"_id": n, "n": n} for n in range(100)])
    project.db.b.insert_one({})
    path = project.folder / "a.archive"
    parts = as_mongodump(project.db)
    for part in parts:
        if part[0] == "a":
            part[2]["indexes"].append({"v": 2, "key": {"x": 1}, "name": "x", "unique": True})
    archive.write(path, project.database, parts)
    before = everything.snapshot(project.db)
    result = project.fails(1, "restore", str(path), "--drop")
    assert "making the indexes of 'a'" in result.err, result
    everything.check_same(before, everything.snapshot(project.db))
    assert left_over(project.db) == [] and project.db.godwit_meta.find_one({"_id": "restore"}) is None
    assert project.db.godwit_history.find_one({"action": "restore"})["result"] == "failed"


def test_what_somebody_makes_under_the_same_name_meanwhile_is_left_alone(project):
    project.configure(lease={"ttl": 3})
    project.db.a.insert_one({"_id": 1, "n": 1})
    project.db.a.create_index("n")
    project.ok("backup", "--out", "a.archive")
    name, db = other(project)
    words = ["restore", "a.archive", "--to-database", name]
    fail_command(project, failCommands=["createIndexes"], namespace=f"{name}.godwit_restore.0",
                 blockConnection=True, blockTimeMS=1500)
    process = project.start(*words)
    while left_over(db) == []:
        assert process.poll() is None, process.communicate()
    db.a.insert_one({"_id": "mine"})
    err = process.communicate()[1].decode()
    assert process.returncode == 5 and "somebody made a collection 'a'" in err, err
    assert [row["_id"] for row in db.a.find()] == ["mine"] and left_over(db) == []
    # The same when it was complete already.
    db.a.drop()
    assert project.run(*words, env={"GODWIT_CRASH_AT": "restore.placing:1"}).status != 0
    db.a.insert_one({"_id": "mine"})
    assert "Rename or drop the other one" in " ".join(project.fails(5, *words).err.split())
    assert [row["_id"] for row in db.a.find()] == ["mine"] and left_over(db) != []
    db.a.drop()
    assert "its collections are in their places" in project.fails(5, *words).err
    assert [row["_id"] for row in db.a.find()] == [1] and left_over(db) == []


def test_a_new_primary_in_between_is_noticed(project):
    """What one member alone had acknowledged may be gone: the load begins before, and ends after."""
    with Mongod(project.folder) as server, pymongo.MongoClient(server.uri) as client:
        client.shop.a.insert_many([{"_id": n, "n": n} for n in range(10)])
        client.shop.a.create_index("n")
        project.configure(uri=server.uri, database="shop")
        project.ok("backup", "--out", "a.archive")
        client.admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data={
            "namespace": "copy.godwit_restore.0", "failCommands": ["createIndexes"], "blockConnection": True,
            "blockTimeMS": 6000})
        process = project.start("restore", "a.archive", "--to-database", "copy")
        server.wait_for(lambda: client["copy"]["godwit_restore.0"].estimated_document_count() == 10
                        or process.poll() is not None)
        client.admin.command("replSetStepDown", 1, force=True)
        err = process.communicate(timeout=60)[1].decode()
        assert process.returncode == 6 and "another member became the primary" in err, (process.returncode, err)
        assert left_over(client["copy"]) == []


# Before data is lost.

def automatic(project):
    return sorted(project.folder.glob(".godwit/backups/*-auto/*"))


DELETE = "await db.collection('a').deleteMany({ n: { $gt: 1 } });"
PRODUCTION = ["up", "--env", "production", "--no-plan", "--yes"]


def test_production_backs_up_what_a_migration_takes_away(project):
    project.db.a.insert_many([{"_id": n, "n": n} for n in range(5)])
    project.db.b.insert_one({})
    project.up_down("001_a.js", DELETE + DELETE + "await db.collection('gone').drop();")
    project.up_down("002_b.js", "await db.collection('a').drop();")
    result = project.ok(*PRODUCTION)
    files = automatic(project)
    assert len(files) == 1 and f"backup of '{project.database}.a' in" in result.err, (files, result)
    found = archive.Archive(files[0])
    assert list(found.collections) == ["a"] and len(found.collections["a"].docs) == 5
    for migration in ("001_a", "002_b"):
        path, = project.record(migration)["rollbackInfo"]["backup"]
        assert project.folder / path == files[0], path
    assert (project.folder / ".godwit" / "backups" / ".gitignore").read_text() == "*\n"
    assert str(files[0].relative_to(project.folder)) in project.db.godwit_history.find_one()["detail"]
    project.ok("restore", str(files[0]), "--env", "production")
    assert project.db.a.count_documents({}) == 5


def test_nothing_is_lost_where_no_backup_can_be_made(project):
    project.db.a.insert_many([{"_id": n, "n": n, "x": os.urandom(1000)} for n in range(500)])
    project.up_down("001_a.js", DELETE)
    result = limited(project, 5000, *PRODUCTION)
    assert result.status == 1 and "making a backup of" in result.err and "--no-backup" in result.err, result
    assert project.db.a.count_documents({}) == 500 and automatic(project) == []
    project.ok(*PRODUCTION, "--no-backup")
    assert automatic(project) == [] and "backup" not in project.record("001_a")["rollbackInfo"]


def test_a_whole_database_is_backed_up_before_it_is_dropped(project):
    for name in "abc":
        project.db[name].insert_one({})
    project.up_down("001_a.js", "await db.dropDatabase();")
    project.ok(*PRODUCTION)
    found = archive.Archive(automatic(project)[0])
    assert {"a", "b", "c", "migrations"} <= set(found.collections), list(found.collections)


def test_old_automatic_backups_go_and_the_last_stays(project):
    project.configure(backup={"keep": 2, "maxAge": 1})
    folder = project.folder / ".godwit" / "backups"
    for number in range(1, 6):
        project.db.a.insert_one({"_id": number})
        project.up_down(f"00{number}_a.js", f"await db.collection('a').deleteMany({{ _id: {number} }});")
        project.ok(*PRODUCTION)
        names = sorted(path.name for path in folder.glob("*-auto"))
        assert len(names) == min(number, 2), names
    project.ok("backup")
    os.utime(folder / names[0], (0, 0))
    os.utime(folder / names[1], (0, 0))
    project.db.a.insert_one({"_id": 6})
    project.up_down("006_a.js", "await db.collection('a').drop();")
    project.ok(*PRODUCTION)
    assert len(list(folder.glob("*-auto"))) == 1 and len(list(folder.glob("*.archive.zst"))) == 1
    listed = project.ok("backup", "list", "--json").json["backups"]
    assert sorted(row["automatic"] for row in listed) == [False, True], listed


def test_replacing_is_asked_about_and_backed_up_as_by_a_migration(project):
    project.db.a.insert_one({"_id": 1})
    project.ok("backup", "--out", "a.archive")
    project.db.a.insert_one({"_id": 2})
    result = project.fails(5, "restore", "a.archive", "--drop", "--env", "staging")
    assert "needs a confirmation" in result.err and project.db.a.count_documents({}) == 2, result
    project.fails(5, "restore", "a.archive", "--drop", "--env", "production")
    project.ok("restore", "a.archive", "--drop", "--env", "production", "--yes")
    assert [row["_id"] for row in project.db.a.find()] == [1]
    saved = archive.Archive(automatic(project)[0]).collections["a"].docs
    assert len(saved) == 2
    detail = project.db.godwit_history.find_one({"action": "restore"})["detail"]
    assert "a.archive" in detail and "backup of" in detail, detail


if __name__ == "__main__":
    main(globals())
