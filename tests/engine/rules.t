#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What staging and production ask, want and refuse before data is lost; it is stopped before it happens."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
sys.path.insert(1, str(HERE.parent / "cli"))
from godwit import GODWIT, URI, main  # noqa: E402
from support import terminal  # noqa: E402

LOSSES = {
    "drop": "await db.collection('a').drop();",
    "deleteMany": "await db.collection('a').deleteMany({ n: { $gt: 1 } });",
    "deleteOne": "await db.collection('a').deleteOne({ n: 1 });",
    "findOneAndDelete": "await db.collection('a').findOneAndDelete({ n: 1 });",
    "$unset": "await db.collection('a').updateMany({}, { $unset: { n: 1 } });",
    "$rename": "await db.collection('a').updateMany({}, { $rename: { n: 'm' } });",
    "expireAfterSeconds": "await db.collection('a').createIndex({ at: 1 }, { expireAfterSeconds: 1 });",
    "dropIndexes": "await db.collection('a').dropIndex('n_1');",
    "$out": "await db.collection('b').aggregate([{ $match: {} }, { $out: 'a' }]).toArray();",
    "$merge": "await db.collection('b').aggregate([{ $merge: { into: 'a' } }]).toArray();",
    "renameCollection": "await db.collection('a').rename('c');",
    "dropDatabase": "await db.dropDatabase();",
    "createRole": "await db.command({ createRole: 'godwit_rules', privileges: [], roles: [] });",
}
ADD = "await db.collection('added').insertOne({});\n"


def seed(project):
    project.db.a.insert_many([{"n": 1}, {"n": 2}, {"n": 3}])
    project.db.a.create_index("n")
    project.db.b.insert_one({"n": 9})


def state(project):
    roles = project.db.command("rolesInfo", 1)["roles"]
    return ([row.get("n") for row in project.db.a.find().sort("n")], sorted(project.db.a.index_information()),
            project.db.b.count_documents({}), [row["role"] for row in roles])


def details(project):
    return [row.get("detail") for row in project.db.godwit_history.find().sort("at")]


def typed(project, answer, *words):
    return terminal([GODWIT, *words], project.folder, {}, answer)


def test_each_loss_is_stopped_before_it_happens_where_nobody_can_be_asked(project):
    seed(project)
    before = state(project)
    for what, text in LOSSES.items():
        path = project.up_down("001_a.js", ADD + text)
        result = project.fails(5, "up", "--env", "staging")
        assert what in result.err and "--yes" in result.err, (what, result)
        assert state(project) == before, what
        assert project.record("001_a")["status"] == "failed"
        assert what in project.record("001_a")["error"]["message"]
        assert "refused: " + what in details(project)[-1], details(project)
        path.unlink()
        project.db.migrations.drop()


def test_each_passes_with_yes(project):
    try:
        for what, text in LOSSES.items():
            if what == "dropDatabase":  # godwit's own books would go with it
                continue
            project.client.drop_database(project.database)
            seed(project)
            before = state(project)
            path = project.up_down("001_a.js", text)
            project.ok("up", "--env", "staging", "--yes")
            assert state(project) != before, what
            assert f"allowed by --yes: {what}" in details(project)[-1], details(project)
            path.unlink()
    finally:
        project.db.command("dropAllRolesFromDatabase")


def test_development_asks_nothing_and_neither_does_what_adds(project):
    seed(project)
    project.up_down("001_a.js", LOSSES["deleteMany"])
    project.ok("up")
    project.up_down("002_b.js", ADD + "await db.collection('a').updateMany({}, { $set: { x: 1 } });")
    project.client.drop_database(project.database)
    project.ok("up", "--only", "002_b", "--env", "staging")
    assert details(project) == [None]


def test_a_person_is_asked_with_what_will_happen(project):
    seed(project)
    project.up_down("001_a.js", LOSSES["deleteMany"])
    shown, status = typed(project, "n\n", "up", "--env", "staging")
    assert status == 5, shown
    assert f"001_a: deleteMany on '{project.database}.a' (about 2 documents). Go on?" in shown, shown
    assert project.db.a.count_documents({}) == 3
    shown, status = typed(project, "y\n", "up", "--env", "staging")
    assert status == 0, shown
    assert project.db.a.count_documents({}) == 1
    assert details(project)[-1] == f"allowed: deleteMany on '{project.database}.a'"


def test_all_answers_what_follows_too(project):
    seed(project)
    project.up_down("001_a.js", LOSSES["deleteMany"] + LOSSES["$unset"])
    project.up_down("002_b.js", LOSSES["drop"])
    shown, status = typed(project, "a\n", "up", "--env", "staging")
    assert status == 0, shown
    assert shown.count("Go on?") == 1, shown
    assert details(project)[-1] == f"allowed with all: drop on '{project.database}.a'"


