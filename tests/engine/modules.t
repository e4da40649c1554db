#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Modules of a project: TypeScript migrations, stand-ins for packages that need Node, and what is said
of what is not there."""
import json
import os
import pathlib
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402


def package(project, name, files, facts=None):
    folder = project.folder / "node_modules" / name
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": name, **(facts or {})}))
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def test_typescript_migrations_are_applied_and_reverted(project):
    project.migration("001_a.ts", """
import type { Db } from 'mongodb';
import { ObjectId } from 'mongodb';
interface Shop { _id: ObjectId; name: string }
export const description = 'Adds a shop';
export async function up(db: Db): Promise<void> {
  await db.collection<Shop>('shops').insertOne({ _id: new ObjectId(), name: 'a' } as Shop);
}
export const down = async (db: Db): Promise<void> => { await db.collection('shops').deleteMany({}); };
export const validate = async (db: Db): Promise<boolean> => (await db.collection('shops').countDocuments()) === 1;
""")
    project.migration("002_b.mts", "export const up = async (db: any): Promise<void> => "
                      "db.collection('shops').updateMany({}, { $set: { b: 1 as number } });\n")
    project.migration("003_c.cts", "import path = require('path');\n"
                      "export = { async up(db: any) { await db.collection(path.basename('x/c')).insertOne({}); } };\n")
    project.migration("types.d.ts", "declare const nothing: string;\n")
    project.ok("up")
    assert [doc["b"] for doc in project.db.shops.find()] == [1]
    assert project.db.c.count_documents({}) == 1
    assert project.record("001_a")["description"] == "Adds a shop"
    assert project.record("001_a")["file"] == "001_a.ts"
    for _ in range(3):
        project.ok("down")
    assert project.db.shops.count_documents({}) == 0


def test_what_is_stripped_is_kept_for_its_owner_alone(project):
    project.migration("001_a.ts", "export const up = async (db: any): Promise<void> => {};\n")
    project.ok("up")
    kept = list((project.folder / ".godwit" / "cache").glob("*.js"))
    assert len(kept) == 1 and stat.S_IMODE(kept[0].stat().st_mode) == 0o600, kept
    assert (project.folder / ".godwit" / "cache" / ".gitignore").read_text() == "*\n"


def test_a_folder_that_cannot_be_written_does_no_harm(project):
    project.migration("001_a.ts", "export const up = async (db: any): Promise<void> => {\n"
                      "  await db.collection('a').insertOne({});\n};\n")
    (project.folder / ".godwit").write_text("a file where the folder would be")
    project.ok("up")
    assert project.db.a.count_documents({}) == 1


def test_an_error_in_typescript_is_recorded_with_its_place(project):
    project.migration("001_a.ts", "interface A { a: string }\n"
                      "export const up = async (db: any, x?: A): Promise<void> => {\n"
                      "  const y = x as any as number; (db as any).nope(y);\n};\n")
    result = project.fails(1, "up")
    error = project.record("001_a")["error"]
    assert "001_a.ts:3:45" in result.err and "nope is not a function" in result.err, result
    assert error["line"] == 3 and error["file"].endswith("001_a.ts"), error


def test_a_namespace_with_values_is_refused_with_its_line(project):
    project.migration("001_a.ts", "\nnamespace A { export const b = 1; }\n"
                      "export const up = async () => A.b;\n")
    result = project.fails(1, "up")
    assert "001_a.ts:2:1" in result.err and "namespace 'A'" in result.err, result
    assert "2 | namespace A" in result.err, result


def test_mongoose_stands_for_the_connection_and_its_types(project):
    project.migration("001_a.js", """
const mongoose = require('mongoose');
const { Types, connection } = mongoose;
exports.up = async (db) => {
  await mongoose.connect('mongodb://somewhere.else/x');
  const id = new mongoose.Types.ObjectId('507f1f77bcf86cd799439011');
  await connection.db.collection('a').insertOne({ _id: id, n: Types.Decimal128.fromString('1.5') });
  await mongoose.connection.collection('a').updateOne({ _id: id }, { $set: { db: connection.name === db.databaseName } });
  const session = await mongoose.startSession();
  await session.withTransaction(() => connection.collection('b').insertOne({}, { session }));
  await session.endSession();
  await mongoose.disconnect();
  console.log(mongoose.isValidObjectId(String(id)), mongoose.isValidObjectId('zz'), connection.readyState,
    id instanceof mongoose.mongo.ObjectId, connection.db === db);
};
""")
    result = project.ok("up")
    assert "true false 1 true true" in result.out, result
    assert project.db.a.find_one()["db"] is True
    project.ok("undo", "001_a", "--yes")
    assert project.db.a.count_documents({}) == project.db.b.count_documents({}) == 0


def test_a_model_of_mongoose_is_refused_with_what_to_do(project):
    project.migration("001_a.mjs", "import mongoose from 'mongoose';\n"
                      "const User = mongoose.model('User', {});\nexport const up = () => User.find();\n")
    result = project.fails(1, "up")
    assert "mongoose.model() is not available in godwit" in result.err, result
    assert "001_a.mjs:2:" in result.err and "mongoose.connection.db" in result.err, result


def test_bcrypt_stands_in_for_the_native_package(project):
    package(project, "bcrypt", {"index.js": "throw new Error('native');"})
    project.up_down("001_a.js", "const bcrypt = require('bcrypt');\n"
                    "const hash = await bcrypt.hash('secret', 10);\n"
                    "console.log(hash.slice(0, 7), await bcrypt.compare('secret', hash));")
    assert "$2b$10$ true" in project.ok("up").out


def test_a_package_with_native_code_is_refused_with_what_to_do(project):
    package(project, "argon2", {"index.js": "module.exports = require('node-gyp-build')(__dirname);"})
    package(project, "node-gyp-build", {"index.js": "module.exports = () => 'never';"})
    package(project, "sharpish", {"index.js": "require('./build/x.node');", "build/x.node": "\x7fELF"})
    package(project, "careful", {"index.js": "try { module.exports = require('bindings')('x'); } "
                                             "catch { module.exports = 'in JavaScript'; }"})
    for number, name in enumerate(["argon2", "sharpish"], 1):
        path = project.migration(f"00{number}_a.js", f"\nconst x = require('{name}');\nexports.up = () => x;\n")
        result = project.fails(1, "up")
        assert f"the package '{name}' has native code, which godwit cannot run" in result.err, result
        assert "Use a package that is JavaScript alone" in result.err, result
        assert f"node_modules/{name}/index.js:1" in result.err, result
        os.remove(path)
    project.up_down("003_a.js", "console.log(require('careful'));")
    assert "in JavaScript" in project.ok("up").out


def test_what_is_missing_is_named_with_the_line_that_wanted_it(project):
    project.migration("001_a.js", "const a = 1;\nconst b = require('left-pad');\nexports.up = () => b(a);\n")
    by_require = project.fails(1, "up")
    project.migration("001_a.js", "import { get } from 'http-get';\nexport const up = () => get();\n")
    by_import = project.fails(1, "up")
    project.migration("001_a.js", "const net = require('net');\nexports.up = () => net;\n")
    built_in = project.fails(1, "up")
    assert "Cannot find module 'left-pad'" in by_require.err and "001_a.js:2:" in by_require.err, by_require
    assert "Cannot find package 'http-get' imported from" in by_import.err, by_import
    assert "001_a.js:1:22" in by_import.err, by_import
    assert "the module 'net' is not available in godwit" in built_in.err, built_in
    assert "001_a.js:1:" in built_in.err, built_in


main(globals())
