#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What comes from outside: a clock that is wrong by an hour, a network that stalls, a server whose power goes."""
import datetime
import os
import pathlib
import selectors
import socket
import sys
import tempfile
import threading
import time

import pymongo

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS), str(TESTS / "fault")]
from godwit import URI, main  # noqa: E402
from harness.mongod import Mongod  # noqa: E402
from shop import expire_lease, short_transactions  # noqa: E402

PATIENCE_S = 120
HOUR_S = 3600
CLOCK = pathlib.Path(os.environ["GODWIT_BUILD"]) / "tests" / "libshift-clock.so"
HOLD = ("while (!(await db.collection('go').findOne())) "
        "await new Promise(resolve => setTimeout(resolve, 20));")
SWEEP = ("for (let round = 0; round < 3; round++) await db.collection('stock').updateMany({}, { $inc: { n: 1 } });"
         "for (let id = 0; id < 50; id++) await db.collection('stock').updateOne({ _id: id }, { $inc: { k: 1 } });")


def wait_until(is_so, what):
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not come about"


def wrong(seconds):
    """The environment of a host whose clock is wrong."""
    sanitizer = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": str(CLOCK), "SHIFT_CLOCK_S": str(seconds), "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}


def test_the_clock_of_these_tests_is_wrong(project):
    project.up_down("001_a.js", "console.log('it is', Date.now());")
    said = int(project.ok("up", env=wrong(HOUR_S)).out.split("it is")[1].split()[0]) / 1000
    assert HOUR_S - 60 < said - time.time() < HOUR_S + 60, said


def holds_the_lease_in_spite_of_a_wrong_clock(project, seconds):
    project.up_down("001_a.js", HOLD)
    first = project.start("up", env=wrong(seconds))
    wait_until(lambda: project.db.migrations.count_documents({"status": "running"}) or first.poll() is not None, "the start")
    project.fails(4, "up", "--wait", "0")
    project.fails(4, "up", "--wait", "0", env=wrong(-seconds))
    project.db.go.insert_one({})
    out, err = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 0, (out, err)


def test_a_clock_an_hour_fast_takes_nobodys_lease_and_keeps_its_own(project):
    holds_the_lease_in_spite_of_a_wrong_clock(project, HOUR_S)


def test_a_clock_an_hour_slow_takes_nobodys_lease_and_keeps_its_own(project):
    holds_the_lease_in_spite_of_a_wrong_clock(project, -HOUR_S)


def test_the_order_and_the_times_are_the_servers_whatever_the_clock_says(project):
    project.db.users.insert_one({"_id": 1, "a": 0})
    for number, seconds in enumerate([HOUR_S, -HOUR_S, 0], 1):
        project.up_down(f"00{number}_m.js",
                        f"await db.collection('users').updateOne({{ _id: 1 }}, {{ $set: {{ a: {number} }} }});")
        project.ok("up", env=wrong(seconds))
    now = project.client.admin.command("hello")["localTime"]
    for row in [*project.db.migrations.find(), *project.db.godwit_jobs.find()]:
        when = row.get("appliedAt") or row["startedAt"]
        assert abs((now - when).total_seconds()) < 300, (now, row)
    assert project.client.admin.command("hello")["localTime"] - now < datetime.timedelta(seconds=300)
    run = project.record("003_m")["run"]
    assert [row["id"] for row in project.ok("down", "--from", "journal", "--steps", "2", "--json", env=wrong(-HOUR_S))
            .json["reverted"]] == ["003_m", "002_m"], run
    assert project.db.users.find_one()["a"] == 1


def test_what_is_old_enough_to_be_pruned_is_old_by_the_servers_clock(project):
    project.configure(journal={"keep": 1})
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.ok("up")

    def is_pruned(age_h, seconds):
        at = project.client.admin.command("hello")["localTime"] - datetime.timedelta(hours=age_h)
        project.db.godwit_jobs.update_many({}, {"$set": {"endedAt": at}})
        project.ok("prune", "--yes", env=wrong(seconds))
        return project.db.godwit_jobs.find_one()["status"] == "pruned"

    assert not is_pruned(23.5, HOUR_S)
    assert is_pruned(24.5, -HOUR_S)