def test_yes_answers_one_question_only(project):
    seed(project)
    project.up_down("001_a.js", LOSSES["deleteMany"] + LOSSES["deleteMany"] + LOSSES["drop"])
    shown, status = typed(project, "y\nn\n", "up", "--env", "staging")
    assert status == 5, shown
    assert shown.count("Go on?") == 2, shown
    assert project.db.a.count_documents({}) == 3  # taken back


def test_several_at_once_ask_once_each(project):
    seed(project)
    many = "".join(f"db.collection('{name}').deleteMany({{ n: {n} }})," for n in (1, 2, 3) for name in "ab")
    project.up_down("001_a.js", f"await Promise.all([{many}]);")
    shown, status = typed(project, "y\ny\n", "up", "--env", "staging")
    assert status == 0, shown
    assert shown.count("Go on?") == 2, shown
    assert project.db.a.count_documents({}) == 0


def test_catching_the_error_does_not_hide_the_refusal(project):
    seed(project)
    caught = "try { " + LOSSES["drop"] + " } catch (error) {} "
    project.up_down("001_a.js", caught + caught)
    result = project.fails(5, "up", "--env", "staging")
    assert "nobody is there to ask" in result.err, result
    assert project.record("001_a")["status"] == "failed"
    assert project.db.a.count_documents({}) == 3


def test_in_a_transaction_too(project):
    seed(project)
    project.up_down("001_a.js", "const session = client.startSession(); await session.withTransaction(async () => {"
                    "await db.collection('a').insertOne({ n: 4 }, { session });"
                    "await db.collection('a').deleteMany({ n: 1 }, { session }); });")
    project.fails(5, "up", "--env", "staging")
    assert project.db.a.count_documents({}) == 3
    project.ok("up", "--env", "staging", "--yes")
    assert [row["n"] for row in project.db.a.find().sort("n")] == [2, 3, 4]


def test_down_and_redo_are_asked_alike_and_validate_is_not(project):
    seed(project)
    project.migration("001_a.js", "module.exports = { async up() {}, async down(db) {" + LOSSES["drop"] + "},"
                      " async validate(db) { await db.collection('b').deleteMany({}); return true; } };")
    project.ok("up", "--env", "staging", "--yes")
    project.db.b.insert_one({})
    project.ok("validate", "--env", "staging")
    assert project.db.b.count_documents({}) == 0
    project.fails(5, "down", "--env", "staging")
    project.fails(5, "redo", "--env", "staging")
    assert project.db.a.count_documents({}) == 3
    assert project.record("001_a")["status"] == "completed"
    project.ok("down", "--env", "staging", "--yes")


def test_undo_from_recorded_data_is_asked_before_its_first_write(project):
    seed(project)
    project.migration("001_a.js", "module.exports = { async up(db) {" + ADD +
                      "await db.collection('a').updateMany({}, { $set: { m: 1 } }); } };")
    project.ok("up", "--env", "staging")
    for words in (["down"], ["down", "--from", "journal"], ["redo"]):
        result = project.fails(5, *words, "--env", "staging")
        assert f"undo on '{project.database}." in result.err and "--yes" in result.err, result
        assert project.db.added.count_documents({}) == 1 and project.db.a.count_documents({"m": 1}) == 3
        assert project.record("001_a")["status"] == "completed"
        assert project.ok("status", "--json").json["migrations"][0]["unfinished"] is None
    shown, status = typed(project, "y\ny\n", "down", "--env", "staging")
    assert status == 0 and shown.count("Go on?") == 2, shown
    assert "about 3 documents" in shown, shown
    assert project.db.added.count_documents({}) == 0 and project.db.a.count_documents({"m": 1}) == 0
    assert "allowed: undo on" in details(project)[-1], details(project)


def test_production_backs_up_what_an_undo_is_about_to_overwrite(project):
    seed(project)
    project.up_down("001_a.js", "await db.collection('a').updateMany({}, { $set: { m: 1 } });")
    project.ok("up", "--env", "production", "--no-plan")
    project.db.a.update_one({"n": 2}, {"$set": {"m": "somebody's"}})
    project.ok("undo", "001_a", "--env", "production", "--on-conflict", "overwrite", "--yes")
    assert project.db.a.count_documents({"m": {"$exists": True}}) == 0
    kept = list((project.folder / ".godwit" / "backups").glob("*-auto/*.archive.zst"))
    assert len(kept) == 1 and f"{project.database}.a" in kept[0].name, kept
    assert "backup of" in details(project)[-1], details(project)
    copy = project.database + "_copy"
    try:
        project.ok("restore", str(kept[0]), "--to-database", copy, "--yes")
        assert project.client[copy].a.count_documents({"m": "somebody's"}) == 1
    finally:
        project.client.drop_database(copy)


