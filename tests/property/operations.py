# SPDX-License-Identifier: Apache-2.0
"""Random operations of a migration, as JavaScript: what design 3.4's table lists, in all its forms.

An operation may be one that the server refuses: then too, nothing may be left of it. Each comes with its
name, for the statistics.
"""
import json

from values import Doc, document, js, scalar, value

FIELDS = ["a", "b", "n", "s", "new", "t", "list", "deep"]
PATHS = FIELDS + ["deep.x", "deep.y.z", "deep.new.q", "list.0.v", "t.1", "t.5", "a.b", "e.e"]
COLLATIONS = ["{ locale: 'en', strength: 2 }", "{ locale: 'fr', strength: 1 }", "{ locale: 'en', numericOrdering: true }"]


class World:
    """What a sequence works on: two databases (`db`, `other`), names that only it uses, its documents."""

    def __init__(self, rng, prefix, documents):
        self.rng = rng
        self.prefix = prefix
        self.documents = documents
        self.filled = [prefix + name for name in ("_a", "_b", "_c")]
        self.fresh = [prefix + name for name in ("_n1", "_n2")]

    def db(self):
        return "other" if self.rng.random() < 0.2 else "db"

    def name(self):
        return self.rng.choice(self.filled * 4 + self.fresh)

    def collection(self):
        return f"{self.db()}.collection('{self.name()}')"

    def identity(self):
        doc = self.rng.choice(self.documents)
        return doc[0][1] if self.rng.random() < 0.9 else self.rng.randrange(100)


def condition(world):
    rng = world.rng
    field = rng.choice(FIELDS)
    doc = rng.choice(world.documents)
    known = dict(doc).get(field, 1)
    return rng.choice([
        lambda: "{}", lambda: "{}",
        lambda: f"{{ _id: {js(world.identity())} }}", lambda: f"{{ _id: {js(world.identity())} }}",
        lambda: f"{{ _id: {{ $in: [{js(world.identity())}, {js(world.identity())}] }} }}",
        lambda: f"{{ _id: {{ $gte: {rng.randrange(8)} }} }}", lambda: f"{{ {field}: {js(known)} }}",
        lambda: f"{{ {field}: {{ $exists: {js(rng.random() < 0.7)} }} }}",
        lambda: f"{{ n: {{ $gte: {rng.choice([0, 2, 5])} }} }}", lambda: f"{{ t: '{rng.choice('abc')}' }}",
        lambda: f"{{ 'list.k': {rng.randrange(3)} }}", lambda: f"{{ list: {{ $elemMatch: {{ k: {rng.randrange(3)} }} }} }}",
        lambda: "{ $or: [{ s: 'x' }, { n: 5 }, { 'deep.y.z': { $lt: 3 } }] }", lambda: "{ s: 'ANN' }",
        lambda: "{ s: { $regex: '^a', $options: 'i' } }", lambda: "{ $expr: { $gt: ['$n', 1] } }",
        lambda: "{ s: { $type: 'string' }, _id: { $ne: 3 } }",
    ])()


def operator(world):
    rng = world.rng
    path = json.dumps(rng.choice(PATHS))
    small = rng.choice(["1", "-2", "2.5", "Long.fromString('7')", "Decimal128.fromString('0.1')"])
    return rng.choice([
        lambda: f"$set: {{ {path}: {js(value(rng))} }}", lambda: f"$set: {{ {path}: {js(value(rng))}, zz: 1, aa: 2 }}",
        lambda: f"$unset: {{ {path}: 1 }}", lambda: f"$unset: {{ {path}: 1 }}", lambda: f"$inc: {{ n: {small} }}",
        lambda: f"$inc: {{ 'deep.y.z': {small} }}", lambda: f"$mul: {{ n: {small} }}",
        lambda: f"$min: {{ n: {small}, {path}: 3 }}", lambda: f"$max: {{ n: {small} }}",
        lambda: f"$push: {{ t: {js(value(rng))} }}",
        lambda: "$push: { t: { $each: ['z', 'a'], $position: 0, $slice: 3 } }",
        lambda: "$push: { list: { $each: [{ k: 9, v: 1 }], $sort: { k: -1 } } }",
        lambda: "$pull: { t: { $in: ['a', 'b'] } }", lambda: "$pull: { list: { k: 1 } }", lambda: "$pullAll: { t: ['c'] }",
        lambda: f"$pop: {{ t: {rng.choice([1, -1])} }}", lambda: f"$addToSet: {{ t: {js(scalar(rng))} }}",
        lambda: f"$rename: {{ {path}: '{rng.choice(['new', 'renamed', 'deep.moved', 's'])}' }}",
        lambda: "$bit: { n: { or: 8 } }", lambda: f"$currentDate: {{ {path}: true }}",
        lambda: "$currentDate: { ts: { $type: 'timestamp' } }", lambda: "$setOnInsert: { born: 1 }",
        lambda: f"$set: {{ {path}: 1 }}, $unset: {{ b: 1 }}, $inc: {{ cnt: 1 }}",
        lambda: "$set: { 'list.$[].v': 4 }", lambda: "$inc: { 'list.$[].k': 10 }",
    ])()


