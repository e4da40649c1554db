#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random documents, random operations: what `undo` leaves behind, and a migration that fails, is what was
there before, by dbHash, indexes and options.

  undo.t [--sequences N] [--seed SEED] [--only NUMBER]

Without --sequences a slice that takes half a minute. A sequence that fails is run again alone, without
those of its operations that don't matter, and printed; --seed and --only run it once more.
"""
import argparse
import collections
import pathlib
import random
import re
import sys
import tempfile
import time

import bson
import pymongo
from bson.raw_bson import RawBSONDocument

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE)]
from godwit import URI, Project  # noqa: E402
from sequence import FAIL, UNDO, Sequence, part_of  # noqa: E402
from snapshot import snapshot  # noqa: E402

SLICE = 80
BATCH = 20


class Bench:
    """A project whose migrations work on two databases."""

    def __init__(self, folder):
        self.project = Project(folder)
        self.project.configure(policies={"outOfOrder": "allow", "missing": "allow"})
        # Dates that Python does not know come back in the server's errors as well.
        self.client = pymongo.MongoClient(URI, datetime_conversion="DATETIME_MS")
        self.other = self.client[self.project.database + "_other"]
        self.dbs = [self.client[self.project.database], self.other]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.drop_database(self.other.name)
        self.client.close()
        self.project.close()

    def put(self, sequence, chosen=None):
        sequence.fill(*self.dbs)
        self.project.migration(sequence.id + ".js", sequence.text(self.other.name, chosen))

    def shots(self):
        # What was filled in is safe from here on.
        self.project.db.sync.insert_one({})
        self.project.db.sync.drop()
        return [snapshot(db) for db in self.dbs]

    def differences(self, sequence, before, after):
        found = []
        for old, new in zip(before, after):
            old, new = part_of(old, sequence.prefix), part_of(new, sequence.prefix)
            found += [f"{name}:\n  before {old.get(name)}\n  after  {new.get(name)}"
                      for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        return found

    def documents(self, sequence):
        """All documents as text, to show which one differs."""
        found = {}
        for db in self.dbs:
            for name in db.list_collection_names(filter={"type": "collection"}):
                if name.startswith(sequence.prefix + "_"):
                    coll = db.get_collection(name, codec_options=bson.CodecOptions(document_class=RawBSONDocument))
                    found[db.name, name] = [doc.raw for doc in coll.find()]
        return found


class Tally:
    def __init__(self):
        self.did = collections.Counter()
        self.refused = collections.Counter()
        self.errors = collections.Counter()
        self.changed = self.sequences = 0

    def read(self, text):
        for line in text.splitlines():
            words = re.search(r"(did|refused) (\w+) ?(.*)", line)
            if words:
                (self.did if words[1] == "did" else self.refused)[words[2]] += 1
            if words and words[1] == "refused":
                self.errors[words[2] + " " + re.sub(r"k\d+|t_\w+|[0-9a-f]{24}|\d+", "*", words[3])[:110]] += 1

    def text(self):
        done, refused = sum(self.did.values()), sum(self.refused.values())
        return (f"{self.sequences} sequences, {self.changed} of them changed something; {done} operations were done, "
                f"{refused} refused by the server")


def run_together(bench, sequences, tally):
    """Apply all, undo all; whether each was put back."""
    for sequence in sequences:
        bench.put(sequence)
    before = bench.shots()
    up = bench.project.run("up", "--json")
    tally.read(up.out + up.err)
    if up.status != 0:
        return False
    after = bench.shots()
    undone = bench.project.run("undo", "--run", up.json["run"], "--yes")
    tally.changed += sum(bool(bench.differences(sequence, before, after)) for sequence in sequences)
    tally.sequences += len(sequences)
    return undone.status == 0 and bench.shots() == before


def judge(bench, sequence, tally=None, chosen=None):
    """Run one alone; what is wrong with it, as text, None = nothing."""
    bench.put(sequence, chosen)
    before, documents = bench.shots(), bench.documents(sequence)
    up = bench.project.run("up", "--only", sequence.id)
    if tally is not None:
        tally.read(up.out + up.err)
        tally.sequences += 1
    if up.status != 0 and (up.status != 1 or sequence.mode == UNDO):
        return f"up ended with {up!r}"
    if sequence.mode == FAIL and "on purpose" not in up.err:
        return f"up failed for another reason: {up!r}"
    if "taking back" in up.err and "failed:" in up.err:
        return f"up was not taken back: {up!r}"
    if up.status == 0:
        undone = bench.project.run("undo", sequence.id, "--yes")
        if undone.status != 0:
            return f"undo ended with {undone!r}"
    wrong = bench.differences(sequence, before, bench.shots())
    if not wrong:
        return None
    now = bench.documents(sequence)
    for key in sorted({*documents, *now}, key=str):
        old, new = documents.get(key, []), now.get(key, [])
        wrong += [f"{key} had    {_show(doc)}" for doc in old if doc not in new]
        wrong += [f"{key} has    {_show(doc)}" for doc in new if doc not in old]
        if old != new and sorted(old) == sorted(new):
            wrong.append(f"{key} has its documents in another order")
    return "\n".join(wrong) + "\n" + up.out + up.err


def _show(raw):
    try:
        return str(bson.decode(raw))[:600]
    except bson.InvalidBSON:
        return raw.hex()[:600]


def alone(sequence, chosen=None):
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder, Bench(folder) as bench:
        return judge(bench, sequence, chosen=chosen)


def shrink(sequence):
    """As few of its operations as still fail."""
    chosen = list(range(len(sequence.operations)))
    for at in list(chosen):
        fewer = [one for one in chosen if one != at]
        if fewer and alone(sequence, fewer):
            chosen = fewer
    return chosen


def report(seed, sequence):
    """Say all about one that failed; whether it fails when it is alone."""
    if not alone(sequence):
        return False
    chosen = shrink(sequence)
    for line in [f"undo.t --seed {seed} --only {sequence.number} ({sequence.mode}), shrunk to operations {chosen}:",
                 *sequence.text("other", chosen).splitlines()[3:], *(alone(sequence, chosen) or "?").splitlines()]:
        print(f"# {line}", file=sys.stderr)
    return True


def run_batch(seed, numbers, tally):
    """The numbers of those that fail."""
    sequences = [Sequence(seed, number) for number in numbers]
    together = [sequence for sequence in sequences if sequence.mode == UNDO]
    with tempfile.TemporaryDirectory(prefix="godwit-test-") as folder, Bench(folder) as bench:
        good = not together or run_together(bench, together, tally)
        suspects = [] if good else list(together)
        suspects += [sequence for sequence in sequences
                     if good and sequence.mode != UNDO and judge(bench, sequence, tally)]
    failed = [sequence.number for sequence in suspects if report(seed, sequence)]
    if suspects and not failed:
        print(f"# sequences {numbers} of seed {seed} fail together, and none of them alone", file=sys.stderr)
        return numbers
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=SLICE)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**9)))
    parser.add_argument("--only", type=int)
    parser.add_argument("--statistics", action="store_true", help="say which operations were refused, and why")
    wanted = parser.parse_args()
    numbers = [wanted.only] if wanted.only is not None else list(range(wanted.sequences))
    tally, failed, started = Tally(), [], time.monotonic()
    print("1..2")
    for begin in range(0, len(numbers), BATCH):
        failed += run_batch(wanted.seed, numbers[begin:begin + BATCH], tally)
    print(f"# seed {wanted.seed}: {tally.text()}, in {time.monotonic() - started:.0f} s", flush=True)
    if wanted.statistics:
        for name in sorted({*tally.did, *tally.refused}):
            print(f"#   {name}: {tally.did[name]} done, {tally.refused[name]} refused")
        for text, count in tally.errors.most_common(60):
            print(f"#   {count} x {text}")
    print(f"{'not ok' if failed else 'ok'} 1 - what undo leaves is what was there before (seed {wanted.seed})")
    is_fair = wanted.only is not None or tally.changed * 2 > tally.sequences
    print(f"{'ok' if is_fair else 'not ok'} 2 - most sequences change something")
    sys.exit(1 if failed or not is_fair else 0)


if __name__ == "__main__":
    main()