def test_production_wants_a_dry_run_of_what_is_pending(project):
    project.up_down("001_a.js", ADD)
    result = project.fails(5, "up", "--env", "production", "--yes")
    assert "dry run" in result.err and "--no-plan" in result.err, result
    assert project.db.list_collection_names() == []
    project.ok("up", "--env", "production", "--no-plan")
    assert details(project) == ["without a dry run (--no-plan)"]


def test_production_takes_a_dry_run_of_the_same_files_and_of_no_others(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.ok("up", "--dry-run", "--env", "production")
    project.up_down("001_a.js", "await db.collection('a').insertOne({ edited: true });")
    project.fails(5, "up", "--env", "production")
    project.ok("up", "--dry-run", "--env", "production")
    project.ok("up", "--env", "production")
    assert project.db.a.count_documents({"edited": True}) == 1
    project.ok("up", "--env", "production")


def test_production_goes_without_a_backup_where_that_is_said(project):
    seed(project)
    project.up_down("001_a.js", ADD + LOSSES["deleteMany"])
    result = project.fails(5, "up", "--env", "production", "--no-plan", "--no-backup")
    assert "nobody is there to ask" in result.err, result
    project.ok("up", "--env", "production", "--no-plan", "--no-backup", "--yes")
    assert project.db.a.count_documents({}) == 1
    assert f"no backup of '{project.database}.a' (--no-backup)" in details(project)[-1]


def test_production_refuses_what_cannot_be_undone(project):
    project.up_down("001_a.js", LOSSES["createRole"])
    words = ["up", "--env", "production", "--no-plan", "--no-backup", "--yes"]
    result = project.fails(5, *words)
    assert "createRole" in result.err and "--allow-irreversible" in result.err, result
    assert state(project)[3] == []
    try:
        result = project.ok(*words, "--allow-irreversible")
        assert "note: 001_a: createRole on" in result.err, result
        assert state(project)[3] == ["godwit_rules"]
    finally:
        project.db.command("dropAllRolesFromDatabase")


def test_production_relaxes_no_policy_by_its_configuration(project):
    project.configure(policies={"changed": "allow"})
    path = project.up_down("001_a.js")
    project.ok("up", "--env", "production", "--no-plan")
    path.write_text(path.read_text() + "// edited\n")
    project.fails(7, "up", "--env", "production")
    project.ok("up", "--env", "production", "--allow-changed")


def test_what_is_protected_is_like_production(project):
    project.configure(environments={"live": {"protected": True}, "production": {"protected": False}})
    project.up_down("001_a.js")
    project.fails(5, "up", "--env", "live")
    project.ok("up", "--env", "production")


def test_no_reset_of_what_is_protected(project):
    project.configure(protected=True)
    project.db.a.insert_one({})
    assert "protected" in project.fails(5, "reset", "--confirm", "--yes").err
    assert project.db.a.count_documents({}) == 1


def test_the_mark_beats_the_environment(project):
    project.configure(environments={"live": {"protected": True}})
    seed(project)
    project.up_down("001_a.js")
    project.ok("up", "--env", "live", "--no-plan")
    project.up_down("002_b.js", LOSSES["drop"])
    for words in ([], ["--env", "staging"]):
        result = project.fails(5, "up", *words, env={"NODE_ENV": "development"} if not words else None)
        assert "'live' wants a dry run" in result.err, result
    assert "needs a confirmation" in project.fails(5, "up", "--no-plan").err
    assert project.db.a.count_documents({}) == 3
    assert "backup of" in project.ok("up", "--no-plan", "--yes").err
    project.fails(5, "reset", "--confirm")
    assert "marked as 'live'" in project.ok("status").out
    assert project.ok("status", "--json").json["mark"] == "live"
    assert "marked as" not in project.ok("status", "--env", "live").out


def test_migrate_mongo_projects_are_asked_nothing_for_node_env(project):
    (project.folder / "godwit.json").unlink()
    (project.folder / "migrate-mongo-config.js").write_text(
        f"module.exports = {{ mongodb: {{ url: '{URI}', databaseName: '{project.database}' }},"
        " migrationsDir: 'migrations', changelogCollectionName: 'changelog' };")
    for number in (1, 2, 3):
        project.up_down(f"00{number}_a.js", "await db.collection('a').deleteMany({});",
                        "await db.collection('b').deleteMany({});")
    seed(project)
    project.ok("up", env={"NODE_ENV": "production"})
    assert project.db.a.count_documents({}) == 0
    assert project.db.godwit_meta.find_one()["assumed"] is True
    project.ok("down", env={"NODE_ENV": "production"})
    seed(project)
    project.fails(1, "up", env={"GODWIT_ENV": "production"})
    project.fails(1, "up", "--no-plan", env={"GODWIT_ENV": "production"})
    assert project.db.godwit_meta.find_one().get("assumed") is None
    # From now on the database is production's, by godwit's own word.
    project.fails(1, "up", env={"NODE_ENV": "development"})
    assert project.db.a.count_documents({}) == 3


if __name__ == "__main__":
    main(globals())