class Proxy:
    """A way to the server that can be made to stall: nothing is lost, nothing goes on."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.flows = threading.Event()
        self.flows.set()
        self.is_ending = False
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_ending = True
        self.flows.set()
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def accept(self):
        near, _ = self.listener.accept()
        far = socket.create_connection(("127.0.0.1", self.target))
        self.selector.register(near, selectors.EVENT_READ, far)
        self.selector.register(far, selectors.EVENT_READ, near)

    def pass_on(self, one, other):
        try:
            data = one.recv(65536)
            if data:
                other.sendall(data)
                return
        except OSError:
            pass
        for end in (one, other):
            if end in (key.fileobj for key in list(self.selector.get_map().values())):
                self.selector.unregister(end)
            end.close()

    def run(self):
        while not self.is_ending:
            for key, _ in self.selector.select(0.1):
                self.flows.wait()
                if self.is_ending:
                    return
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj.fileno() >= 0:
                    self.pass_on(key.fileobj, key.data)


def fill(db):
    db.stock.insert_many([{"_id": n, "n": 0, "k": 0} for n in range(5000)])


def is_under_way(db):
    return db.godwit_journal.estimated_document_count() > 66


def check_once(db):
    assert db.stock.distinct("n") == [3] and db.stock.count_documents({"k": 1}) == 50
    assert db.stock.count_documents({"k": {"$nin": [0, 1]}}) == 0
    assert db.migrations.find_one()["status"] == "completed"


def through(project, proxy, more=""):
    project.configure(uri=f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true{more}")
    project.up_down("001_a.js", SWEEP)
    fill(project.db)


def server_port():
    return pymongo.uri_parser.parse_uri(URI)["nodelist"][0][1]


def test_a_network_that_stalls_for_a_while_is_waited_for(project):
    with Proxy(server_port()) as proxy:
        through(project, proxy)
        running = project.start("up")
        wait_until(lambda: is_under_way(project.db) or running.poll() is not None, "the sweep")
        proxy.flows.clear()
        seen = [project.db.godwit_journal.estimated_document_count(), time.monotonic()]
        wait_until(lambda: time.monotonic() - seen[1] > 2, "two seconds of silence")
        assert running.poll() is None
        proxy.flows.set()
        out, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 0, (out, err)
    check_once(project.db)


def test_a_network_that_stalls_for_good_ends_it_within_its_limits_and_the_next_up_finishes(project):
    with Proxy(server_port()) as proxy, short_transactions(project.client):
        through(project, proxy, "&socketTimeoutMS=2000&serverSelectionTimeoutMS=2000&connectTimeoutMS=2000")
        running = project.start("up")
        wait_until(lambda: is_under_way(project.db) or running.poll() is not None, "the sweep")
        proxy.flows.clear()
        out, err = running.communicate(timeout=PATIENCE_S)
        assert running.returncode in (1, 4, 6), (running.returncode, out, err)
        assert b"001_a" in err and (b"timeout" in err.lower() or b"timed out" in err or b"lease" in err), err
        project.configure()
        expire_lease(project)
        project.ok("up", "--wait", "90")
        check_once(project.db)


def test_a_network_that_stalls_with_no_limit_set_ends_it_as_well(project):
    with Proxy(server_port()) as proxy, short_transactions(project.client):
        through(project, proxy, "&serverSelectionTimeoutMS=1000&connectTimeoutMS=1000")
        running = project.start("up")
        wait_until(lambda: is_under_way(project.db) or running.poll() is not None, "the sweep")
        proxy.flows.clear()
        out, err = running.communicate(timeout=2 * PATIENCE_S)
        assert running.returncode in (1, 4, 6), (running.returncode, out, err)
        assert b"001_a" in err and b"timeout" in err, err
        assert project.ok("status", "--uri", URI, "--json").json["migrations"][0]["unfinished"] == "up"
        project.configure()
        expire_lease(project)
        project.ok("up", "--wait", "90")
        check_once(project.db)


def test_a_command_that_takes_long_is_not_taken_for_a_stalled_network(project):
    project.configure(uri=URI + ("&" if "?" in URI else "/?") + "connectTimeoutMS=1000")
    project.up_down("001_a.js", "await db.collection('stock').findOne({});")
    point = {"configureFailPoint": "failCommand", "mode": {"times": 1},
             "data": {"failCommands": ["find"], "namespace": f"{project.database}.stock",
                      "blockConnection": True, "blockTimeMS": 15000}}
    project.client.admin.command(point)
    began = time.monotonic()
    project.ok("up")
    assert time.monotonic() - began > 15


def test_a_server_whose_power_goes_and_comes_back_has_every_change_once(project):
    with tempfile.TemporaryDirectory() as scratch, Mongod(scratch) as server, pymongo.MongoClient(server.uri) as client:
        db = client[project.database]
        project.configure(uri=server.uri)
        project.up_down("001_a.js", SWEEP)
        fill(db)
        running = project.start("up", "--wait", "90")
        wait_until(lambda: is_under_way(db) or running.poll() is not None, "the sweep")
        server.process.kill()
        server.process.wait()
        server.start()
        server.wait_for(lambda: is_primary(client))
        out, err = running.communicate(timeout=PATIENCE_S)
        assert running.returncode in (0, 1, 4), (running.returncode, out, err)
        project.ok("up", "--wait", "90")
        check_once(db)


def is_primary(client):
    try:
        return client.admin.command("hello")["isWritablePrimary"]
    except pymongo.errors.PyMongoError:
        return False


if __name__ == "__main__":
    main(globals())
