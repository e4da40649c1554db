#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""down, redo, validate, reset: the ways back."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402


def three(project):
    for number in (1, 2, 3):
        project.up_down(f"00{number}_m.js",
                        f"await db.collection('log').insertOne({{_id: {number}}});",
                        f"await db.collection('log').deleteOne({{_id: {number}}});")


def left(project):
    return [row["_id"] for row in project.db.log.find().sort("$natural")]


def test_down_reverts_the_last_one(project):
    three(project)
    project.ok("up")
    result = project.ok("down", "--json").json
    assert [one["id"] for one in result["reverted"]] == ["003_m"]
    assert result["reverted"][0]["status"] == "rolled_back"
    assert result["reverted"][0]["documentsAffected"] == 1
    assert left(project) == [1, 2]
    assert project.record("003_m")["status"] == "rolled_back"


def test_down_to_keeps_the_named_one(project):
    three(project)
    project.ok("up")
    project.ok("down", "--to", "001_m")
    assert left(project) == [1]


def test_down_steps_and_run(project):
    three(project)
    project.ok("up", "--steps", "1")
    run = project.ok("up", "--json").json["run"]
    project.ok("down", "--run", run)
    assert left(project) == [1]
    project.ok("up")
    project.ok("down", "--steps", "2")
    assert left(project) == [1]


def test_down_with_nothing_applied_does_nothing(project):
    three(project)
    assert project.ok("down", "--json").json["reverted"] == []


def test_down_without_a_down_function_puts_back_what_the_journal_has(project):
    project.migration("001_a.js", "module.exports = {async up(db) {"
                      " await db.collection('a').insertOne({}); }};")
    project.ok("up")
    project.ok("down")
    assert project.record("001_a")["status"] == "rolled_back"
    assert "a" not in project.db.list_collection_names()


def test_down_with_neither_a_down_function_nor_a_journal_changes_nothing(project):
    project.migration("001_a.js", "module.exports = {async up(db) {"
                      " await db.collection('a').insertOne({}); }};")
    project.ok("up")
    project.ok("prune", "--older-than", "0", "--yes")
    result = project.fails(1, "down")
    assert "001_a.js" in result.err and "down" in result.err, result
    assert project.record("001_a")["status"] == "completed"


def test_a_down_that_fails_leaves_the_migration_applied(project):
    project.up_down("001_a.js", "", "throw new Error('cannot');")
    project.ok("up")
    result = project.fails(1, "down")
    assert "cannot" in result.err, result
    assert project.record("001_a")["status"] == "completed"
    assert project.db.godwit_history.count_documents({"result": "failed"}) == 1


def test_a_reverted_migration_is_pending_again(project):
    three(project)
    project.ok("up")
    project.ok("down")
    assert project.fails(3, "status", "--check", "--json").json["pending"] == 1
    project.ok("up")
    assert left(project) == [1, 2, 3]
    project.ok("status", "--check")


def test_redo_reverts_and_applies_again(project):
    three(project)
    project.ok("up")
    result = project.ok("redo", "--json").json
    assert [one["id"] for one in result["applied"]] == ["003_m"], result
    assert left(project) == [1, 2, 3]
    actions = [row["result"] for row in project.db.godwit_history.find({"action": "redo"})]
    assert actions == ["rolled_back", "completed"], actions


def test_redo_of_a_file_that_has_lost_its_up_reverts_nothing(project):
    path = project.up_down("001_a.js", "await db.collection('a').insertOne({});",
                           "await db.collection('a').drop();")
    project.ok("up")
    path.write_text("module.exports = { async down(db) { await db.collection('a').drop(); } };")
    result = project.fails(1, "redo", "--allow-changed")
    assert "'up'" in result.err, result
    assert project.db.a.count_documents({}) == 1
    assert project.record("001_a")["status"] == "completed"


def test_validate_runs_all_and_names_what_fails(project):
    project.migration("001_a.js", "module.exports = {async up() {}, async validate(db) {"
                      " if (await db.collection('a').countDocuments()) throw new Error('not empty');"
                      " }};")
    project.migration("002_b.js", "module.exports = {async up() {}, async validate() {}};")
    project.ok("up")
    project.ok("validate")
    project.db.a.insert_one({})
    result = project.fails(1, "validate")
    assert "001_a" in result.err and "not empty" in result.err, result


def test_reset_drops_everything_in_development(project):
    three(project)
    project.ok("up")
    project.fails(5, "reset")
    project.ok("reset", "--confirm")
    names = project.db.list_collection_names()
    assert all(name.startswith("godwit_") for name in names), names
    project.ok("up")
    assert left(project) == [1, 2, 3]


def test_reset_refuses_another_environment(project):
    three(project)
    project.fails(5, "reset", "--confirm", "--env", "production")


def test_reset_refuses_a_database_that_was_marked_otherwise(project):
    three(project)
    project.ok("up", "--env", "production", "--no-plan")
    result = project.fails(5, "reset", "--confirm", "--env", "development")
    assert "production" in result.err, result
    assert left(project) == [1, 2, 3]


if __name__ == "__main__":
    main(globals())
