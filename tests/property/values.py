# SPDX-License-Identifier: Apache-2.0
"""Random values of every BSON type: as bytes for the server, and as JavaScript for a migration.

A document is a list of (name, value) pairs; names may be empty or odd. No name comes twice: MongoDB 6.0.5
itself ends in a failed invariant where a pipeline changes such a document. A value is what pymongo takes, a
list of pairs (Doc), a list of values (list), or Raw bytes of a type that pymongo does not have.
"""
import datetime
import json
import math
import re
import struct

import bson
from bson import Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import Binary
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument

NAMES = ["a", "b", "n", "s", "new"]
ODD_NAMES = ["", "é", "__proto__", "0", "1", "constructor", "a b", "toString", "length", "$odd", "do.t", "."]
STRINGS = ["", "x", "y", "ANN", "ann", "é\u0000z", "😀", "'\"\\", "$s", "line\nbreak", "x" * 300]
DOUBLES = [0.0, -0.0, 1.5, 2.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 1e15 + 0.5]
INT32S = [0, 1, -1, 2, 7, 2**31 - 1, -2**31]
INT64S = [0, 1, -5, 2**31, 2**53 + 1, 2**63 - 1, -2**63]
DECIMALS = ["0", "-0", "1.10", "NaN", "Infinity", "-Infinity", "1E+6144", "1E-6176",
            "9.999999999999999999999999999999999E+6144"]
DATES = [0, -1, 1700000000123, 253402300799999, -62135596800000, 8640000000000000, 2**62]
REGEXES = [("^a.*b$", "i"), ("", ""), ("/x", "msx"), ("é", "u")]


class Doc(list):
    """A document: pairs, in order."""


class Raw:
    """A value by its type and bytes, and what makes it in JavaScript (None = nothing does)."""

    def __init__(self, kind, payload):
        self.kind = kind
        self.payload = payload


def element(name, value):
    key = name.encode() + b"\0"
    if isinstance(value, Raw):
        return bytes([value.kind]) + key + value.payload
    if isinstance(value, Doc):
        return b"\x03" + key + encode(value)
    if isinstance(value, list):
        return b"\x04" + key + encode(Doc((str(at), item) for at, item in enumerate(value)))
    if isinstance(value, Binary) and value.subtype == 255:  # pymongo stumbles over it
        return b"\x05" + key + struct.pack("<iB", len(value), 255) + bytes(value)
    plain = bson.encode({"": value})
    return plain[4:5] + key + plain[6:-1]


def encode(doc):
    body = b"".join(element(name, value) for name, value in doc)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def raw(doc):
    """As pymongo inserts it, byte by byte."""
    return RawBSONDocument(encode(doc))


def binary(rng):
    subtype = rng.choice([0, 0, 1, 2, 3, 4, 5, 7, 8, 9, 128, 255])
    size = 16 if subtype in (3, 4, 5) else rng.choice([0, 1, 5, 40])
    return Binary(rng.randbytes(size), subtype)


def scalar(rng):
    """Any type but documents and arrays, those no more used among them."""
    kind = rng.randrange(22)
    return [
        lambda: rng.choice(DOUBLES), lambda: rng.random() * 100, lambda: rng.choice(STRINGS), lambda: rng.choice(STRINGS),
        lambda: binary(rng), lambda: ObjectId(rng.randbytes(12)), lambda: rng.random() < 0.5,
        lambda: DatetimeMS(rng.choice(DATES)), lambda: None, lambda: Regex(*rng.choice(REGEXES)),
        lambda: Code("function () { return 1; }"), lambda: Code("x", {"y": 1, "z": "é"}), lambda: rng.choice(INT32S),
        lambda: rng.choice(INT32S), lambda: Timestamp(rng.choice([1, 2**32 - 1]), rng.choice([0, 1, 2**32 - 1])),
        lambda: Int64(rng.choice(INT64S)), lambda: Decimal128(rng.choice(DECIMALS)), lambda: MinKey(),
        lambda: MaxKey(), lambda: Raw(0x06, b""), lambda: Raw(0x0E, b"\x04\0\0\0sym\0"),
        lambda: Raw(0x0C, b"\x03\0\0\0ns\0" + rng.randbytes(12)),
    ][kind]()


def name(rng):
    return rng.choice(ODD_NAMES) if rng.random() < 0.15 else rng.choice(NAMES)