def pipeline(world):
    rng = world.rng
    return rng.choice([
        "[{ $set: { both: { $concat: [{ $toString: { $ifNull: ['$n', 0] } }, '!'] } } }, { $unset: 'a' }]",
        "[{ $replaceWith: { $mergeObjects: ['$$ROOT', { added: 1 }] } }]", "[{ $set: { at: '$$NOW' } }]",
        "[{ $project: { s: 1, n: 1 } }]", "[{ $set: { 'deep.x': '$s', n: { $ifNull: ['$n', 3] } } }]",
        "[{ $replaceRoot: { newRoot: { only: '$s' } } }]", "[{ $unset: ['s', 't'] }]",
        f"[{{ $set: {{ v: {{ $literal: {js(value(rng))} }} }} }}]",
    ])


def change(world):
    """Filter, update and the options that the two need."""
    rng = world.rng
    if rng.random() < 0.12:
        return f"{{ 'list.k': {rng.randrange(3)} }}", "{ $set: { 'list.$.v': 9 } }", []
    if rng.random() < 0.12:
        return condition(world), "{ $inc: { 'list.$[e].v': 1 }, $set: { m: 1 } }", ["arrayFilters: [{ 'e.k': 1 }]"]
    if rng.random() < 0.2:
        return condition(world), pipeline(world), []
    return condition(world), f"{{ {operator(world)} }}", []


def options(world, *more):
    rng = world.rng
    found = [*more]
    if rng.random() < 0.2:
        found.append("upsert: true")
    if rng.random() < 0.12:
        found.append(f"collation: {rng.choice(COLLATIONS)}")
    if rng.random() < 0.1:
        found.append("hint: { _id: 1 }")
    return "{ " + ", ".join(found) + " }"


def replacement(world):
    rng = world.rng
    doc = document(rng, rng.randrange(100))
    kept = [pair for pair in doc[1:] if not pair[0].startswith("$")]
    return js(Doc(dict(kept).items()))


def inserted(world):
    rng = world.rng
    doc = document(rng, rng.randrange(100))
    return js(Doc(dict(doc if rng.random() < 0.7 else doc[1:]).items()))


def insert_one(world):
    return f"await {world.collection()}.insertOne({inserted(world)})"


def insert_many(world):
    docs = ", ".join(inserted(world) for _ in range(world.rng.randrange(1, 6)))
    return f"await {world.collection()}.insertMany([{docs}], {{ ordered: {js(world.rng.random() < 0.6)} }})"


def update(world):
    rule, what, need = change(world)
    many = world.rng.choice(["updateMany", "updateMany", "updateOne"])
    return f"await {world.collection()}.{many}({rule}, {what}, {options(world, *need)})"


def replace_one(world):
    return f"await {world.collection()}.replaceOne({condition(world)}, {replacement(world)}, {options(world)})"


def delete(world):
    which = world.rng.choice(["deleteOne", "deleteMany"])
    more = f", {{ collation: {COLLATIONS[0]} }}" if world.rng.random() < 0.1 else ""
    return f"await {world.collection()}.{which}({condition(world)}{more})"


def find_one_and(world):
    rng = world.rng
    rule, what, need = change(world)
    sort = rng.choice(["sort: { n: -1 }", "sort: { _id: 1 }", "returnDocument: 'after'", "projection: { s: 1 }"])
    return rng.choice([
        f"await {world.collection()}.findOneAndUpdate({rule}, {what}, {options(world, sort, *need)})",
        f"await {world.collection()}.findOneAndReplace({rule}, {replacement(world)}, {options(world, sort)})",
        f"await {world.collection()}.findOneAndDelete({rule}, {{ {sort if 'return' not in sort else ''} }})",
    ])


