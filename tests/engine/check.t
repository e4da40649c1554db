#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""godwit check: what is said of files before anything runs."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

CASES = {
    "loop-of-writes": [
        ("for await (const d of db.collection('a').find({ x: 1 })) {\n"
         "  await db.collection('a').updateOne({ _id: d._id }, {});\n}", 3),
        ("const c = db.collection('a').find({ x: 1 });\nwhile (await c.hasNext()) {\n"
         "  await db.collection('a').replaceOne({}, {});\n}", 4),
        ("await db.collection('a').find({ x: 1 }).forEach((d) => db.collection('a').updateOne({}, {}));", 2)],
    "unbounded-to-array": [("await db.collection('a').find().toArray();", 2),
                           ("await db.collection('a').find({}).sort({ _id: 1 }).toArray();", 2)],
    "destructive": [("await db.collection('a').drop();", 2), ("await db.dropDatabase();", 2),
                    ("await db.collection('a').deleteMany({});", 2)],
    "not-in-a-transaction": [
        ("await session.withTransaction(async () => {\n  await db.collection('a').rename('b');\n});", 3)],
    "session-not-passed": [
        ("await session.withTransaction(async () => {\n  await db.collection('a').insertOne({});\n});", 3)],
    "old-driver": [("const c = db.collection('a');\nawait c.update({}, {});", 3),
                   ("await db.collection('a').ensureIndex({ a: 1 });", 2),
                   ("const { ObjectID } = require('mongodb');\nvoid ObjectID;", 2)],
}
FINE = """
const hash = require('crypto').createHash('md5');
hash.update('x');
new Set([1]).delete(1);
await db.collection('a').find().limit(5).toArray();
await db.collection('a').find({ x: 1 }).toArray();
await db.collection('a').deleteMany({ x: 1 });
await session.withTransaction(async (session) => { await db.collection('a').insertOne({}, { session }); });
for (const x of [1]) await db.collection('a').insertOne({ x });
"""


def script(body):
    return f"exports.up = async (db, client, session) => {{\n{body}\n}};\nexports.down = async () => {{}};\n"


def findings(project, *words, status=0):
    result = project.run("check", "--json", *words)
    assert result.status == status, result
    return result.json["findings"]


def test_each_rule_finds_what_it_is_for_on_its_line(project):
    for rule, cases in CASES.items():
        for body, line in cases:
            project.migration("001_a.js", script(body))
            found = [(each["rule"], each["line"]) for each in findings(project)]
            assert (rule, line) in found, (rule, body, found)


def test_what_is_fine_is_left_alone(project):
    project.migration("001_a.js", script(FINE))
    assert findings(project) == []


def pair(up, down):
    return ("module.exports = {\n  async up(db) {\n" + up + "\n  },\n  async down(db) {\n" + down + "\n  },\n};\n")


USERS = "await db.collection('users')"
NOT_INVERSE = [
    (f"{USERS}.updateMany({{}}, {{ $set: {{ 'a.b': 1 }} }});", f"{USERS}.updateMany({{}}, {{ $unset: {{ c: 1 }} }});"),
    (f"{USERS}.updateMany({{}}, {{ $set: {{ a: 1 }} }});", ""),
    (f"{USERS}.updateMany({{}}, {{ $unset: {{ a: 1 }} }});", f"{USERS}.updateMany({{}}, {{ $set: {{ b: 1 }} }});"),
    (f"{USERS}.updateMany({{}}, {{ $rename: {{ a: 'b' }} }});", f"{USERS}.updateMany({{}}, {{ $set: {{ a: 1 }} }});"),
    (f"{USERS}.createIndex({{ a: 1 }});", "await db.collection('other').dropIndex('a_1');"),
    ("await db.createCollection('users');", "console.log('nothing');"),
    (f"{USERS}.rename('people');", "await db.collection('people').drop();"),
]
INVERSE = [
    (f"{USERS}.updateMany({{}}, {{ $set: {{ 'a.b': 1 }} }});", f"{USERS}.updateMany({{}}, {{ $unset: {{ 'a.b': '' }} }});"),
    (f"{USERS}.updateMany({{}}, {{ $set: {{ a: 1 }} }});", f"{USERS}.drop();"),
    (f"{USERS}.updateMany({{}}, {{ $set: {{ a: 1 }} }});", "await putBack(db);"),
    (f"{USERS}.updateMany({{}}, {{ $set: {{ a: 1 }} }});",
     f"for await (const d of {USERS[6:]}.find()) {USERS}.replaceOne({{ _id: d._id }}, d.old);"),
    (f"{USERS}.updateMany({{}}, {{ $rename: {{ a: 'b' }} }});", f"{USERS}.updateMany({{}}, {{ $rename: {{ b: 'a' }} }});"),
    (f"const c = db.collection('users'); await c.createIndex({{ a: 1 }});", f"{USERS}.dropIndex('a_1');"),
    ("await db.createCollection('users');", "await db.dropCollection('users');"),
    (f"{USERS}.rename('people');", "await db.collection('people').rename('users');"),
    ("await seed(db);", ""),
]


