# SPDX-License-Identifier: Apache-2.0
"""One random sequence of operations: what is there before, the migration, and how it is judged.

All of it follows from the seed and the sequence's number.
"""
import random

from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from operations import World, operations
from values import CLASSES, document, raw

UNDO = "undo"  # applied, then undone; errors of single operations are caught
FAIL = "fail"  # the same, and throws at its end, so that it is taken back
BARE = "bare"  # nothing is caught: the first error takes it back, without one it is undone
FAST = WriteConcern(w=1, j=False)
MODES = [UNDO] * 12 + [FAIL, BARE]

CAUGHT = """
    const attempt = async (name, work) => {
      try { await work(); console.log('did', name); } catch (e) { console.log('refused', name, e.name, e.message); }
    };"""
BARELY = """
    const attempt = async (name, work) => { await work(); console.log('did', name); };"""


class Sequence:
    def __init__(self, seed, number):
        rng = random.Random(f"{seed}/{number}")
        self.number = number
        self.id = f"{number:05d}_s"
        self.prefix = f"k{number}"
        self.mode = rng.choice(MODES)
        self.seeds = {name: [document(rng, at) for at in range(rng.randrange(1, 8))] for name in ("_a", "_b", "_c", "_o")}
        self.index = rng.choice([{}, {"sparse": True}, {"unique": True, "partialFilterExpression": {"n": {"$gt": 4}}}])
        self.extra = rng.choice([{}, {}, {"validator": {"_id": {"$exists": True}}}, {"capped": True, "size": 200000},
                                 {"collation": {"locale": "en", "strength": 2}}])
        known = [doc for docs in self.seeds.values() for doc in docs]
        self.operations = operations(World(rng, self.prefix, known))

    def fill(self, db, other):
        """Make what is there before."""
        db, other = (place.with_options(write_concern=FAST) for place in (db, other))
        db.create_collection(self.prefix + "_c", check_exists=False, **self.extra)
        # An index of a collection that is empty is made at once, another one takes a tenth of a second.
        db[self.prefix + "_a"].create_index("n", name="seeded", **self.index)
        db[self.prefix + "_b"].create_index([("s", -1), ("n", 1)])
        for place, name, docs in [(db, "_a", "_a"), (db, "_b", "_b"), (db, "_c", "_c"), (other, "_a", "_o")]:
            _insert(place[self.prefix + name], self.seeds[docs])
        db.create_collection(self.prefix + "_view", check_exists=False, viewOn=self.prefix + "_a",
                             pipeline=[{"$match": {"n": {"$gt": 1}}}])

    def text(self, other, chosen=None):
        """The migration; `chosen` says which of its operations are in it (all)."""
        picked = [self.operations[at] for at in (range(len(self.operations)) if chosen is None else chosen)]
        lines = [f"    await attempt('{name}', async () => {{ {text}; }});" for name, text in picked]
        if self.mode == FAIL:
            lines.append("    throw new Error('on purpose');")
        return "\n".join([
            f"const {{ {CLASSES} }} = require('mongodb');", "module.exports = {", "  async up(db, client) {",
            f"    const other = client.db('{other}');{BARELY if self.mode == BARE else CAUGHT}", *lines, "  },", "};", ""])


def _insert(collection, docs):
    try:
        collection.insert_many([raw(doc) for doc in docs], ordered=False)
    except BulkWriteError as error:
        # What the server refuses, one _id twice for instance, is left out.
        if not {one["code"] for one in error.details["writeErrors"]} <= {11000, 121, 201}:
            raise


def part_of(shot, prefix):
    """What of a snapshot is one sequence's; whatever has been put aside and is left is everybody's."""
    return {name: facts for name, facts in shot.items()
            if name.removeprefix("system.buckets.").startswith((prefix + "_", "godwit_trash"))}
