#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing that the Node driver has is undefined in godwit: what is not there says so when called."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("GODWIT_BUILD", ROOT / "build"))
MODULES = pathlib.Path(os.environ.get("GODWIT_DEPS", ROOT / ".deps")) / "oracle" / "node_modules"
NAMES = HERE / "lib" / "names.js"
# Classes whose constructor already says that they are not there, so nobody gets at their methods.
REFUSED = {"CancellationToken", "ChangeStream", "ChangeStreamCursor", "ClientEncryption", "ExplainableCursor",
           "GridFSBucket", "GridFSBucketReadStream", "GridFSBucketWriteStream", "MongoClientAuthProviders"}
# What the driver marks as its own business, by @internal or by an underscore.
INTERNAL = set("""
    appendMetadata autoEncrypter checkForNonGenuineHosts cleanup cursorInit emitAndLog emitAndLogCommand
    emitAndLogHeartbeat emitClose fetchBatch getMore handleWriteError incrementTransactionNumber isDead isPinned
    loadBalanced pin resolveExplainTimeoutOptions server serverApi serverSession setFromBytes setFromHex
    shouldForceServerObjectId throwIfInitialized trackCursor transformDocument unpin monitorCommands
    length name prototype
""".split()) | {f"static {name}" for name in
                """length name prototype PROCESS_UNIQUE cacheHexString getInc index resetState translate
                   buildErrorMessage CLOSE""".split()}


def names(words: list) -> dict:
    environment = {**os.environ, "NODE_PATH": str(MODULES), "NODE_NO_WARNINGS": "1"}
    done = subprocess.run([str(word) for word in words], text=True, env=environment, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def is_public(export: str, name: str) -> bool:
    return not (name in INTERNAL or name.startswith("_") or export in REFUSED
                or export.startswith("MongoCrypt") or export.endswith("Event"))


def main() -> None:
    node = names(["node", "-e", "require(process.argv[1]).up()", NAMES])
    ours = names([BUILD / "tests" / "run-script", NAMES])
    print(f"1..{len(node)}")
    for number, (export, members) in enumerate(node.items(), 1):
        lost = [name for name in members if name not in ours.get(export, []) and is_public(export, name)]
        is_good = export in ours and not lost
        print(f"{'ok' if is_good else 'not ok'} {number} - {export} is there, with all that it has")
        if not is_good:
            print(f"# missing: {', '.join(lost) or export}", file=sys.stderr)


if __name__ == "__main__":
    main()
