#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that the project's own Node runs: godwit's database handed to them, connections of their own,
and every way in which a process can end."""
import os
import pathlib
import signal
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "compat")]
from harness import deps  # noqa: E402
from godwit import URI, main  # noqa: E402

LIMIT_S = 60


def use_node(project, **more):
    project.configure(engine="node", **more)
    modules = project.folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(deps.ready() / "node_modules")


def until(condition):
    """Look again until it holds; what is waited for happens in another process."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        os.sched_yield()
    raise AssertionError("it did not happen")


def children_of(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in task.read_text().split()]
        except OSError:
            pass
    return found


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_node_runs_up_validate_and_down(project):
    use_node(project)
    project.migration("001_a.js", """
const { Worker } = require('worker_threads');
module.exports = {
  description: 'in Node', author: 'ada',
  async up(db, client) {
    console.log('up in Node', typeof Worker, process.versions.node.split('.')[0] >= 20);
    const users = db.collection('users');
    await users.insertMany([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await users.updateMany({ n: { $gt: 1 } }, { $set: { big: true } });
    await users.createIndex({ n: 1 });
    for await (const user of users.find().sort({ n: 1 }).batchSize(1)) console.log(user.n);
    const session = client.startSession();
    await session.withTransaction(async () => { await users.insertOne({ n: 4 }, { session }); });
    await session.endSession();
  },
  async validate(db) { return await db.collection('users').countDocuments() === 4; },
  async down(db) { await db.collection('users').drop(); },
};
""")
    result = project.ok("up")
    assert result.out.startswith("up in Node function true\n1\n2\n3\n"), result
    record = project.record("001_a")
    assert record["status"] == "completed" and record["author"] == "ada", record
    assert record["output"][0] == "up in Node function true" and record["documentsAffected"] == 6, record
    assert [user.get("big") for user in project.db.users.find().sort("n")] == [None, True, True, None]
    assert "n_1" in project.db.users.index_information()
    project.ok("validate")
    assert "yes" in project.ok("status").out
    project.ok("down")
    assert "users" not in project.db.list_collection_names()


def test_what_goes_through_the_handed_over_database_is_undone_from_data(project):
    use_node(project)
    project.db.users.insert_many([{"_id": 1, "a": 1}, {"_id": 2, "a": 2}])
    project.migration("001_a.js", "exports.up = async (db) => {\n"
                      "  await db.collection('users').updateMany({}, { $set: { a: 9, b: 1 } });\n"
                      "  await db.collection('users').deleteOne({ _id: 2 });\n};\n")
    project.ok("up")
    project.ok("undo", "001_a", "--yes")
    assert list(project.db.users.find().sort("_id")) == [{"_id": 1, "a": 1}, {"_id": 2, "a": 2}]


