#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bad input gets: a clear sentence, the right exit status, and nothing recorded as applied."""
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import URI, main  # noqa: E402


def assert_untouched(project):
    """Nothing ran: not even the tracker knows of an attempt."""
    assert project.db.migrations.count_documents({"status": "completed"}) == 0
    assert "log" not in project.db.list_collection_names()


def test_a_syntax_error_names_file_line_and_column_and_nothing_runs(project):
    project.up_down("001_good.js", "await db.collection('log').insertOne({});")
    project.migration("002_bad.js", "module.exports = {\n  async up(db) {\n    let = ;\n  }\n};\n")
    result = project.fails(1, "up")
    assert "002_bad.js:3" in result.err, result
    assert_untouched(project)


def test_the_ends_of_lines_of_windows_are_not_shown(project):
    project.migration("001_a.js", b"exports.up = async () => {\r\n  const a = 1;\r\n\tthrow new Error('here');\r\n};\r\n")
    lines = project.fails(1, "up").err.splitlines()
    assert "      2 |   const a = 1;" in lines and "      3 |  throw new Error('here');" in lines, lines


def test_a_missing_up_is_named_and_nothing_runs(project):
    project.up_down("001_good.js", "await db.collection('log').insertOne({});")
    project.migration("002_none.js", "module.exports = { async down() {} };")
    result = project.fails(1, "up")
    assert "002_none.js" in result.err and "up" in result.err, result
    assert_untouched(project)


def test_a_throw_is_recorded_as_failed_with_file_line_and_how_far_it_came(project):
    project.migration("001_a.js", "module.exports = {\n  async up(db) {\n"
                      "    await db.collection('a').insertMany([{}, {}, {}]); await db.collection('a').findOne();\n"
                      "    throw new Error('half way');\n  }\n};\n")
    project.up_down("002_b.js", "await db.collection('b').insertOne({});")
    result = project.fails(1, "up")
    record = project.record("001_a")
    assert "half way" in result.err and "001_a.js:4" in result.err, result
    assert record["status"] == "failed" and record["documentsAffected"] == 3, record
    assert record["error"]["line"] == 4 and record["error"]["file"].endswith("001_a.js"), record
    assert project.record("002_b") is None
    row = project.db.godwit_history.find_one({"result": "failed"})
    assert "half way" in row["error"]["message"], row


def test_a_server_error_is_recorded_with_its_code(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({_id: 1});\n"
                    "await db.collection('a').insertOne({_id: 1});")
    project.fails(1, "up")
    assert project.record("001_a")["error"]["code"] == 11000


def test_a_failed_migration_runs_again_once_it_is_mended(project):
    project.up_down("001_a.js", "throw new Error('x');")
    project.fails(1, "up")
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.ok("up")
    record = project.record("001_a")
    assert record["status"] == "completed" and "error" not in record, record


def test_an_id_unlike_the_file_name_is_refused(project):
    project.migration("001_a.js", "module.exports = {id: '001_b', async up() {}};")
    result = project.fails(7, "up")
    assert "001_a" in result.err and "001_b" in result.err, result


def test_two_files_with_one_number_are_named(project):
    project.up_down("001_a.js")
    project.up_down("001_b.js")
    result = project.fails(7, "up")
    assert "001_a" in result.err and "001_b" in result.err, result


def test_two_files_with_one_id_are_named(project):
    project.up_down("001_a.js")
    project.up_down("001_a.cjs")
    result = project.fails(7, "up")
    assert "001_a.js" in result.err and "001_a.cjs" in result.err, result


def test_a_migration_that_never_settles_is_found(project):
    project.up_down("001_a.js", "await new Promise(() => {});")
    result = project.fails(1, "up")
    assert "never settle" in result.err, result
    assert project.record("001_a")["status"] == "failed"


def test_an_unawaited_write_that_fails_fails_the_migration(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({_id: 1});\n"
                    "db.collection('a').insertOne({_id: 1});")
    project.fails(1, "up")
    assert project.record("001_a")["status"] == "failed"


def test_an_unawaited_write_is_waited_for(project):
    project.up_down("001_a.js", "db.collection('a').find({}).toArray()"
                    ".then(() => db.collection('a').insertOne({}));")
    project.ok("up")
    assert project.db.a.count_documents({}) == 1


def test_process_exit_inside_is_found_and_not_recorded_as_applied(project):
    project.up_down("001_a.js", "process.exit(0);")
    result = project.fails(1, "up")
    assert "process.exit" in result.err, result
    assert project.record("001_a")["status"] == "failed"


