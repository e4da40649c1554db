# SPDX-License-Identifier: Apache-2.0
"""mongodump's archive format, read and written a second time, from its description alone: what godwit
writes is checked by this, and godwit reads what this writes as mongodump would."""
import ctypes
import ctypes.util
import gzip
import struct

import bson
from bson import json_util
from bson.codec_options import CodecOptions
from bson.son import SON

MAGIC = 0x8199E26D
TERMINATOR = b"\xff\xff\xff\xff"
LARGEST = 16 * 1024 * 1024 + 16 * 1024
OPTIONS = CodecOptions(document_class=SON)
CANONICAL = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL)


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0xC96C5795D7870F42 if byte & 1 else 0)
        table.append(byte)
    return table


TABLE = _crc_table()


def crc64(data, crc=0):
    crc ^= 0xFFFFFFFFFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFFFFFFFFFF


class _Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("at", ctypes.c_size_t)]


def _unzstd(data):
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_createDStream.restype = ctypes.c_void_p
    library.ZSTD_decompressStream.restype = ctypes.c_size_t
    library.ZSTD_freeDStream.argtypes = [ctypes.c_void_p]
    stream = ctypes.c_void_p(library.ZSTD_createDStream())
    source = ctypes.create_string_buffer(data, len(data))
    room = ctypes.create_string_buffer(1 << 20)
    given = _Buffer(ctypes.addressof(source), len(data), 0)
    parts, left = [], 1
    while given.at < given.size or left:
        out = _Buffer(ctypes.addressof(room), len(room), 0)
        before = given.at
        left = library.ZSTD_decompressStream(stream, ctypes.byref(out), ctypes.byref(given))
        if library.ZSTD_isError(ctypes.c_size_t(left)):
            raise ValueError("zstd: damaged")
        parts.append(room.raw[:out.at])
        if left and out.at == 0 and given.at == before:
            raise ValueError("zstd: ends too early")
    library.ZSTD_freeDStream(stream)
    return b"".join(parts)


def plain(data):
    """What is compressed in `data`, which may be not at all."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return _unzstd(data) if data[:4] == b"\x28\xb5\x2f\xfd" else data


class Collection:
    def __init__(self, entry):
        self.entry = entry
        self.docs = []
        self.crc = 0
        self.is_ended = False


class Archive:
    """The whole of one; ValueError where it is not as the format wants it."""

    def __init__(self, path):
        self.data = plain(path.read_bytes())
        self.at = 0
        self.boundaries = []  # where a block begins
        if struct.unpack("<I", self._take(4))[0] != MAGIC:
            raise ValueError("magic")
        self.head = self._document()
        self.collections = {}
        while (document := self._document()) is not None:
            if set(document) - {"godwit"} != {"db", "collection", "metadata", "size", "type"}:
                raise ValueError(f"entry with {list(document)}")
            self.collections[document["collection"]] = Collection(document)
        while self.at < len(self.data):
            self.boundaries.append(self.at)
            self._block()
        for name, collection in self.collections.items():
            if not collection.is_ended:
                raise ValueError(f"{name} does not end")

    def _take(self, size):
        part = self.data[self.at:self.at + size]
        if len(part) < size:
            raise ValueError("ends too early")
        self.at += size
        return part

    def _raw(self):
        """A document's bytes; None = a terminator."""
        head = self._take(4)
        if head == TERMINATOR:
            return None
        size = struct.unpack("<i", head)[0]
        if not 5 <= size <= LARGEST:
            raise ValueError(f"length {size}")
        raw = head + self._take(size - 4)
        if raw[-1] != 0:
            raise ValueError("a document does not end")
        return raw

    def _document(self):
        raw = self._raw()
        return None if raw is None else bson.decode(raw, OPTIONS)

    def _of(self, head):
        name = head["collection"]
        data = self.collections.get(name)
        if data is None and name.startswith("system.buckets."):
            data = self.collections[name.removeprefix("system.buckets.")]
        return data

    def _block(self):
        head = self._document()
        if list(head) != ["db", "collection", "EOF", "CRC"]:
            raise ValueError(f"block with {list(head)}")
        collection = self._of(head)
        if head["EOF"]:
            if head["CRC"] & 0xFFFFFFFFFFFFFFFF != collection.crc or self._raw() is not None:
                raise ValueError("end of " + head["collection"])
            collection.is_ended = True
            return
        if head["CRC"] != 0 or collection.is_ended:
            raise ValueError("block of " + head["collection"])
        while (raw := self._raw()) is not None:
            collection.docs.append(raw)
            collection.crc = crc64(raw, collection.crc)


def _signed(number):
    return number - (1 << 64) if number >> 63 else number


def write(path, database, collections, compress=lambda data: data, block=7, oplog=None):
    """Write an archive as mongodump does. `collections` holds (name, type, metadata, raw documents);
    blocks of `block` documents take turns. `oplog` holds raw documents, as of mongodump --oplog."""
    out = [struct.pack("<I", MAGIC), bson.encode(SON(
        concurrent_collections=4, version="0.1", server_version="6.0.5", tool_version="100.9.4"))]
    for name, kind, metadata, _ in collections:
        text = json_util.dumps(metadata, json_options=CANONICAL)
        out.append(bson.encode(SON(db=database, collection=name, metadata=text, size=0, type=kind)))
    if oplog is not None:
        out.append(bson.encode(SON(db="", collection="oplog", metadata="", size=0, type="")))
        collections = [*collections, ("oplog", "oplog", None, oplog)]
    out.append(TERMINATOR)

    def header(name, kind, is_end, crc):
        data = "system.buckets." + name if kind == "timeseries" else name
        return bson.encode(SON([("db", "" if kind == "oplog" else database), ("collection", data),
                                ("EOF", is_end), ("CRC", bson.Int64(_signed(crc)))]))

    most = max(len(docs) for *_, docs in collections)
    for start in range(0, most, block):
        for name, kind, _, docs in collections:
            part = docs[start:start + block]
            if part:
                out += [header(name, kind, False, 0), *part, TERMINATOR]
    for name, kind, _, docs in collections:
        out += [header(name, kind, True, crc64(b"".join(docs))), TERMINATOR]
    path.write_bytes(compress(b"".join(out)))