def test_a_down_that_is_not_the_inverse_of_its_up(project):
    for up, down in NOT_INVERSE:
        project.migration("001_a.js", pair(up, down))
        found = [(each["rule"], each["line"]) for each in findings(project)]
        assert ("down-not-inverse", 3) in found, (up, down, found)
    for up, down in INVERSE:
        project.migration("001_a.js", pair(up, down))
        assert "down-not-inverse" not in [each["rule"] for each in findings(project)], (up, down)
    project.migration("001_a.js", "exports.up = async (db) => db.createCollection('a');\n"
                      "exports.down = async (db) => { };\n")
    assert [(each["rule"], each["line"]) for each in findings(project)] == [("down-not-inverse", 1)]


def test_an_index_that_an_earlier_file_makes(project):
    index = pair(f"{USERS}.createIndex({{ email: 1, 'a.b': -1 }});", f"{USERS}.dropIndexes();")
    project.migration("001_a.js", index)
    project.migration("002_b.js", pair("await db.collection('others').createIndex({ email: 1, 'a.b': -1 });",
                                       "await db.collection('others').dropIndexes();"))
    assert "index-exists" not in [each["rule"] for each in findings(project)]
    project.migration("003_c.ts", "export const up = async (db: any): Promise<void> => {\n"
                      "  await db.collection('users').createIndexes([{ key: { \"email\": 1, 'a.b': -1 }, unique: true }]);\n};\n"
                      "export const down = async (db: any) => { await db.collection('users').dropIndexes(); };\n")
    (found,) = [each for each in findings(project) if each["rule"] == "index-exists"]
    assert found["file"] == "migrations/003_c.ts" and found["line"] == 2, found
    assert found["message"] == "the index {email:1,a.b:-1} of 'users' was made by migrations/001_a.js already", found
    project.migration("002_b.js", pair(f"{USERS}.dropIndex('email_1_a.b_-1');", f"{USERS}.createIndex({{ email: 1 }});"))
    assert "index-exists" not in [each["rule"] for each in findings(project)]


def test_live_asks_the_database_about_what_is_pending(project):
    down = f"{USERS}.dropIndexes();"
    project.configure(check={"off": "destructive"})
    project.migration("001_a.js", pair(f"{USERS}.createIndex({{ a: 1 }});", down))
    project.ok("up")
    project.migration("002_b.js", pair(f"{USERS}.createIndex({{ b: 1, c: '2dsphere' }});", down))
    project.migration("003_c.js", pair(f"{USERS}.findOne({{ lacks: {{ $exists: false }} }});\n"
                                       f"{USERS}.findOne({{ a: {{ $exists: false }} }});", ""))
    assert findings(project) == [], findings(project)
    assert findings(project, "--live") == [], findings(project, "--live")
    project.db.users.create_index([("b", 1), ("c", "2dsphere")])
    project.db.users.create_index("lacks", sparse=True)
    project.db.users.insert_many([{"_id": n} for n in range(99999)])
    (found,) = findings(project, "--live")
    assert found["rule"] == "index-exists" and found["file"] == "migrations/002_b.js" and found["line"] == 3, found
    project.db.users.insert_one({"_id": -1})
    (_, found) = findings(project, "--live")
    assert found["rule"] == "exists-false" and found["line"] == 3 and "all 100000 documents" in found["message"], found
    assert [each["rule"] for each in findings(project)] == []


