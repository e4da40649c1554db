#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Order and integrity: what was edited, is missing, stands twice or comes too late is found and
named before anything runs, and policy decides."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402


def numbers(project):
    return [row["n"] for row in project.db.log.find().sort("$natural")]


def add(project, number, name="m"):
    return project.up_down(f"{number:03}_{name}.js", f"await db.collection('log').insertOne({{n: {number}}});",
                           f"await db.collection('log').deleteOne({{n: {number}}});")


def test_numbers_are_numbers_and_not_text(project):
    for number in (2, 10, 1):
        project.up_down(f"{number}_m.js", f"await db.collection('log').insertOne({{n: {number}}});")
    project.ok("up")
    assert numbers(project) == [1, 2, 10]


def test_one_that_comes_too_late_is_refused_allowed_or_configured(project):
    add(project, 1)
    add(project, 3)
    project.ok("up")
    add(project, 2)
    result = project.fails(7, "up")
    assert "002_m.js" in result.err and "--allow-out-of-order" in result.err, result
    assert numbers(project) == [1, 3]
    row = project.ok("status", "--json").json["migrations"][1]
    assert (row["id"], row["status"], row["outOfOrder"]) == ("002_m", "pending", True), row
    project.configure(policies={"outOfOrder": "warn"})
    assert "002_m.js" in project.ok("up").err
    assert numbers(project) == [1, 3, 2]


def test_an_edited_one_is_refused_until_it_is_allowed(project):
    path = add(project, 1)
    project.ok("up")
    path.write_text(path.read_text() + "\n")
    add(project, 2)
    result = project.fails(7, "up")
    assert "001_m.js" in result.err and "--allow-changed" in result.err, result
    assert numbers(project) == [1]
    assert project.ok("status", "--json").json["changed"] == 1
    project.ok("up", "--allow-changed")
    assert numbers(project) == [1, 2]


def test_a_missing_one_is_refused_until_it_is_allowed(project):
    path = add(project, 1)
    project.ok("up")
    path.unlink()
    add(project, 2)
    result = project.fails(7, "up")
    assert "001_m.js" in result.err and "--allow-missing" in result.err, result
    assert project.ok("status", "--json").json["missing"] == 1
    project.ok("up", "--allow-missing")
    assert numbers(project) == [1, 2]
    assert "001_m" in project.fails(7, "down", "--steps", "2").err
    assert numbers(project) == [1, 2]


def test_two_with_one_number_are_named_by_status_and_refused_by_up(project):
    add(project, 1, "left")
    add(project, 1, "right")
    sentence = "two migrations have the same number: '001_left.js' and '001_right.js'"
    assert sentence in project.ok("status").out
    assert project.ok("status", "--json").json["duplicate"] == sentence
    assert sentence in project.fails(7, "up").err
    assert numbers(project) == []


def test_several_problems_are_all_named_at_once(project):
    for number in (1, 2, 4):
        add(project, number)
    project.ok("up")
    project.migration("001_m.js", "module.exports = { async up() {} };")
    (project.folder / "migrations/002_m.js").unlink()
    add(project, 3)
    result = project.fails(7, "up")
    for name in ("001_m.js", "002_m.js", "003_m.js"):
        assert name in result.err, result


def test_redo_runs_an_edited_file_since_that_is_what_it_is_for(project):
    path = add(project, 1)
    project.ok("up")
    path.write_text(path.read_text().replace("n: 1", "n: 100"))
    result = project.run("redo")
    assert result.status in (0, 7), result
    if result.status == 7:
        project.ok("redo", "--allow-changed")
    assert 100 in numbers(project)


if __name__ == "__main__":
    main(globals())
