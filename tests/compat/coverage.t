#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cases together use every call of the driver that real migrations use, in the order of how
often they do."""
import pathlib
import re
import sys

CASES = pathlib.Path(__file__).resolve().parent / "cases"

# rank: what has to stand in a case, as patterns
CALLS = {
    1: [r"\.collection\("],
    2: [r"\.updateMany\(", r"\$set", r"\$unset", r"\$rename", r"\$push"],
    3: [r"\.createIndex\(", r"\.createIndexes\(", "unique: true", "sparse: true", "background: true",
        "partialFilterExpression", "expireAfterSeconds", "'text'", "'hashed'", "'2dsphere'"],
    4: [r"\.insertMany\("],
    5: [r"\.createCollection\(", r"\$jsonSchema", "validationLevel", "validationAction"],
    6: [r"\.startSession\(", r"\.withTransaction\(", r"\.endSession\("],
    7: [r"\.drop\("],
    8: [r"\.find\(", r"\.toArray\(", "projection:", r"\.project\(", r"\.sort\(", r"\.limit\(",
        r"\.skip\(", r"\.batchSize\(", r"\.map\("],
    9: [r"\.deleteMany\("],
    10: [r"\.dropIndex\('", r"\.dropIndex\(\{", r"\.catch\(\(\) => \{\}\)", r"err\.code", r"err\.codeName"],
    11: [r"\.insertOne\(", "insertedId"],
    12: [r"\.updateOne\("],
    13: [r"\.listCollections\([^)]*\)\.toArray\(", r"\.listCollections\([^)]*\)\.hasNext\("],
    14: [r"\.findOne\("],
    15: [r"\[\{ \$set:", r"\$unset: \[", r"\$concat", r"\$ifNull", r"\$\$NOW"],
    16: [r"\.hasNext\(", r"\.next\("],
    17: [r"\.bulkWrite\(\[", r"bulkWrite\(\[\]\)", "insertOne: {", "updateOne: {", "updateMany: {",
         "replaceOne: {", "deleteOne: {", "deleteMany: {"],
    18: [r"for await \(.*\.find\(", r"for await \(.*\.aggregate\("],
    19: [r"\.aggregate\(", r"\$out: '", r"\$out: \{ db", r"\$merge", "allowDiskUse", r"\$lookup",
         r"\$unionWith"],
    20: [r"\.command\(", "collMod", "createUser", "updateUser", "usersInfo", r"\.admin\("],
    21: [r"\.deleteOne\("],
    22: [r"\.findOneAndUpdate\(", "upsert: true", "returnDocument", "arrayFilters",
         "includeResultMetadata"],
    23: [r"\.rename\(", r"\.renameCollection\(", r"\.dropCollection\("],
    24: [r"\.forEach\("],
    25: [r"\.countDocuments\(", r"\.count\(\)", r"\.estimatedDocumentCount\("],
    26: [r"\.indexes\(", r"\.indexExists\(", r"\.dropIndexes\(", r"\.listIndexes\("],
    27: [r"client\.db\(", r"\.collections\(", r"\.collectionName", r"\.databaseName"],
    28: ["matchedCount", "modifiedCount", "upsertedId", "deletedCount", "insertedCount",
         "insertedIds", "acknowledged"],
}


def main() -> int:
    sources = "\n".join(path.read_text() for path in sorted(CASES.rglob("migrations/**/*.*js")))
    print(f"1..{len(CALLS) + 1}")
    failed = 0
    for rank, patterns in CALLS.items():
        missing = [pattern for pattern in patterns if not re.search(pattern, sources)]
        failed += bool(missing)
        print(f"{'not ok' if missing else 'ok'} {rank} - rank {rank} of the calls is used")
        for pattern in missing:
            print(f"# nothing has {pattern}", file=sys.stderr)
    count = len(list(CASES.glob("*/case.json")))
    failed += count < 40
    print(f"{'ok' if count >= 40 else 'not ok'} {len(CALLS) + 1} - there are 40 projects and more")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