def nested(rng, depth):
    if rng.random() < 0.5:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    names = {name(rng) for _ in range(rng.randrange(4))}
    return Doc((key, value(rng, depth + 1)) for key in sorted(names))


def value(rng, depth=0):
    if depth < 3 and rng.random() < 0.25:
        return nested(rng, depth)
    return scalar(rng)


def identity(rng):
    """What may be an _id: no array, regular expression or undefined."""
    if rng.random() < 0.1:
        return Doc([("a", scalar(rng)), ("", rng.choice(INT32S))])
    while True:
        found = scalar(rng)
        if not isinstance(found, Regex) and not (isinstance(found, Raw) and found.kind == 0x06):
            return found


def document(rng, at):
    """With fields that the operations know, and some that they don't."""
    pairs = [("_id", at if rng.random() < 0.6 else identity(rng))]
    known = [
        ("n", lambda: rng.choice([1, 5, 2.5, Int64(3), Decimal128("1.5"), at])),
        ("s", lambda: rng.choice(STRINGS)),
        ("t", lambda: [rng.choice(["a", "b", "c", 1]) for _ in range(rng.randrange(4))]),
        ("list", lambda: [Doc([("k", rng.randrange(3)), ("v", value(rng, 2))]) for _ in range(rng.randrange(1, 4))]),
        ("deep", lambda: Doc([("x", value(rng, 1)), ("y", Doc([("z", rng.randrange(5))]))])),
        ("a", lambda: value(rng)), ("b", lambda: value(rng)),
    ]
    rng.shuffle(known)
    pairs += [(key, make()) for key, make in known if rng.random() < 0.7]
    taken = {key for key, _ in pairs}
    for key in rng.sample(ODD_NAMES, rng.randrange(3)):
        if key not in taken:
            pairs.insert(rng.randrange(1, len(pairs) + 1), (key, value(rng)))
    return Doc(pairs)


def _js_number(number):
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return f"new Double({'-0' if number == 0 and math.copysign(1, number) < 0 else repr(number)})"


def _js_pair(key, item):
    return f"[{json.dumps(key)}]: {js(item)}" if key == "__proto__" else f"{json.dumps(key)}: {js(item)}"


def js(item):
    """The same value in JavaScript; what it can't make becomes null."""
    if isinstance(item, Doc):
        return "{ " + ", ".join(_js_pair(key, inner) for key, inner in item) + " }" if item else "{}"
    if isinstance(item, dict):
        return js(Doc(item.items()))
    if isinstance(item, list):
        return "[" + ", ".join(js(inner) for inner in item) + "]"
    if item is None or isinstance(item, Raw):
        return "null"
    for kind, write in SCALARS:
        if isinstance(item, kind):
            return write(item)
    raise TypeError(type(item))


SCALARS = [
    (bool, lambda v: "true" if v else "false"),
    (Int64, lambda v: f"Long.fromString('{int(v)}')"),
    (int, lambda v: str(v) if abs(v) < 2**31 else f"Long.fromString('{v}')"),
    (float, _js_number),
    (Code, lambda v: f"new Code({json.dumps(str(v))}{', ' + js(dict(v.scope)) if v.scope else ''})"),
    (str, json.dumps),
    (Binary, lambda v: f"new Binary(Buffer.from('{v.hex()}', 'hex'), {v.subtype})"),
    (bytes, lambda v: f"new Binary(Buffer.from('{v.hex()}', 'hex'), 0)"),
    (ObjectId, lambda v: f"new ObjectId('{v}')"),
    (DatetimeMS, lambda v: f"new Date({max(-8640000000000000, min(int(v), 8640000000000000))})"),
    (datetime.datetime, lambda v: f"new Date({int(v.timestamp() * 1000)})"),
    (Regex, lambda v: f"new BSONRegExp({json.dumps(v.pattern)}, '{_flags(v)}')"),
    (Timestamp, lambda v: f"new Timestamp({{ t: {v.time}, i: {v.inc} }})"),
    (Decimal128, lambda v: f"Decimal128.fromString('{v}')"),
    (MinKey, lambda v: "new MinKey()"),
    (MaxKey, lambda v: "new MaxKey()"),
]

CLASSES = ("Binary, BSONRegExp, Code, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp")


def _flags(regex):
    letters = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.UNICODE: "u", re.VERBOSE: "x"}
    return "".join(letter for flag, letter in letters.items() if regex.flags & flag)
