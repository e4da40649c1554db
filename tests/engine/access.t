#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that asks who is there: wrong passwords, users without rights, and no secret in what
godwit says or keeps."""
import os
import pathlib
import subprocess
import sys
import tempfile

import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS)]
from godwit import main  # noqa: E402
from harness.mongod import Mongod  # noqa: E402

SECRET = "s3cr3t-w0rd"
ROOT_SECRET = "r00t-w0rd"


class GuardedMongod(Mongod):
    """The same with users: `root` may do everything, `reader` only read."""

    def start(self):
        key = self.folder / "key"
        if not key.exists():
            super().start()
            return
        command = [os.environ["GODWIT_MONGOD"], "--bind_ip", "127.0.0.1", "--port", str(self.port),
                   "--dbpath", str(self.folder), "--logpath", str(self.folder / "mongod.log"),
                   "--replSet", self.set_name, "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket",
                   "--keyFile", str(key), "--setParameter", "diagnosticDataCollectionEnabled=false"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL)

    def guard(self):
        address = f"mongodb://127.0.0.1:{self.port}/?directConnection=true"
        with pymongo.MongoClient(address) as client:
            client.admin.command("createUser", "root", pwd=ROOT_SECRET, roles=["root"])
            client.admin.command("createUser", "reader", pwd=SECRET, roles=["readAnyDatabase"])
        self.process.terminate()
        self.process.wait()
        key = self.folder / "key"
        key.write_text("c2VjcmV0IG9mIGEgdGVzdA==")
        key.chmod(0o600)
        self.start()
        with pymongo.MongoClient(self.uri_of("root", ROOT_SECRET)) as client:
            self.wait_for(lambda: client.admin.command("hello")["isWritablePrimary"])

    def uri_of(self, user, password):
        return f"mongodb://{user}:{password}@127.0.0.1:{self.port}/?replicaSet={self.set_name}"


def says_no_secret(project, result):
    for secret in (SECRET, ROOT_SECRET, "wr0ng-w0rd"):
        assert secret not in result.out + result.err, result
        kept = str(list(project.guarded.migrations.find())) + str(list(project.guarded.godwit_history.find()))
        assert secret not in kept, kept


def use(project, user, password):
    project.configure(uri=SERVER.uri_of(user, password))
    project.guarded = ROOT[project.database]


def test_a_wrong_password_ends_with_6_and_says_so(project):
    use(project, "root", "wr0ng-w0rd")
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    for words in (["up"], ["status"], ["down"], ["history"], ["lock"], ["validate"]):
        result = project.fails(6, *words)
        assert "password" in result.err, result
        says_no_secret(project, result)


def test_no_rights_on_the_tracker_is_said_and_nothing_runs(project):
    use(project, "reader", SECRET)
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    result = project.fails(6, "up")
    assert "godwit_lease" in result.err and "right" in result.err, result
    says_no_secret(project, result)
    assert ROOT[project.database].list_collection_names() == []
    assert project.ok("status", "--json").json["pending"] == 1


def test_a_user_who_may_write_data_and_nothing_of_godwits_is_told_and_nothing_changes(project):
    rights = [{"resource": {"db": project.database, "collection": name},
               "actions": ["find", "insert", "update", "remove", "createIndex", "createCollection"]}
              for name in ("a", "migrations")]
    rights.append({"resource": {"db": project.database, "collection": ""}, "actions": ["listCollections", "find"]})
    ROOT.admin.command("createRole", "writer_" + project.database, privileges=rights, roles=[])
    ROOT.admin.command("createUser", "writer", pwd=SECRET, roles=["writer_" + project.database])
    try:
        use(project, "writer", SECRET)
        project.guarded.a.insert_one({"_id": 1})
        project.up_down("001_a.js", "await db.collection('a').updateMany({}, { $set: { b: 1 } });")
        for words in (["up"], ["prune", "--yes"], ["baseline", "001_a", "--yes"], ["undo", "001_a", "--yes"]):
            result = project.run(*words)
            assert result.status in (5, 6), (words, result)
            assert result.status == 5 or "godwit_lease" in result.err and "right" in result.err, (words, result)
            says_no_secret(project, result)
        assert list(project.guarded.a.find()) == [{"_id": 1}]
        assert project.guarded.list_collection_names() == ["a"]
    finally:
        ROOT.admin.command("dropUser", "writer")


def test_config_and_doctor_mask_the_password(project):
    use(project, "root", ROOT_SECRET)
    for words in (["config"], ["config", "--json"], ["doctor"], ["doctor", "--json"], ["up", "-v"]):
        result = project.run(*words)
        assert result.status == 0, result
        says_no_secret(project, result)


def test_an_error_that_shows_the_uri_does_not_show_the_password(project):
    use(project, "root", ROOT_SECRET)
    project.up_down("001_a.js", "const { MongoClient } = require('mongodb');\n"
                    "await new MongoClient('mongodb://eve:wr0ng-w0rd@127.0.0.1:1/?serverSelectionTimeoutMS=200').connect();")
    result = project.fails(1, "up")
    says_no_secret(project, result)
    assert project.guarded.migrations.find_one()["status"] == "failed"


def test_what_a_user_may_not_read_or_restore_is_said_with_the_role_that_may(project):
    use(project, "root", ROOT_SECRET)
    project.guarded.create_collection("times", timeseries={"timeField": "t"})
    project.guarded.a.insert_one({})
    project.ok("backup", "--out", "all.archive")
    ROOT.admin.command("createUser", "narrow", pwd=SECRET, roles=[{"role": "read", "db": project.database}])
    use(project, "narrow", SECRET)
    result = project.fails(1, "backup", "--out", "b.archive")
    assert "role 'backup'" in result.err and not list(project.folder.glob("b.archive*")), result
    project.ok("backup", "--out", "a.archive", "--collections", "a")
    says_no_secret(project, project.fails(6, "restore", "all.archive", "--drop"))
    assert project.guarded.a.count_documents({}) == 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch, GuardedMongod(scratch, "guarded") as SERVER:
        SERVER.guard()
        with pymongo.MongoClient(SERVER.uri_of("root", ROOT_SECRET)) as ROOT:
            main(globals())
