# SPDX-License-Identifier: Apache-2.0
"""All that a database holds, as text that can be compared: BSON types and the order of fields kept,
and only what must differ between two runs (new ids, the time) replaced by a word."""
import datetime
import re
import time

import bson
from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from bson.son import SON

RAW = CodecOptions(document_class=RawBSONDocument)
ORDERED = CodecOptions(document_class=SON, tz_aware=True)
# A time this near to a run's is the run's own.
NEAR_S = 900


def _is_now(seconds: float) -> bool:
    return abs(seconds - time.time()) < NEAR_S


def _normal_text(text: str, names: dict) -> str:
    for name, word in names.items():
        text = text.replace(name, word)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
                  lambda found: "NOW" if _is_now(datetime.datetime.fromisoformat(
                      found[0].replace("Z", "+00:00")).timestamp()) else found[0], text)
    text = re.sub(r"\b[0-9a-f]{24}\b",
                  lambda found: "NEW-ID" if _is_now(int(found[0][:8], 16)) else found[0], text)
    return re.sub(r"\b1\d{12}\b",
                  lambda found: "NOW-MS" if _is_now(int(found[0]) / 1000) else found[0], text)


def normal(value, names: dict):
    """`value` with what differs between runs replaced."""
    if isinstance(value, SON):
        return SON((_normal_text(key, names), normal(each, names)) for key, each in value.items())
    if isinstance(value, list):
        return [normal(each, names) for each in value]
    if isinstance(value, bson.ObjectId) and _is_now(value.generation_time.timestamp()):
        return "an id made now"
    if isinstance(value, datetime.datetime) and _is_now(value.timestamp()):
        return "a date that is now"
    if isinstance(value, float) and _is_now(value / 1000):
        return "a double that is now in ms"
    if isinstance(value, bson.Int64) and _is_now(int(value) / 1000):
        return "an int64 that is now in ms"
    if isinstance(value, str):
        return _normal_text(value, names)
    return value


def text_of(value, names: dict) -> str:
    return json_util.dumps(normal(value, names), json_options=json_util.CANONICAL_JSON_OPTIONS)


def _documents(collection, names: dict) -> list:
    raw = collection.with_options(codec_options=RAW).find()
    lines = [text_of(bson.decode(document.raw, ORDERED), names) for document in raw]
    # Writes that were sent at once may arrive in any order. Rows of the changelog don't: there the
    # order is what counts.
    return lines if collection.name == "changelog" else sorted(lines)


def _indexes(collection, names: dict) -> list:
    raw = collection.with_options(codec_options=ORDERED).list_indexes()
    return sorted(text_of(index, names) for index in raw)


def of_database(database, names: dict) -> list:
    """Lines: each collection with its options, its indexes, its documents."""
    lines = []
    listed = database.with_options(codec_options=ORDERED).list_collections()
    for info in sorted(listed, key=lambda each: each["name"]):
        if info["name"].startswith(("godwit_", "system.")):
            continue
        info.get("info", {}).pop("uuid", None)
        lines.append(f"{text_of(info, names)}")
        collection = database[info["name"]]
        if info["type"] == "collection":
            lines += [f"  index {line}" for line in _indexes(collection, names)]
        lines += [f"  {line}" for line in _documents(collection, names)]
    return lines


def normal_output(text: str, names: dict) -> str:
    """What a program printed, without widths of columns, which follow the length of names."""
    text = _normal_text(text, names)
    text = re.sub(r"\b20\d{12}\b", "STAMP", text)
    text = re.sub(r"[─]+", "─", text)
    return re.sub(r"[ ]+", " ", text)