def model(world):
    rng = world.rng
    rule, what, need = change(world)
    more = ", ".join(["", *need, *(["upsert: true"] if rng.random() < 0.2 else [])])
    return rng.choice([
        lambda: f"{{ insertOne: {{ document: {inserted(world)} }} }}",
        lambda: f"{{ updateOne: {{ filter: {rule}, update: {what}{more} }} }}",
        lambda: f"{{ updateMany: {{ filter: {rule}, update: {what}{more} }} }}",
        lambda: f"{{ replaceOne: {{ filter: {rule}, replacement: {replacement(world)} }} }}",
        lambda: f"{{ deleteOne: {{ filter: {rule} }} }}", lambda: f"{{ deleteMany: {{ filter: {rule} }} }}",
    ])()


def bulk_write(world):
    models = ", ".join(model(world) for _ in range(world.rng.randrange(1, 9)))
    return f"await {world.collection()}.bulkWrite([{models}], {{ ordered: {js(world.rng.random() < 0.6)} }})"


def index_keys(world):
    return world.rng.choice([
        "{ n: 1 }", "{ s: -1, n: 1 }", "{ 'deep.y.z': 1 }", "{ t: 1 }", "{ s: 'text' }", "{ n: 'hashed' }", "{ '$**': 1 }",
        "{ 'list.k': 1, n: -1 }", "{ new: 1 }"])


def index_options(world):
    return world.rng.choice([
        "{}", "{}", "{ unique: true }", "{ sparse: true }", "{ name: 'named' }", "{ hidden: true }",
        "{ expireAfterSeconds: 2000000000, name: 'ttl' }", "{ partialFilterExpression: { n: { $gt: 2 } } }",
        "{ collation: { locale: 'en', strength: 2 } }", "{ unique: true, partialFilterExpression: { n: { $gt: 3 } } }"])


def create_index(world):
    if world.rng.random() < 0.2:
        return f"await {world.collection()}.createIndexes([{{ key: {{ a: 1 }} }}, {{ key: {{ b: 1, n: 1 }}, name: 'two' }}])"
    return f"await {world.collection()}.createIndex({index_keys(world)}, {index_options(world)})"


def drop_index(world):
    return world.rng.choice([
        f"await {world.collection()}.dropIndex('{world.rng.choice(['n_1', 'seeded', 'named', 's_-1_n_1'])}')",
        f"await {world.collection()}.dropIndexes()"])


def create_collection(world):
    rng = world.rng
    made = rng.choice([
        "{}", "{ validator: { n: { $exists: true } } }", "{ capped: true, size: 100000 }", "{ collation: { locale: 'de' } }",
        "{ clusteredIndex: { key: { _id: 1 }, unique: true } }", "{ timeseries: { timeField: 'at', metaField: 'm' } }",
        f"{{ viewOn: '{rng.choice(world.filled)}', pipeline: [{{ $match: {{ n: 1 }} }}] }}",
        "{ validator: { s: 'x' }, validationLevel: 'moderate', validationAction: 'warn' }",
        "{ changeStreamPreAndPostImages: { enabled: true } }"])
    name = rng.choice(world.fresh + [world.prefix + "_v"])
    more = f"; await db.collection('{name}').insertMany([{{ at: new Date(0), m: 1, n: 1 }}, {{ at: new Date(9e9), m: 2 }}])"
    return f"await db.createCollection('{name}', {made})" + (more if rng.random() < 0.5 else "")


def drop(world):
    return f"await {world.collection()}.drop()"


def rename(world):
    rng = world.rng
    target = rng.choice(world.filled + world.fresh * 2)
    keep = "" if rng.random() < 0.5 else ", { dropTarget: true }"
    return rng.choice([
        f"await {world.db()}.renameCollection('{world.name()}', '{target}'{keep})",
        f"await {world.collection()}.rename('{target}'{keep})",
        f"await client.db('admin').command({{ renameCollection: db.databaseName + '.{world.name()}', "
        f"to: other.databaseName + '.{target}' }})"])


def coll_mod(world):
    rng = world.rng
    what = rng.choice([
        "validator: { b: 1 }, validationLevel: 'moderate'", "validator: { n: { $gt: 1 } }, validationAction: 'warn'",
        "validator: {}", "index: { name: 'n_1', hidden: true }", "index: { name: 'ttl', expireAfterSeconds: 1999999999 }",
        "changeStreamPreAndPostImages: { enabled: true }", "validationLevel: 'off'",
        "index: { name: 'seeded', hidden: true }",
        f"viewOn: '{rng.choice(world.filled)}', pipeline: []"])
    name = world.name() if "viewOn" not in what else world.prefix + "_view"
    return f"await {world.db()}.command({{ collMod: '{name}', {what} }})"