def test_a_missing_down_is_noted_and_one_that_is_there_is_not(project):
    project.migration("001_a.js", "exports.up = async () => {};\n")
    project.migration("002_b.ts", "export const up = async (): Promise<void> => {};\nexport const down = up;\n")
    assert [(each["rule"], each["file"]) for each in findings(project)] == [("missing-down", "migrations/001_a.js")]


def test_a_comment_and_the_configuration_switch_rules_off(project):
    body = "await db.collection('a').drop();\nawait db.collection('a').find().toArray();"
    project.migration("001_a.js", script(body))
    assert len(findings(project)) == 2
    project.migration("001_a.js", "// godwit-check off: destructive\n" + script(body))
    assert [each["rule"] for each in findings(project)] == ["unbounded-to-array"]
    project.configure(check={"off": "unbounded-to-array, missing-down"})
    assert findings(project) == []


def test_files_that_do_not_load_are_errors_and_those_that_need_node_say_so(project):
    project.migration("001_good.js", "exports.up = async () => {};\nexports.down = exports.up;\n")
    project.migration("002_node.js", "\nconst net = require('net');\nexports.up = () => net;\n")
    project.migration("003_bad.ts", "export const up = async (: number) => {};\n")
    result = project.fails(1, "check")
    assert "migrations/002_node.js:2:" in result.out and "migrations/002_node.js needs Node" in result.out, result
    assert "migrations/003_bad.ts:1:26: error:" in result.out and "[loads]" in result.out, result
    assert "2 of 3 files do not load" in result.err, result
    answer = json.loads(project.run("check", "--json").out.splitlines()[0])
    assert [each["runs"] for each in answer["files"]] == ["native", "node", "nowhere"], answer


def test_calls_and_modules_are_listed(project):
    project.migration("001_a.mjs", "import fs from 'node:fs';\nimport './b.mjs';\nexport const up = async (db) => {\n"
                      "  await db.collection('a').insertOne({}); await db.collection('a').insertOne({});\n"
                      "  await import('path'); void fs;\n};\nexport const down = up;\n")
    (project.folder / "migrations" / "b.mjs").write_text("export const up = () => {}; export const down = up;\n")
    (file, _) = project.ok("check", "--json").json["files"]
    assert file["modules"] == ["node:fs", "./b.mjs", "path"], file
    assert file["calls"] == [{"name": "insertOne", "count": 2}], file


def test_strict_fails_where_there_are_warnings(project):
    project.migration("001_a.js", script("await db.collection('a').drop();"))
    project.ok("check")
    result = project.fails(1, "check", "--strict")
    assert "1 warnings" in result.err, result


def test_github_annotations(project):
    project.migration("001_a,b.js", script("await db.collection('a').drop();"))
    lines = project.ok("check", "--format", "github").out.splitlines()
    assert lines == ["::warning file=migrations/001_a%2Cb.js,line=2,col=26,title=godwit destructive::"
                     "drop loses what is there"], lines


def test_sarif(project):
    project.migration("001_a.js", script("await db.collection('a').drop();"))
    sarif = json.loads(project.ok("check", "--format", "sarif").out)
    (result,) = sarif["runs"][0]["results"]
    assert sarif["version"] == "2.1.0" and result["ruleId"] == "destructive", sarif
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "migrations/001_a.js", place
    assert place["region"] == {"startLine": 2, "startColumn": 26}, place


def test_no_database_is_asked(project):
    project.configure(uri="mongodb://127.0.0.1:1/none")
    project.migration("001_a.js", script(""))
    project.ok("check")


def test_each_rule_has_a_page_and_a_row_in_the_help(project):
    text = (ROOT / "src/script/js/typescript/rules.js").read_text()
    rules = re.findall(r"name: '([a-z-]+)'", text)
    spec = (ROOT / "spec/commands/check.md").read_text()
    assert len(rules) == 10, rules
    for rule in rules:
        assert (ROOT / "docs" / "rules" / f"{rule}.md").read_text().startswith(f"# {rule}\n"), rule
        assert f"| `{rule}` |" in spec, rule


main(globals())
