#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents that a function of sweep() fails on: shown without what is to be hidden, or written aside."""
import pathlib
import stat
import sys

import bson
from bson import json_util

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

COUNT = 6000
HEAD = "const { sweep } = require('godwit');\nconst c = db.collection('people');\n"
# Of 100, in turn: one throws, one is nonsense, one gets another _id, one grows too large.
TRANSFORM = """
const r = await sweep(c, {}, (doc) => {
  if (doc.n % 100 === 0) throw new Error('no such person');
  if (doc.n % 100 === 1) return 'nonsense';
  if (doc.n % 2000 === 2) return { ...doc, _id: 'other' };
  if (doc.n % 2000 === 3) return { $set: { text: 'x'.repeat(17e6) } };
  if (doc.n % 2000 === 4) { const ring = {}; ring.ring = ring; return { $set: { ring } }; }
  return { $set: { seen: true } };
});
console.log('modified', r.modifiedCount);
"""
BAD = {n for n in range(COUNT) if n % 100 in (0, 1) or n % 2000 in (2, 3, 4)}


def seed(project, count=COUNT):
    project.db.people.insert_many([{"_id": n, "n": n, "big": bson.Int64(n), "email": f"p{n}@example.com",
                                    "address": {"city": "Bern", "zip": 3000}, "phones": [{"number": "555-1"}]}
                                   for n in range(count)])


def lines(project, name="bad.jsonl"):
    text = (project.folder / name).read_text()
    return [json_util.loads(line, json_options=json_util.CANONICAL_JSON_OPTIONS) for line in text.splitlines()]


def test_bad_ones_are_written_aside_and_the_rest_is_changed(project):
    seed(project)
    before = list(project.db.people.find().sort("_id", 1))
    project.up_down("001_a.js", HEAD + TRANSFORM)
    result = project.ok("up", "--skip-bad", "bad.jsonl")
    assert f"'001_a' left {len(BAD)} documents as they were" in result.err and "bad.jsonl" in result.err, result
    assert f"modified {COUNT - len(BAD)}" in result.out, result
    after = {doc["_id"]: doc for doc in project.db.people.find()}
    assert {n for n, doc in after.items() if "seen" not in doc} == BAD
    assert all(after[n] == before[n] for n in BAD)
    found = lines(project)
    assert sorted(line["document"]["_id"] for line in found) == sorted(BAD), "each of them once"
    assert all(line["document"] == before[line["document"]["_id"]] for line in found)
    assert type(found[0]["document"]["big"]) is bson.Int64
    assert {line["namespace"] for line in found} == {f"{project.database}.people"}
    reasons = {line["document"]["_id"]: line["reason"] for line in found}
    assert reasons[0] == "no such person" and "nonsense" in reasons[1] and "_id" in reasons[2], reasons
    assert "arge" in reasons[3] and reasons[4], (reasons[3], reasons[4])
    assert stat.S_IMODE((project.folder / "bad.jsonl").stat().st_mode) == 0o600
    project.ok("undo", "001_a", "--yes")
    assert list(project.db.people.find().sort("_id", 1)) == before


def test_where_none_is_bad_there_is_no_file(project):
    seed(project, 10)
    project.up_down("001_a.js", HEAD + "await sweep(c, {}, () => ({ $set: { seen: true } }));")
    result = project.ok("up", "--skip-bad", "bad.jsonl")
    assert "left" not in result.err and not (project.folder / "bad.jsonl").exists(), result


def test_the_file_is_one_of_the_project(project):
    seed(project, 10)
    project.up_down("001_a.js", HEAD + "await sweep(c, {}, () => ({ $set: { seen: true } }));")
    assert "bad documents" in project.fails(5, "up", "--skip-bad", "../bad.jsonl").err
    assert project.db.list_collection_names() == ["people"]


def test_a_file_that_cannot_be_written_fails_the_migration(project):
    seed(project, 10)
    (project.folder / "bad.jsonl").mkdir()
    project.up_down("001_a.js", HEAD + "await sweep(c, {}, () => 'nonsense');")
    assert "bad.jsonl" in project.fails(1, "up", "--skip-bad", "bad.jsonl").err
    assert project.record("001_a")["status"] == "failed"


def test_an_error_shows_the_document_without_what_is_hidden(project):
    seed(project, 10)
    project.configure(mask="email, address.*, phones.number")
    project.up_down("001_a.js", HEAD + "await sweep(c, {}, (doc) => { throw new Error('no'); });")
    result = project.fails(1, "up")
    assert "{ _id: 0 }" in result.err and '"n" : 0' in result.err and '"email" : "***"' in result.err, result
    for secret in ("example.com", "Bern", "3000", "555-1"):
        assert secret not in result.err, secret
    assert secret not in str(list(project.db.godwit_history.find()) + list(project.db.migrations.find()))


def test_so_does_a_dry_run(project):
    seed(project, 10)
    project.db.people.update_one({"_id": 3}, {"$set": {"email": "p4@example.com"}})
    project.configure(mask="email")
    project.up_down("001_a.js", HEAD + "await c.updateOne({ _id: 1 }, { $set: { email: 'new@example.com' } });"
                                       "await c.updateOne({ _id: 2 }, { $set: { x: 1 } });"
                                       "await c.createIndex({ email: 1 }, { unique: true });")
    result = project.fails(1, "up", "--dry-run")
    samples = [op["samples"] for op in project.fails(1, "up", "--dry-run", "--json").json["migrations"][0]["operations"]]
    assert "duplicates" in result.out and '"email" : "***"' in result.out, result
    assert samples[0][0]["before"]["email"] == "***" and samples[0][0]["after"]["email"] == "*** (changed)", samples
    assert samples[1][0]["after"]["email"] == "***" and samples[1][0]["after"]["x"] == 1, samples
    assert "p1@" not in result.out and "p4@" not in result.out.split("fails")[0] and "new@" not in result.out, result


main(globals())