def out(world):
    rng = world.rng
    target = rng.choice(world.filled + world.fresh)
    stage = rng.choice([
        f"{{ $out: '{target}' }}", f"{{ $out: {{ db: other.databaseName, coll: '{target}' }} }}",
        f"{{ $merge: {{ into: '{target}' }} }}",
        f"{{ $merge: {{ into: '{target}', on: '_id', whenMatched: '{rng.choice(['replace', 'keepExisting', 'fail'])}' }} }}",
        f"{{ $merge: {{ into: {{ db: other.databaseName, coll: '{target}' }}, whenMatched: [{{ $set: {{ hit: 1 }} }}] }} }}"])
    before = rng.choice(["{ $project: { s: 1 } }", "{ $match: { n: { $gte: 2 } } }", "{ $set: { a: { $literal: 5 } } }",
                         "{ $match: {} }"])
    return f"await {world.collection()}.aggregate([{before}, {stage}]).toArray()"


def command(world):
    rng = world.rng
    rule, what, need = change(world)
    name = world.name()
    more = ", ".join(["", *need, *(["upsert: true"] if rng.random() < 0.2 else [])])
    return rng.choice([
        f"await {world.db()}.command({{ update: '{name}', updates: [{{ q: {rule}, u: {what}, multi: "
        f"{js(rng.random() < 0.5 and 'upsert' not in more)}{more} }}] }})",
        f"await {world.db()}.command({{ insert: '{name}', documents: [{inserted(world)}, {inserted(world)}], "
        "ordered: false })",
        f"await {world.db()}.command({{ delete: '{name}', deletes: [{{ q: {rule}, limit: {rng.randrange(2)} }}] }})",
        f"await {world.db()}.command({{ findAndModify: '{name}', query: {rule}, update: {what}{more} }})",
        f"await {world.db()}.command({{ create: '{rng.choice(world.fresh)}' }})",
        f"await {world.db()}.command({{ drop: '{name}' }})"])


DOCUMENT_OPERATIONS = [insert_one, insert_many, update, update, update, replace_one, delete, find_one_and, bulk_write, command]


def transaction(world):
    rng = world.rng
    calls = []
    while len(calls) < rng.randrange(1, 5):
        name = f"{world.db()}.collection('{world.name()}')"
        rule = condition(world)
        calls.append(rng.choice([
            f"await {name}.updateMany({rule}, {{ {operator(world)} }}, {{ session }})",
            f"await {name}.updateOne({rule}, {{ $inc: {{ cnt: 1 }} }}, {{ session, upsert: true }})",
            f"await {name}.insertMany([{inserted(world)}, {inserted(world)}], {{ session }})",
            f"await {name}.deleteMany({rule}, {{ session }})", f"await {name}.deleteOne({rule}, {{ session }})",
            f"await {name}.findOneAndUpdate({rule}, {{ $set: {{ tx: 1 }} }}, {{ session }})",
            f"await {name}.replaceOne({rule}, {replacement(world)}, {{ session }})",
            f"await {name}.bulkWrite([{model(world)}, {model(world)}], {{ session }})",
            f"await db.createCollection('{rng.choice(world.fresh)}', {{ session }})",
        ]))
    body = "; ".join(calls)
    ending = rng.choice(["", "", "", "; throw new Error('aborted')"])
    if rng.random() < 0.5:
        inner = f"await session.withTransaction(async () => {{ {body}{ending} }})"
    else:
        last = rng.choice(["commitTransaction", "commitTransaction", "abortTransaction"])
        inner = f"session.startTransaction(); {body}; await session.{last}()"
    return f"const session = client.startSession(); try {{ {inner} }} finally {{ await session.endSession(); }}"


def side_by_side(world):
    calls = []
    while len(calls) < world.rng.randrange(2, 5):
        calls.append(world.rng.choice([insert_one, update, update, delete, find_one_and])(world).removeprefix("await "))
    return (f"const all = await Promise.allSettled([{', '.join(calls)}]); const bad = all.find(r => r.reason); "
            "if (bad) throw bad.reason")


OPERATIONS = DOCUMENT_OPERATIONS * 2 + [
    create_index, create_index, drop_index, create_collection, create_collection, drop, rename, rename, coll_mod,
    coll_mod, out, out, transaction, transaction, side_by_side]


def operations(world):
    chosen = [world.rng.choice(OPERATIONS) for _ in range(world.rng.randrange(1, 9))]
    return [(make.__name__, make(world)) for make in chosen]
