# SPDX-License-Identifier: Apache-2.0
"""A database with one of everything that a collection can be, and how two of them are compared."""
import datetime
import struct

import bson
from bson.raw_bson import RawBSONDocument

LARGEST = 16 * 1024 * 1024


def raw(*elements):
    body = b"".join(elements)
    return RawBSONDocument(struct.pack("<i", len(body) + 5) + body + b"\0")


def int32(key, value):
    return b"\x10" + key.encode() + b"\0" + struct.pack("<i", value)


# What no dict can hold: keys twice, numbers as keys in an order of their own, an empty key.
ODD = [
    raw(int32("_id", 1), int32("a", 1), int32("a", 2)),
    raw(int32("_id", 2), int32("b", 1), int32("2", 2), int32("1", 3), int32("", 4), int32("$x.y", 5)),
    raw(int32("_id", 3), b"\x06undefined\0", b"\x0eold\0\x02\0\0\0s\0", b"\xffmin\0", b"\x7fmax\0",
        b"\x0cpointer\0\x04\0\0\0d.c\0" + b"x" * 12),
]

TYPES = [
    {"_id": 1, "double": 1.5, "nan": float("nan"), "zero": -0.0, "string": "ä\u0000\U0001F600", "object": {"a": {}},
     "array": [1, [2], {}], "binary": b"\0\1", "uuid": bson.Binary(b"u" * 16, 4), "oid": bson.ObjectId(),
     "true": True, "date": datetime.datetime(1901, 1, 1), "null": None, "regex": bson.Regex("^a", "im"),
     "code": bson.Code("f()"), "scope": bson.Code("f()", {"a": 1}), "int": 7, "long": bson.Int64(7),
     "timestamp": bson.Timestamp(1, 2), "decimal": bson.Decimal128("1.50"), "min": bson.MinKey(), "max": bson.MaxKey()},
    {"_id": None}, {"_id": {"a": 1, "b": [2]}}, {"_id": "ä" * 100}, {"_id": bson.Decimal128("NaN")},
]


def _indexes(db):
    users = db.users
    users.create_index("n", unique=True, name="u")
    users.create_index([("n", -1), ("a", 1)], sparse=True)
    users.create_index([("loc", "2dsphere")])
    users.create_index([("flat", "2d")], min=-10, max=10, bits=20)
    users.create_index([("t", "text"), ("s", "text")], weights={"t": 5, "s": 1}, default_language="german")
    users.create_index([("h", "hashed")])
    users.create_index([("$**", 1)], wildcardProjection={"a": 1, "b.c": 1})
    users.create_index("at", expireAfterSeconds=3600)
    users.create_index("part", partialFilterExpression={"a": {"$type": "string"}, "b": {"$gt": bson.Int64(1)}})
    users.create_index("hid", hidden=True)
    users.create_index("col", collation={"locale": "de", "strength": 2})
    db.create_collection("french", collation={"locale": "fr"})
    db.french.create_index("a")
    db.french.create_index("b", collation={"locale": "simple"})


def seed(db, big=100000):
    db.users.insert_many([{"_id": i, "n": i, "loc": [i % 90, 1]} for i in range(1000)])
    _indexes(db)
    db.types.insert_many(TYPES)
    db.odd.insert_many(ODD)
    db.big.insert_many([{"_id": n, "x": bytes([n]) * (big - 30 - n)} for n in range(2)])
    db.create_collection("strict", validator={"$or": [
        {"a": {"$type": ["string", "null"]}}, {"a": {"$regex": "^x", "$options": "i"}}, {"a": bson.Regex("^y")},
        {"$jsonSchema": {"required": ["b"], "properties": {"b": {"bsonType": "long"}}}}]},
        validationLevel="moderate", validationAction="warn")
    db.strict.insert_one({"a": 5})
    db.create_collection("small", capped=True, size=100000, max=500)
    db.small.insert_many([{"_id": -i} for i in range(600)])
    db.create_collection("clustered", clusteredIndex={"key": {"_id": 1}, "unique": True})
    db.clustered.insert_many([{"_id": i} for i in range(100)])
    db.create_collection("measured", timeseries={"timeField": "t", "metaField": "m", "granularity": "minutes"},
                         expireAfterSeconds=86400 * 3650)
    db.measured.insert_many([{"t": datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=i), "m": {"s": i % 5},
                              "v": i} for i in range(2000)])
    db.measured.create_index([("m.s", 1), ("t", -1)])
    db.create_collection("seen", viewOn="users", pipeline=[{"$match": {"n": {"$lt": 10}, "s": {"$not": {
        "$type": ["string"]}}}}], collation={"locale": "en"})
    db.create_collection("empty")
    db.create_collection("watched", changeStreamPreAndPostImages={"enabled": True})
    db["odd name/with.dots é"].insert_one({"a": 1})
    db["system.js"].insert_one({"_id": "f", "value": bson.Code("function(){}")})


def is_ours(name):
    return name.startswith("godwit_") or name in ("migrations", "system.views")


def snapshot(db):
    """Kinds, options, indexes and the hash of the documents of all that is not godwit's."""
    found = {}
    for info in db.list_collections():
        name = info["name"]
        if is_ours(name):
            continue
        indexes = [] if info["type"] == "view" else sorted(
            str(list(index.to_dict().items())) for index in db[name].list_indexes())
        found[name] = [info["type"], str(info["options"]), indexes]
    hashes = db.command("dbHash")["collections"]
    order = [row["_id"] for row in db.small.find()] if "small" in found else []
    return found, {name: value for name, value in hashes.items() if not is_ours(name)}, order


def check_same(left, right):
    for part in range(3):
        if isinstance(left[part], dict):
            for name in sorted(set(left[part]) | set(right[part])):
                assert left[part].get(name) == right[part].get(name), \
                    f"{name}:\n{left[part].get(name)}\n{right[part].get(name)}"
        else:
            assert left[part] == right[part]
