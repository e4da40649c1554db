# SPDX-License-Identifier: Apache-2.0
"""What the tests of backup and restore share."""
import bson
from bson.raw_bson import RawBSONDocument


def other(project):
    """A second database, which goes with the first."""
    project.more = getattr(project, "more", 0) + 1
    name = f"{project.database}_{project.more}"
    drop = project.client.close

    def close():
        project.client.drop_database(name)
        drop()
    project.client.close = close
    return name, project.client[name]


def raws(coll):
    view = coll.with_options(bson.codec_options.CodecOptions(document_class=RawBSONDocument))
    return sorted(doc.raw for doc in view.find())


def left_over(db):
    return [name for name in db.list_collection_names() if name.startswith("godwit_restore")]
