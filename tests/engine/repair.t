#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records mended by hand: one migration's status (repair), and an existing database (baseline)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import URI, main  # noqa: E402


def add(project, *numbers):
    for number in numbers:
        project.up_down(f"{number:03}_m.js", f"await db.collection('log').insertOne({{n: {number}}});")


def repair(project, name, status, reason="because"):
    return project.run("repair", name, "--status", status, "--reason", reason, "--yes")


def statuses(project):
    return [row["status"] for row in project.ok("status", "--json").json["migrations"]]


def numbers(project):
    return sorted(row["n"] for row in project.db.log.find())


def test_a_failed_one_that_was_mended_by_hand_becomes_completed(project):
    project.up_down("001_m.js", "throw new Error('no');")
    project.fails(1, "up")
    result = repair(project, "001_m", "completed", "finished it in the shell")
    assert result.status == 0 and "was failed and is recorded as completed" in result.out, result
    assert statuses(project) == ["completed"] and project.record("001_m")["appliedAt"] is not None
    assert project.ok("up", "--json").json["applied"] == []
    last = project.ok("history", "--json").json["history"][0]
    assert (last["action"], last["result"]) == ("repair", "completed"), last
    assert last["detail"] == "was failed: finished it in the shell", last


def test_pending_makes_up_run_it_again(project):
    add(project, 1)
    project.ok("up")
    assert repair(project, "1", "pending").status == 0
    assert project.record("001_m") is None
    project.ok("up")
    assert numbers(project) == [1, 1]


def test_one_that_never_ran_can_be_completed_and_nothing_else(project):
    add(project, 1)
    for status in ("failed", "rolled_back"):
        result = repair(project, "001_m", status)
        assert result.status == 5 and "never ran" in result.err, result
    assert statuses(project) == ["pending"]
    assert repair(project, "001_m", "completed").status == 0
    assert statuses(project) == ["completed"] and numbers(project) == []


def test_it_keeps_when_it_was_applied(project):
    add(project, 1)
    project.ok("up")
    at = project.record("001_m")["appliedAt"]
    repair(project, "001_m", "rolled_back")
    repair(project, "001_m", "completed")
    assert project.record("001_m")["appliedAt"] == at


def test_what_it_is_already_is_refused_and_nothing_is_written(project):
    add(project, 1)
    result = repair(project, "001_m", "pending")
    assert result.status == 5 and "'pending' already" in result.err, result
    assert project.db.list_collection_names() == []


def test_it_wants_a_reason_a_status_and_a_confirmation(project):
    add(project, 1)
    assert "--reason" in project.fails(2, "repair", "001_m", "--status", "completed", "--yes").err
    assert "--reason" in project.fails(2, "repair", "001_m", "--status", "completed", "--reason", "", "--yes").err
    assert "--status" in project.fails(2, "repair", "001_m", "--reason", "x", "--yes").err
    assert "--yes" in project.fails(5, "repair", "001_m", "--status", "completed", "--reason", "x").err
    assert "no_such" in project.fails(2, "repair", "no_such", "--status", "completed", "--reason", "x", "--yes").err
    assert statuses(project) == ["pending"]


def test_the_record_of_a_missing_file_can_be_mended_too(project):
    add(project, 1)
    project.ok("up")
    (project.folder / "migrations/001_m.js").unlink()
    assert repair(project, "001_m", "pending", "its file was given up").status == 0
    assert statuses(project) == []


def test_baseline_takes_all_up_to_the_named_one_and_runs_none(project):
    add(project, 1, 2, 3, 4)
    project.ok("up", "--steps", "1")
    result = project.ok("baseline", "003", "--yes", "--json").json
    assert result == {"baseline": ["002_m", "003_m"]}, result
    assert statuses(project) == ["completed", "completed", "completed", "pending"]
    assert numbers(project) == [1]
    project.ok("up")
    assert numbers(project) == [1, 4]
    assert [row["sequence"] for row in project.db.migrations.find().sort("migrationId")] == [1, 2, 3, 4]
    taken = [row for row in project.ok("history", "--json").json["history"] if row["action"] == "baseline"]
    assert len(taken) == 2 and all("not run" in row["detail"] for row in taken), taken


def test_baseline_of_what_is_not_there_makes_nothing(project):
    add(project, 1)
    assert "002_m" in project.fails(2, "baseline", "002_m", "--yes").err
    assert project.db.list_collection_names() == []
    assert "--yes" in project.fails(5, "baseline", "001_m").err


def test_in_a_migrate_mongo_project_a_row_comes_or_goes(project):
    (project.folder / "godwit.json").unlink()
    (project.folder / "migrate-mongo-config.js").write_text(
        f"module.exports = {{ mongodb: {{ url: '{URI}', databaseName: '{project.database}' }},"
        " migrationsDir: 'migrations', changelogCollectionName: 'changelog' };")
    add(project, 1, 2)
    project.ok("baseline", "001_m", "--yes")
    row = project.db.changelog.find_one()
    assert list(row) == ["_id", "fileName", "appliedAt", "migrationBlock"], row
    assert repair(project, "002_m", "completed").status == 0
    assert repair(project, "001_m", "pending").status == 0
    assert [row["fileName"] for row in project.db.changelog.find()] == ["002_m.js"]
    assert "no word for 'failed'" in repair(project, "002_m", "failed").err


if __name__ == "__main__":
    main(globals())
