#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `up` does with good files, and what it records."""
import hashlib
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402



def test_applies_pending_migrations_in_order_and_records_them(project):
    for name in ("001_first", "002_second"):
        project.up_down(f"{name}.js",
                        f"await db.collection('log').insertOne({{at: '{name}', n: 1}});")
    result = project.ok("up", "--json").json

    assert [one["id"] for one in result["applied"]] == ["001_first", "002_second"]
    assert {one["status"] for one in result["applied"]} == {"completed"}
    assert [one["documentsAffected"] for one in result["applied"]] == [1, 1]
    assert [row["at"] for row in project.db.log.find().sort("$natural")] == ["001_first", "002_second"]
    record = project.record("001_first")
    assert record["status"] == "completed" and record["documentsAffected"] == 1, record
    assert record["environment"] == "development" and record["sequence"] == 1, record
    assert record["appliedAt"] is not None and record["executionTime"] >= 0
    body = project.folder.joinpath("migrations/001_first.js").read_bytes()
    assert record["checksum"] == "sha256:" + hashlib.sha256(body).hexdigest()


def test_a_second_up_does_nothing_and_writes_nothing(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.ok("up")
    before = project.db.command("dbHash")["collections"]
    result = project.ok("up", "--json").json
    assert result["applied"] == []
    assert project.db.command("dbHash")["collections"] == before


def test_keeps_what_a_migration_prints_and_shows_it(project):
    project.up_down("001_a.js", "console.log('hello', {n: 1}); console.error('oops');")
    result = project.ok("up")
    assert "hello { n: 1 }" in result.out + result.err, result
    assert project.record("001_a")["output"] == ["hello { n: 1 }", "oops"]


def test_keeps_at_most_64_kb_of_output(project):
    project.up_down("001_a.js", "for (let i = 0; i < 3000; i++) console.log('x'.repeat(99));")
    project.ok("up", "--quiet")
    kept = "\n".join(project.record("001_a")["output"])
    assert 60_000 < len(kept) <= 65_536, len(kept)


def test_takes_what_the_file_says_of_itself_into_the_record(project):
    project.migration("001_a.js", "module.exports = {id: '001_a', description: 'Add a',"
                      " author: 'ann', createdAt: '2024-01-15', async up(db) {}};")
    project.ok("up")
    record = project.record("001_a")
    assert (record["description"], record["author"]) == ("Add a", "ann"), record


def test_only_to_and_steps_select(project):
    for number in range(1, 6):
        project.up_down(f"00{number}_m.js", f"await db.collection('log').insertOne({{n: {number}}});")
    seen = lambda: [row["n"] for row in project.db.log.find().sort("$natural")]
    project.ok("up", "--steps", "1")
    assert seen() == [1]
    project.ok("up", "--to", "003_m")
    assert seen() == [1, 2, 3]
    project.ok("up", "--only", "005_m")
    assert seen() == [1, 2, 3, 5]
    project.fails(7, "up")
    project.ok("up", "--allow-out-of-order")
    assert seen() == [1, 2, 3, 5, 4]


def test_validate_runs_after_up_and_its_failure_fails_the_migration(project):
    project.migration("001_a.js", """module.exports = {
  async up(db) { await db.collection('a').insertOne({n: 1}); },
  async validate(db) { if (await db.collection('a').countDocuments({n: 2}) === 0)
    throw new Error('no two'); return true; } };""")
    result = project.fails(1, "up")
    assert "no two" in result.err, result
    assert project.record("001_a")["status"] == "failed"


def test_environment_is_recorded_and_the_database_remembers_it(project):
    project.up_down("001_a.js")
    project.ok("up", env={"NODE_ENV": "staging"})
    assert project.record("001_a")["environment"] == "staging"
    assert project.db.godwit_meta.find_one()["environment"] == "staging"


def test_history_has_every_action(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});",
                    "await db.collection('a').drop();")
    project.ok("up")
    project.ok("down")
    project.ok("up")
    actions = [(row["action"], row["result"]) for row in project.db.godwit_history.find().sort("at")]
    assert actions == [("up", "completed"), ("down", "rolled_back"), ("up", "completed")], actions
    rows = project.ok("history", "--json").json["history"]
    assert [row["action"] for row in rows] == ["up", "down", "up"]
    assert all(row["host"] and row["user"] and row["pid"] for row in rows), rows


def test_secrets_in_the_uri_are_never_shown_or_stored(project):
    project.up_down("001_a.js", "throw new Error('nope')")
    uri = os.environ["GODWIT_TEST_URI"].replace("mongodb://", "mongodb://bob:s3cr3t-w0rd@")
    result = project.run("up", "--uri", uri)
    assert result.status == 6, result
    assert "s3cr3t-w0rd" not in result.out + result.err, result
    assert "s3cr3t-w0rd" not in project.run("config", "--uri", uri).out


if __name__ == "__main__":
    main(globals())