def test_a_throw_is_taken_back_and_has_its_place(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => {\n"
                      "  await db.collection('users').insertOne({ _id: 1 });\n"
                      "  throw new Error('no luck');\n};\n")
    result = project.fails(1, "up")
    assert "no luck" in result.err and "migrations/001_a.js:3" in result.err, result
    assert "users" not in project.db.list_collection_names()
    error = project.record("001_a")["error"]
    assert error["line"] == 3 and error["file"] == "migrations/001_a.js", error


def test_errors_of_the_server_are_the_drivers_and_name_the_call(project):
    use_node(project)
    project.db.users.insert_one({"_id": 1})
    body = "exports.up = async (db) => {\n  try {\n    await db.collection('users').insertOne({ _id: 1 });\n  } " \
           "catch (error) {\n    console.log(error.name, error.code, error.keyValue._id);\n  }\n" \
           "  await db.collection('users').insertOne({ _id: 1 });\n};\n"
    project.migration("001_a.js", body)
    result = project.fails(1, "up")
    assert result.out.startswith("MongoServerError 11000 1\n"), result
    assert "migrations/001_a.js:7" in result.err and "E11000" in result.err, result
    assert project.record("001_a")["error"]["code"] == 11000


def test_types_are_those_of_the_projects_driver_and_survive(project):
    use_node(project)
    project.migration("001_a.js", """
const { ObjectId, Decimal128, Long, Int32, Double } = require('mongodb');
exports.up = async (db) => {
  const t = db.collection('t');
  await t.insertOne({ _id: new ObjectId('64b000000000000000000001'), d: Decimal128.fromString('1.50'),
    l: Long.fromString('9007199254740993'), i: new Int32(5), f: new Double(5), at: new Date(0) });
  const found = await t.findOne();
  console.log(found._id instanceof ObjectId, found.d instanceof Decimal128, found.l instanceof Long, String(found.l));
};
""")
    assert project.ok("up").out.startswith("true true true 9007199254740993\n")
    import bson
    found = project.db.t.find_one()
    assert found["l"] == 9007199254740993 and str(found["d"]) == "1.50", found
    raw = project.db.t.with_options(bson.CodecOptions(document_class=bson.raw_bson.RawBSONDocument)).find_one().raw
    assert b"\x10i\x00" in raw and b"\x01f\x00" in raw, raw


def test_es_modules_and_helpers_load_as_node_has_it(project):
    use_node(project)
    (project.folder / "app.cjs").write_text("exports.seed = (db) => db.collection('a').insertOne({ from: 'app' });\n")
    project.migration("001_a.mjs", "import { seed } from '../app.cjs';\nimport net from 'node:net';\n"
                      "await Promise.resolve();\nexport const up = async (db) => { await seed(db); void net; };\n"
                      "export const down = async (db) => { await db.collection('a').drop(); };\n")
    project.ok("up")
    assert project.db.a.find_one()["from"] == "app"
    project.ok("down")


def test_a_connection_of_its_own_is_named_and_can_not_be_undone(project):
    use_node(project)
    project.migration("001_a.js", """
const { MongoClient } = require('mongodb');
exports.up = async (db) => {
  await db.collection('mine').insertOne({ _id: 1 });
  const own = await MongoClient.connect(process.env.GODWIT_URI);
  await own.db(process.env.GODWIT_DATABASE).collection('theirs').insertOne({ _id: 1 });
  await own.close();
};
exports.down = async () => {};
""")
    result = project.ok("up")
    assert "opens a connection of its own, to " in result.err and "can't be undone from data" in result.err, result
    assert project.db.theirs.count_documents({}) == 1
    record = project.record("001_a")
    assert "a connection of its own to " in record["rollbackInfo"]["irreversible"][0], record
    assert "partly" in project.ok("status").out
    result = project.ok("undo", "001_a", "--yes")
    assert "nobody can take back what went through it" in result.out + result.err, result
    assert project.db.theirs.count_documents({}) == 1 and "mine" not in project.db.list_collection_names()


def test_an_application_that_is_imported_and_connects_at_its_top(project):
    use_node(project)
    (project.folder / "app.js").write_text("""
const { MongoClient } = require('mongodb');
const client = new MongoClient(process.env.MONGODB_URI);
exports.ready = client.connect();
exports.client = client;
""")
    project.migration("001_a.js", "const app = require('../app');\nexports.up = async (db) => {\n"
                      "  await app.ready;\n  await app.client.db(db.databaseName).collection('a').insertOne({});\n};\n"
                      "exports.down = async () => {};\n")
    project.ok("up")
    assert project.db.a.count_documents({}) == 1
    project.ok("down")


def test_a_protected_environment_refuses_connections_of_their_own(project):
    use_node(project)
    project.migration("001_a.js", "const { MongoClient } = require('mongodb');\nexports.up = async (db) => {\n"
                      "  await db.collection('mine').insertOne({ _id: 1 });\n"
                      "  const own = await MongoClient.connect(process.env.GODWIT_URI);\n"
                      "  await own.db(db.databaseName).collection('theirs').insertOne({});\n  await own.close();\n};\n")
    result = project.fails(5, "up", "--env", "production", "--no-plan", "--yes")
    assert "a connection of its own on " in result.err and "cannot be undone from data" in result.err, result
    assert project.db.list_collection_names(filter={"name": {"$in": ["mine", "theirs"]}}) == []
    project.ok("up", "--env", "production", "--no-plan", "--yes", "--allow-irreversible")
    assert project.db.theirs.count_documents({}) == 1


def test_a_dry_run_holds_what_is_handed_over_and_refuses_the_rest(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => { await db.collection('a').insertOne({}); };\n")
    result = project.ok("up", "--dry-run")
    assert "insert" in result.out and "a" not in project.db.list_collection_names(), result
    project.migration("001_a.js", "const { MongoClient } = require('mongodb');\nexports.up = async () => {\n"
                      "  await MongoClient.connect(process.env.GODWIT_URI);\n};\n")
    result = project.run("up", "--dry-run")
    assert result.status != 0 and "a dry run refuses a connection of its own" in result.out + result.err, result


def test_process_exit_is_a_failure(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => {\n  await db.collection('a').insertOne({});\n"
                      "  process.exit(0);\n};\n")
    result = project.fails(1, "up")
    assert "process.exit(0) was called" in result.err and "001_a.js:3" in result.err, result
    assert "a" not in project.db.list_collection_names()


def test_a_process_that_is_killed_is_a_failure(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => {\n  await db.collection('a').insertOne({});\n"
                      "  process.kill(process.pid, 'SIGKILL');\n  await new Promise(() => {});\n};\n")
    result = project.fails(1, "up")
    assert "Node was ended by signal 9" in result.err, result
    assert project.record("001_a")["status"] == "failed" and "a" not in project.db.list_collection_names()


def test_a_promise_that_never_settles_is_found(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => {\n  await db.collection('a').insertOne({});\n"
                      "  await new Promise(() => {});\n};\n")
    result = project.fails(1, "up")
    assert "up() never settled" in result.err, result
    assert "a" not in project.db.list_collection_names()


def test_work_that_is_not_awaited_is_waited_for_and_its_failure_counts(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => { db.collection('a').insertOne({ _id: 1 }); };\n")
    result = project.ok("up")
    assert "did not await all of its work" in result.err and project.db.a.count_documents({}) == 1, result
    project.migration("002_b.js", "exports.up = async (db) => { db.collection('a').insertOne({ _id: 1 }); };\n")
    result = project.fails(1, "up")
    assert "E11000" in result.err and "not awaited" in result.err, result


def started_in_a_loop(project):
    use_node(project, lease={"ttl": 3})
    project.migration("001_a.js", "exports.up = async (db) => {\n  await db.collection('a').insertOne({});\n"
                      "  console.log('looping');\n  for (;;);\n};\n")
    process = project.start("up")
    assert process.stdout.readline() == b"looping\n"
    (node,) = children_of(process.pid)
    return process, node


def test_an_endless_loop_is_ended_by_an_interrupt(project):
    process, node = started_in_a_loop(project)
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT_S) == 8, process.stderr.read()
    assert not is_running(node) and "a" not in project.db.list_collection_names()
    assert project.record("001_a")["status"] == "failed"


def test_node_ends_with_godwit(project):
    process, node = started_in_a_loop(project)
    process.kill()
    process.wait(LIMIT_S)
    until(lambda: not is_running(node))
    project.migration("001_a.js", "exports.up = async () => {};\n")
    project.ok("up")
    assert "a" not in project.db.list_collection_names()


def test_secrets_are_not_on_the_command_line(project):
    use_node(project, uri=URI + ("&" if "?" in URI else "/?") + "appName=hush")
    project.migration("001_a.js", "exports.up = async () => {\n  console.log('looping');\n  for (;;);\n};\n")
    process = project.start("up")
    assert process.stdout.readline() == b"looping\n"
    (node,) = children_of(process.pid)
    words = pathlib.Path(f"/proc/{node}/cmdline").read_bytes()
    environment = pathlib.Path(f"/proc/{node}/environ").read_bytes()
    assert b"node" in words and b"mongodb://" not in words and b"hush" not in words + environment, words
    process.send_signal(signal.SIGINT)
    process.wait(LIMIT_S)


def test_node_that_is_not_there_is_a_clear_sentence(project):
    use_node(project, node={"program": "no-such-node"})
    project.migration("001_a.js", "exports.up = async () => {};\n")
    result = project.fails(1, "up")
    assert "no-such-node" in result.err and "node.program" in result.err, result


def test_what_only_node_has_is_said_to_be_for_node(project):
    project.migration("001_a.js", "const w = require('worker_threads');\nexports.up = () => w;\n")
    result = project.fails(1, "up")
    assert "godwit-engine: node" in " ".join(result.err.split()), result


def test_a_comment_or_the_configuration_chooses_files(project):
    where = "exports.up = async () => { console.log(typeof process.versions.v8); };\n"
    project.migration("001_a.js", where)
    project.migration("002_b.js", "// godwit-engine: node\n" + where)
    project.migration("003_app_c.js", where)
    project.migration("004_app_d.js", "/* godwit-engine: godwit */\n" + where)
    project.configure(node={"files": "*_app_*"})
    lines = [line for line in project.ok("up").out.splitlines() if line in ("string", "undefined")]
    assert lines == ["undefined", "string", "string", "undefined"], lines
    runs = project.ok("check", "--json").json["files"]
    assert [each["runs"] for each in runs] == ["native", "node", "node", "native"], runs


def test_typescript_is_for_the_loader_that_the_project_has(project):
    use_node(project, node={"arguments": "--require ./hook.cjs"})
    (project.folder / "hook.cjs").write_text("require.extensions['.ts'] = (module, path) => module._compile("
                                             "require('fs').readFileSync(path, 'utf8').replace(': object', ''), path);\n")
    project.migration("001_a.ts", "exports.up = async (db: object) => {\n  await db.collection('a').insertOne({});\n};\n")
    project.ok("up")
    assert project.db.a.count_documents({}) == 1


def test_what_is_printed_comes_in_order_and_whole(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async () => {\n  for (let i = 0; i < 3000; i++) console.log('Grüße ' + i);\n"
                      "  console.error('to stderr');\n};\n")
    result = project.ok("up")
    lines = result.out.splitlines()
    assert lines[:3000] == [f"Grüße {i}" for i in range(3000)], lines[:5]
    assert "to stderr" in result.err, result


def test_large_batches_go_through(project):
    use_node(project)
    project.migration("001_a.js", "exports.up = async (db) => {\n  const text = 'x'.repeat(1000);\n"
                      "  await db.collection('a').insertMany(Array.from({ length: 30000 }, (_, n) => ({ n, text })));\n"
                      "  console.log((await db.collection('a').find().toArray()).length);\n};\n")
    assert project.ok("up").out.startswith("30000\n")


main(globals())
