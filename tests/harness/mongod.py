# SPDX-License-Identifier: Apache-2.0
"""A real mongod of our own for a while: one node of a replica set, on a free port of the loopback."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pymongo
from pymongo.errors import PyMongoError

SET_NAME = "godwit"
PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mongod:
    """`with Mongod() as server:` starts it, and ends exactly that process, whatever happens."""

    CACHE_GB, OPLOG_MB = "0.5", "512"
    MORE = ()

    def __init__(self, folder=None, set_name=SET_NAME):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mongod-", dir=folder))
        self.set_name = set_name
        self.port = free_port()
        self.uri = f"mongodb://127.0.0.1:{self.port}/" + (f"?replicaSet={set_name}" if set_name else "")
        self.process = None

    def __enter__(self):
        try:
            self.start()
            self.initiate()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        command = [os.environ["GODWIT_MONGOD"], "--bind_ip", "127.0.0.1", "--port", str(self.port),
                   "--dbpath", str(self.folder), "--logpath", str(self.folder / "mongod.log"),
                   *(["--replSet", self.set_name, "--oplogSize", self.OPLOG_MB] if self.set_name else []),
                   "--wiredTigerCacheSizeGB", self.CACHE_GB, "--nounixsocket",
                   # Some tests make and drop thousands of collections: their files are not kept open for 10 minutes.
                   "--wiredTigerEngineConfigString", "file_manager=(close_idle_time=20,close_scan_interval=5)",
                   "--setParameter", "enableTestCommands=1",
                   "--setParameter", "diagnosticDataCollectionEnabled=false", *self.MORE]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL)

    def initiate(self):
        """Make a replica set of it where it has a name, and wait until it takes writes."""
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        address = f"mongodb://127.0.0.1:{self.port}/?directConnection=true"
        with pymongo.MongoClient(address, serverSelectionTimeoutMS=PATIENCE_S * 1000) as client:
            if self.set_name:
                client.admin.command("replSetInitiate", {"_id": self.set_name, "members": [member]})
            self.wait_for(lambda: client.admin.command("hello")["isWritablePrimary"])

    def wait_for(self, is_so):
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if self.process.poll() is not None:
                raise RuntimeError(f"mongod ended with status {self.process.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"mongod did not take writes within {PATIENCE_S} s")
            time.sleep(0.02)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Roomy(Mongod):
    """With room for what is measured."""

    CACHE_GB, OPLOG_MB = "4", "4096"
