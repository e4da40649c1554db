# SPDX-License-Identifier: Apache-2.0
"""A replica set of three whose elections take a second."""
import time

import pymongo
from pymongo.errors import PyMongoError

from harness.mongod import Mongod

PATIENCE_S = 60


class Trio:
    """Three mongods of one replica set; elections take a second."""

    def __init__(self, scratch):
        self.members = [Mongod(scratch, "trio") for _ in range(3)]
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        self.uri = f"mongodb://{hosts}/?replicaSet=trio&serverSelectionTimeoutMS=30000"

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.client.close()
        self.stop()

    def start(self):
        for member in self.members:
            member.start()
        for member in self.members:
            # Each has to answer before they can be made a set.
            with pymongo.MongoClient(self.address(member), serverSelectionTimeoutMS=PATIENCE_S * 1000) as client:
                client.admin.command("ping")
        config = {"_id": "trio", "settings": {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 200},
                  "members": [{"_id": at, "host": f"127.0.0.1:{member.port}"}
                              for at, member in enumerate(self.members)]}
        with pymongo.MongoClient(self.address(self.members[0])) as client:
            client.admin.command("replSetInitiate", config)
        self.client = pymongo.MongoClient(self.uri)
        self.wait_for_primary()

    @staticmethod
    def address(member):
        return f"mongodb://127.0.0.1:{member.port}/?directConnection=true"

    def wait_for_primary(self):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                self.client.admin.command("ping")
                return
            except PyMongoError:
                continue
        raise AssertionError("there is no primary")

    def primary(self):
        port = self.client.primary[1]
        return next(member for member in self.members if member.port == port)

    def stop(self):
        for member in self.members:
            # Nothing of theirs is wanted any more: an orderly end takes many seconds each.
            if member.process is not None:
                member.process.kill()
                member.process.wait()
            member.stop()
