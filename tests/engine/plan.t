#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `plan` shows is what `up` then does, and showing it changes nothing."""
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402


def add(project, number):
    return project.up_down(f"{number:03}_m.js", f"await db.collection('log').insertOne({{n: {number}}});")


def planned(project, *words, env=None):
    return [row["id"] for row in project.ok("plan", "--json", *words, env=env).json["plan"]]


def test_it_lists_in_order_with_checksums_what_up_then_applies(project):
    for number in (1, 2, 10):
        add(project, number)
    rows = project.ok("plan", "--json").json["plan"]
    body = (project.folder / "migrations/001_m.js").read_bytes()
    assert [row["position"] for row in rows] == [1, 2, 3]
    assert rows[0]["checksum"] == "sha256:" + hashlib.sha256(body).hexdigest()
    assert rows[0]["status"] == "pending" and rows[0]["file"] == "001_m.js"
    wanted = planned(project)
    assert [row["id"] for row in project.ok("up", "--json").json["applied"]] == wanted
    assert planned(project) == []
    assert "0 migrations would be applied" in project.ok("plan").out


def test_it_selects_as_up_does(project):
    for number in (1, 2, 3):
        add(project, number)
    assert planned(project, "--steps", "2") == ["001_m", "002_m"]
    assert planned(project, "--to", "002_m") == ["001_m", "002_m"]
    assert planned(project, "--only", "003_m") == ["003_m"]
    assert "002_m" in project.fails(2, "plan", "--only", "002_x").err


def test_it_runs_no_file_and_writes_nothing(project):
    add(project, 1)
    project.ok("up")
    project.migration("002_loud.js", "console.log('I ran'); throw new Error('at the top');")
    before = project.db.command("dbHash")["collections"]
    result = project.ok("plan")
    assert "I ran" not in result.out + result.err and "002_loud" in result.out
    assert project.db.command("dbHash")["collections"] == before


def test_on_a_database_that_is_not_there_it_makes_none(project):
    add(project, 1)
    assert planned(project) == ["001_m"]
    assert project.database not in project.client.list_database_names()


def test_where_up_would_refuse_it_shows_the_list_and_ends_as_up_does(project):
    add(project, 1)
    add(project, 3)
    project.ok("up")
    add(project, 2)
    result = project.fails(7, "plan")
    assert "002_m" in result.out and "--allow-out-of-order" in result.err, result
    answer = project.fails(7, "plan", "--json").json
    assert answer["plan"][0]["outOfOrder"] is True and answer["error"]["name"] == "integrity", answer
    assert answer["policies"] == {"changed": "fail", "missing": "fail", "outOfOrder": "fail"}
    assert planned(project, "--allow-out-of-order") == ["002_m"]


def test_a_policy_that_only_warns_warns(project):
    path = add(project, 1)
    project.ok("up")
    path.write_text(path.read_text() + "\n")
    project.configure(policies={"changed": "warn"})
    answer = project.ok("plan", "--json").json
    assert len(answer["warnings"]) == 1 and "001_m.js" in answer["warnings"][0], answer
    assert "001_m.js" in project.ok("plan").err


def test_what_failed_before_is_told_from_what_never_ran(project):
    project.up_down("001_m.js", "throw new Error('no');")
    project.fails(1, "up")
    assert project.ok("plan", "--json").json["plan"][0]["status"] == "failed"


if __name__ == "__main__":
    main(globals())