def test_rejecting_with_nothing_fails_with_a_sentence(project):
    project.up_down("001_a.js", "await Promise.reject();")
    result = project.fails(1, "up")
    assert "undefined" in result.err, result


def test_a_string_that_is_not_utf_8_fails_with_a_sentence(project):
    project.migration("001_a.js", b"module.exports = {async up(db) { return '\xff\xfe'; }};")
    result = project.fails(1, "up")
    assert "UTF-8" in result.err, result


def test_a_document_over_16_mb_fails_and_says_so(project):
    project.up_down("001_a.js", "await db.collection('a').insertOne({s: 'x'.repeat(17 << 20)});")
    result = project.fails(1, "up")
    assert "(16MB)" in result.err and "001_a.js" in result.err, result
    assert project.db.a.count_documents({}) == 0


def test_an_unreachable_server_fails_within_ten_seconds_or_so(project):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.monotonic()
    result = project.fails(6, "up", "--uri", f"mongodb://u:hunter2@127.0.0.1:{port}/x")
    assert time.monotonic() - start < 15
    assert str(port) in result.err and "hunter2" not in result.err, result


def test_a_database_name_that_is_missing_is_asked_for(project):
    project.folder.joinpath("godwit.json").write_text('{"uri": "%s"}' % URI)
    result = project.fails(2, "up")
    assert "database" in result.err, result


def test_a_configuration_that_is_not_json_names_file_and_line(project):
    project.folder.joinpath("godwit.json").write_text('{\n  "uri": "x",\n  nonsense\n}\n')
    result = project.fails(2, "up")
    assert "godwit.json" in result.err and "3" in result.err, result


def test_an_unknown_key_in_the_configuration_names_the_nearest(project):
    project.configure(databse="x")
    result = project.fails(2, "up")
    assert "databse" in result.err and "database" in result.err, result


def test_a_folder_that_is_not_there_is_named(project):
    result = project.fails(1, "up", "--dir", "nowhere")
    assert "nowhere" in result.err, result


def test_no_project_says_how_to_start_one(project):
    project.folder.joinpath("godwit.json").unlink()
    result = project.fails(2, "up")
    assert "godwit init" in result.err, result


def test_a_file_name_with_spaces_quotes_and_newlines_runs(project):
    name = "001_it's \"a\"\nname.js"
    project.up_down(name, "await db.collection('a').insertOne({});")
    project.ok("up")
    assert project.record(name[:-3])["status"] == "completed"
    rows = project.ok("status", "--json").json["migrations"]
    assert [row["file"] for row in rows] == [name], rows


def test_an_unknown_driver_method_is_named(project):
    project.up_down("001_a.js", "await db.collection('a').watch();")
    result = project.fails(1, "up")
    assert "watch" in result.err, result


def test_dropping_the_whole_database_spares_what_godwit_keeps_of_it(project):
    project.db.old.insert_one({"_id": 1})
    project.up_down("001_a.js", "await db.dropDatabase(); await db.collection('a').insertOne({_id: 2});")
    project.ok("up")
    assert project.record("001_a")["status"] == "completed"
    assert project.db.old.count_documents({}) == 0 and project.db.a.count_documents({}) == 1


def test_an_edited_file_is_found_and_can_be_allowed(project):
    project.up_down("001_a.js")
    project.ok("up")
    project.up_down("001_a.js", "/* edited */")
    result = project.fails(7, "up")
    assert "001_a.js" in result.err and "changed" in result.err, result
    project.ok("up", "--allow-changed")
    project.configure(policies={"changed": "warn"})
    assert "001_a.js" in project.ok("up").err


def test_a_missing_file_is_found(project):
    project.up_down("001_a.js")
    project.ok("up")
    project.folder.joinpath("migrations/001_a.js").unlink()
    result = project.fails(7, "up")
    assert "001_a" in result.err, result


def test_interrupting_records_a_failure_and_gives_the_lease_back(project):
    project.up_down("001_a.js", "console.log('running'); for (;;) "
                    "await db.collection('a').updateOne({_id: 1}, {$inc: {n: 1}}, {upsert: true});")
    process = project.start("up")
    while project.db.a.count_documents({}) == 0:
        assert process.poll() is None, process.communicate()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 8, process.returncode
    assert project.record("001_a")["status"] == "failed"
    assert project.ok("lock", "--json").json["owner"] is None


if __name__ == "__main__":
    main(globals())
