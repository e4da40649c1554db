#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program ends, as if its power had gone, at each crash point of its source: `status` tells the truth,
the next `up` brings it to the end, and all is as without a crash.

  crash.t [--every] [WORD...]

With --every not only the first time that a point is reached, but each time. A WORD is a part of a point's name.
"""
import argparse
import concurrent.futures
import pathlib
import re
import sys
import tempfile
import traceback

import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(pathlib.Path(__file__).resolve().parent)]
import shop  # noqa: E402
from godwit import URI, Project  # noqa: E402

FAILING = "\n    throw new Error('on purpose');"
CRASHED = 137


def crash(project, at, *words):
    """Whether the point was reached."""
    result = project.run(*words, env={"GODWIT_CRASH_AT": at})
    assert result.status in (0, 1, CRASHED), result
    shop.expire_lease(project)
    return result.status == CRASHED


def up(project, at, states):
    return crash(project, at, "up")


def down(project, at, states):
    project.ok("up")
    return crash(project, at, "down", "--steps", "3")


def undo(project, at, states):
    run = project.ok("up", "--json").json["run"]
    return crash(project, at, "undo", "--run", run, "--yes")


def failed(project, at, states):
    """The last migration fails, and is taken back; then it is mended."""
    shop.write_migrations(project, FAILING)
    is_reached = crash(project, at, "up")
    shop.check_status(project, states)
    shop.write_migrations(project)
    return is_reached


def unfinished(project, at, states):
    """A first crash, in the middle of 003; the second one while that is taken back."""
    assert crash(project, "up.done:3", "up")
    return crash(project, at, "up")


def unfinished_undo(project, at, states):
    run = project.ok("up", "--json").json["run"]
    assert crash(project, "undo.entry:2", "undo", "--run", run, "--yes")
    return crash(project, at, "up")


def prune(project, at, states):
    project.ok("up")
    is_reached = crash(project, at, "prune", "--older-than", "0", "--yes")
    project.ok("prune", "--older-than", "0", "--yes")
    names = project.db.list_collection_names()
    assert not [name for name in names if name.startswith("godwit_trash")], names
    assert project.db.godwit_journal.count_documents({"kind": {"$exists": True}}) == 0
    return is_reached


def baseline(project, at, states):
    """All is there already, and only the records are missing."""
    project.ok("up")
    project.db.migrations.delete_many({})
    is_reached = crash(project, at, "baseline", "003_script", "--yes")
    project.ok("baseline", "003_script", "--yes")
    return is_reached


def repair(project, at, states):
    project.ok("up")
    words = ["repair", "003_script", "--status", "pending", "--reason", "a test", "--yes"]
    is_reached = crash(project, at, *words)
    assert project.record("003_script") is None
    project.db.stock.update_many({"_id": {"$lt": 50}}, {"$inc": {"n": -100}})
    project.db.stock.update_many({"_id": {"$gte": 100, "$lt": 106}}, {"$inc": {"n": -10}})
    project.db.stock.update_many({"_id": {"$gte": 200, "$lt": 212}}, {"$inc": {"n": -10}})
    project.db.fresh.delete_one({"_id": 3})
    return is_reached


def reset(project, at, states):
    project.ok("up")
    is_reached = crash(project, at, "reset", "--confirm", "--yes")
    if is_reached:
        assert "a reset was begun here" in project.ok("status").err
        for words in (["up", "--wait", "60"], ["down"]):
            assert "reset --confirm" in project.fails(5, *words).err
    project.ok("reset", "--confirm", "--yes")
    shop.fill(project)
    return is_reached


def lock(project, at, states):
    """It breaks the lease of one that died."""
    project.run("up", env={"GODWIT_CRASH_AT": "up.done:2"})
    is_reached = crash(project, at, "lock", "--release", "--yes")
    return is_reached


POINTS = {
    up: """run.leased run.fenced run.tidied run.marked up.recording up.begun up.done up.recorded up.told
           transaction.written transaction.committed ensure.announced ensure.made schema.announced schema.done
           drop.announced drop.aside output.announced output.copied output.written plain.announced plain.sent
           plain.settled shared.kept""",
    down: "down.begun down.done down.recorded down.told",
    undo: "undo.begun undo.entry undo.schema undo.plain undo.done undo.recorded undo.forgotten",
    failed: "failed.undone failed.recorded",
    unfinished: "takeback.recorded",
    prune: "prune.begun prune.dropped prune.forgotten",
    baseline: "baseline.begun baseline.recorded",
    repair: "repair.recorded",
    reset: "reset.dropped reset.emptied",
    lock: "lock.released",
}
# Beyond the table: points that more than one way leads to.
ALSO = [(down, "transaction.committed"), (down, "undo.entry"), (undo, "transaction.written"), (failed, "undo.entry"),
        (failed, "undo.forgotten"), (unfinished, "undo.entry"), (unfinished, "undo.forgotten"), (unfinished_undo, "undo.entry"),
        (unfinished_undo, "takeback.recorded")]
# Points whose outcome has a test of its own: the start of their names, and the file that names them.
ELSEWHERE = {"restore.": "engine/backup.t"}
TRUTHFUL = {up, down, undo, failed, unfinished, unfinished_undo, lock}
TIMES_MAX = 60
AT_ONCE = 4


def points_in_source():
    found = set()
    for path in (TESTS.parent / "src").rglob("*.c"):
        found |= set(re.findall(r'GW_CRASH_POINT\("([^"]+)"\)', path.read_text()))
    return found


def points_elsewhere():
    return {point for point in points_in_source() for start, name in ELSEWHERE.items()
            if point.startswith(start) and point in (TESTS / name).read_text()}


def run_one(states, way, at):
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder:
        project = Project(folder)
        try:
            shop.fill(project)
            shop.write_migrations(project)
            is_reached = way(project, at, states)
            if way in TRUTHFUL:
                shop.check_status(project, states)
            shop.check_end(project, states)
            return is_reached
        finally:
            project.close()


def run_point(states, way, point, is_every):
    """Why it fails; None = it does not."""
    times = 1
    try:
        while run_one(states, way, f"{point}:{times}"):
            times += 1
            if not is_every or times > TIMES_MAX:
                return None
        return None if times > 1 else "the crash point is not reached"
    except Exception:
        return f"{point}:{times}\n{traceback.format_exc()}"


def run_all(states, cases, is_every):
    """Some at once, each on a database of its own; most of the time goes into waiting for the disk."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda case: run_point(states, *case, is_every), cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("word", nargs="*")
    wanted = parser.parse_args()
    cases = [(way, point) for way, points in POINTS.items() for point in points.split()] + ALSO
    chosen = [case for case in cases if not wanted.word or any(word in case[1] for word in wanted.word)]
    listed, real = {point for _, point in cases} | points_elsewhere(), points_in_source()
    bad = 0 if listed == real else 1
    print(f"1..{len(chosen) + 1}")
    print(f"{'not ok' if bad else 'ok'} 1 - each crash point of the source is tried", flush=True)
    if bad:
        print(f"# not tried: {sorted(real - listed)}; not there: {sorted(listed - real)}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder, pymongo.MongoClient(URI) as client, \
            shop.short_transactions(client):
        project = Project(folder)
        states = shop.references(project)
        project.close()
        for number, ((way, point), why) in enumerate(zip(chosen, run_all(states, chosen, wanted.every)), 2):
            bad += why is not None
            print(f"{'not ok' if why else 'ok'} {number} - {way.__name__} crashes at {point}", flush=True)
            for line in (why or "").splitlines():
                print(f"# {line}", file=sys.stderr)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
