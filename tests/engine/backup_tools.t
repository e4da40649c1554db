#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What godwit backs up is restored by the real mongorestore, and what the real mongodump wrote by godwit, and all is as
it was. Where tools/setup could not get those tools, it says so, and what remains are the tests' own reader and writer
of the format (backup.t, and here a slice of it)."""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent), str(HERE.parent / "cli")]
import archive  # noqa: E402
import everything  # noqa: E402
from backups import other, raws  # noqa: E402
from godwit import URI, main  # noqa: E402
from harness import mongotools  # noqa: E402

FLAGS = {"none": [], "gzip": ["--gzip"]}


def call(name, *words):
    done = subprocess.run([mongotools.program(name), f"--uri={URI}", *words], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, f"{name} {words}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stderr


def snapshot_of_mongorestore(db):
    """It keeps an index's wildcardProjection in a map of Go's, which has no order."""
    collections, *rest = everything.snapshot(db)
    for found in collections.values():
        found[2] = [index.replace("{'b.c': 1, 'a': 1}", "{'a': 1, 'b.c': 1}") for index in found[2]]
    return collections, *rest


def test_mongorestore_reads_what_godwit_wrote(project):
    everything.seed(project.db)
    before = everything.snapshot(project.db)
    for how, flags in FLAGS.items():
        name, db = other(project)
        path = project.folder / f"{how}.archive"
        project.ok("backup", "--out", str(path), "--compress", how)
        if mongotools.program("mongorestore") is None:
            assert sorted(archive.Archive(path).collections["users"].docs) == raws(project.db.users)
            continue
        said = call("mongorestore", f"--archive={path}", *flags, f"--nsFrom={project.database}.*", f"--nsTo={name}.*")
        assert " 0 document(s) failed" in said, said
        everything.check_same(before, snapshot_of_mongorestore(db))


def test_godwit_reads_what_mongodump_wrote(project):
    everything.seed(project.db)
    before = everything.snapshot(project.db)
    for how, flags in FLAGS.items():
        name, db = other(project)
        path = project.folder / f"{how}.archive"
        if mongotools.program("mongodump") is None:
            docs = raws(project.db.users)
            archive.write(path, project.database, [("users", "collection", {"options": {}, "indexes": []}, docs)])
            project.ok("restore", str(path), "--to-database", name)
            assert raws(db.users) == docs
            continue
        call("mongodump", f"--archive={path}", *flags, f"--db={project.database}")
        project.ok("backup", "verify", str(path))
        project.ok("restore", str(path), "--to-database", name)
        everything.check_same(before, everything.snapshot(db))


if __name__ == "__main__":
    main(globals())
