#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One project, one database, both tools in turns: a team can come, and can go back the next day."""
import os
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "compat")]
from godwit import URI, main  # noqa: E402
from harness import deps  # noqa: E402

ORACLE = deps.ready() / "node_modules" / "migrate-mongo" / "bin" / "migrate-mongo.js"
CONFIG = """module.exports = {
  mongodb: { url: '%s', databaseName: '%s', options: {} },
  migrationsDir: 'migrations',
  changelogCollectionName: 'changelog',
  migrationFileExtension: '.js',
%s};
"""


def lay_out(project, more=""):
    (project.folder / "godwit.json").unlink()
    config = CONFIG % (URI, project.database, more)
    (project.folder / "migrate-mongo-config.js").write_text(config)
    (project.folder / "node_modules").symlink_to(deps.ready() / "node_modules")
    for number in range(1, 5):
        project.up_down(f"{number}-m.js", f"await db.collection('log').insertOne({{ _id: {number} }});",
                        f"await db.collection('log').deleteOne({{ _id: {number} }});")


def node(project, *words):
    return subprocess.run(["node", str(ORACLE), *words], cwd=project.folder, capture_output=True, text=True,
                          env={**os.environ, "TERM": "dumb", "NODE_NO_WARNINGS": "1"})


def node_ok(project, *words):
    done = node(project, *words)
    assert done.returncode == 0, done
    return done.stdout


def hide(project, *numbers):
    """Files that are not there yet."""
    texts = {}
    for number in numbers:
        path = project.folder / "migrations" / f"{number}-m.js"
        texts[path] = path.read_text()
        path.unlink()
    return lambda: [path.write_text(text) for path, text in texts.items()]


def ids(project):
    return sorted(row["_id"] for row in project.db.log.find())


def applied(text):
    return [line.split("│")[1].strip() for line in text.splitlines() if "│" in line and "PENDING" not in line][1:]


def test_what_one_applied_the_other_takes_as_applied(project):
    lay_out(project)
    show = hide(project, 3, 4)
    node_ok(project, "up")
    show()
    assert project.ok("up").out == "MIGRATED UP: 3-m.js\nMIGRATED UP: 4-m.js\n"
    assert ids(project) == [1, 2, 3, 4]
    assert node_ok(project, "up") == ""
    assert project.ok("up").out == ""
    names = ["1-m.js", "2-m.js", "3-m.js", "4-m.js"]
    assert applied(node_ok(project, "status")) == applied(project.ok("status").out) == names


def test_either_takes_back_what_the_other_applied(project):
    lay_out(project)
    project.ok("up")
    assert node_ok(project, "down") == "MIGRATED DOWN: 4-m.js\n"
    assert project.ok("down").out == "MIGRATED DOWN: 3-m.js\n"
    assert ids(project) == [1, 2]
    assert node_ok(project, "up") == "MIGRATED UP: 3-m.js\nMIGRATED UP: 4-m.js\n"
    assert project.ok("down").out == "MIGRATED DOWN: 4-m.js\n"
    assert node_ok(project, "down") == "MIGRATED DOWN: 3-m.js\n"
    assert ids(project) == [1, 2]


def test_a_block_of_either_is_one_for_the_other(project):
    lay_out(project)
    show = hide(project, 3, 4)
    node_ok(project, "up")
    show()
    project.ok("up")
    assert node_ok(project, "down", "-b") == "MIGRATED DOWN: 4-m.js\nMIGRATED DOWN: 3-m.js\n"
    assert project.ok("down", "--block").out == "MIGRATED DOWN: 2-m.js\nMIGRATED DOWN: 1-m.js\n"
    assert ids(project) == [] and project.db.changelog.count_documents({}) == 0


def test_hashes_of_either_are_those_of_the_other(project):
    lay_out(project, "  useFileHash: true,\n")
    show = hide(project, 3, 4)
    project.ok("up")
    assert node_ok(project, "up") == ""
    show()
    node_ok(project, "up")
    assert project.ok("up").out == ""
    path = project.folder / "migrations" / "4-m.js"
    path.write_text(path.read_text().replace("_id: 4", "_id: 44"))
    assert "PENDING" in node_ok(project, "status") and "PENDING" in project.ok("status").out


def test_each_keeps_out_while_the_other_has_the_lock(project):
    lay_out(project, "  lockCollectionName: 'changelog_lock',\n  lockTtl: 600,\n")
    project.up_down("1-m.js", "await db.collection('log').insertOne({ _id: 1 });\n"
                    "while (!(await db.collection('go').findOne())) await new Promise(resolve => setTimeout(resolve, 20));")
    holder = project.start("up")
    while not project.db.log.count_documents({}):
        assert holder.poll() is None, holder.communicate()
    done = node(project, "up")
    assert done.returncode == 1 and "a lock is in place" in done.stderr, done
    project.db.go.insert_one({})
    assert holder.wait(timeout=60) == 0
    assert project.db.changelog_lock.count_documents({}) == 0
    assert node_ok(project, "down") == "MIGRATED DOWN: 4-m.js\n"

    project.db.changelog_lock.insert_one({})
    result = project.fails(1, "up")
    assert "Could not migrate up, a lock is in place." in result.err, result
    assert project.db.changelog_lock.count_documents({}) == 1


def test_what_failed_leaves_no_trace_in_the_changelog_and_one_in_the_history(project):
    lay_out(project)
    project.up_down("2-m.js", "throw new Error('no');")
    project.fails(1, "up")
    assert [row["fileName"] for row in project.db.changelog.find()] == ["1-m.js"]
    last = project.db.godwit_history.find_one({"result": "failed"})
    assert last["file"] == "2-m.js" and last["error"]["message"] == "no", last
    assert node(project, "up").returncode == 1


def test_of_a_file_that_was_applied_twice_the_newest_row_goes(project):
    lay_out(project)
    hide(project, 2, 3, 4)
    node_ok(project, "up")
    project.db.changelog.insert_one({**project.db.changelog.find_one({}, {"_id": 0}), "migrationBlock": 1.0})
    rows = [row["_id"] for row in project.db.changelog.find().sort("_id", 1)]
    project.ok("down")
    assert [row["_id"] for row in project.db.changelog.find()] == rows[:1]


if __name__ == "__main__":
    main(globals())
