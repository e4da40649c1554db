#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whatever the Node driver has, godwit has: to do it, or to say by name that it does not. Never
silently nothing."""
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from godwit import main  # noqa: E402

MODULES = pathlib.Path(os.environ.get("GODWIT_DEPS", HERE.parent.parent / ".deps")) / "oracle" / "node_modules"

# What the driver keeps for itself, though its objects have it.
INTERNAL = re.compile(r"""(emitAndLog\w*|transformDocument|resolveExplainTimeoutOptions|throwIfInitialized|trackCursor
    |cursorInit|emitClose|cleanup|fetchBatch|getMore|checkForNonGenuineHosts|addToOperationsList|handleWriteError
    |shouldForceServerObjectId|incrementTransactionNumber|pin|unpin|appendMetadata|inspect|serializeInto|setFrom\w+)$""", re.X)
# Events: nothing in godwit emits them.
EVENTS = re.compile(r"""(addListener|emit|eventNames|getMaxListeners|listenerCount|listeners|off|on|once|prependListener
    |prependOnceListener|rawListeners|removeAllListeners|removeListener|setMaxListeners)$""", re.X)
EVENT_CLASSES = re.compile(r"mongodb\.\w+Event$")


def names_in(text):
    return set(re.findall(r"^\w+\.\w+$", text, re.M))


def names_of_the_driver():
    done = subprocess.run(["node", str(HERE / "lib" / "run-node.js"), str(HERE / "lib" / "surface.js")],
                          capture_output=True, text=True,
                          env={**os.environ, "NODE_PATH": str(MODULES), "NODE_NO_WARNINGS": "1"})
    assert done.returncode == 0, done.stderr
    return names_in(done.stdout)


def test_godwit_has_every_name_that_the_driver_has(project):
    wanted = names_of_the_driver()
    project.migration("001_surface.js", (HERE / "lib" / "surface.js").read_text())
    found = names_in(project.ok("up").out)
    public = {name for name in wanted
              if not INTERNAL.search(name) and not EVENTS.search(name) and not EVENT_CLASSES.match(name)}
    assert len(public) > 300, public
    assert not public - found, sorted(public - found)


def test_what_is_not_there_says_so_by_name(project):
    project.up_down("001_a.js", "db.collection('a').watch();")
    assert "watch is not available in godwit" in project.fails(1, "up").err
    project.up_down("001_a.js", "new (require('mongodb').GridFSBucket)(db);")
    assert "GridFSBucket" in project.fails(1, "up").err


if __name__ == "__main__":
    main(globals())
