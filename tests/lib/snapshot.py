# SPDX-License-Identifier: Apache-2.0
"""What a database holds, so that two moments can be compared: documents by dbHash, options, indexes."""


def options_of(info):
    """What collMod can't take away again is the same as what stands for it where it is missing."""
    found = dict(info["options"])
    for key, value in [("validationLevel", "strict"), ("validationAction", "error"), ("validator", {}),
                       ("changeStreamPreAndPostImages", {"enabled": False})]:
        if found.get(key) == value:
            del found[key]
    return str(found)


def snapshot(db):
    """Type, options, indexes and hash of each collection that is not godwit's."""
    hashes = db.command("dbHash")["collections"]
    found = {}
    for info in db.list_collections():
        name = info["name"]
        if name.startswith("godwit_") and not name.startswith("godwit_trash") or name in ("migrations", "system.views"):
            continue
        indexes = [] if info["type"] == "view" or name.startswith("system.") else sorted(
            (index["name"], str(index.to_dict())) for index in db[name].list_indexes())
        found[name] = (info["type"], options_of(info), indexes, hashes.get(name))
    return found
