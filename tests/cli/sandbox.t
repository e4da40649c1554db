#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The throw-away server: it comes up, takes writes in transactions, and leaves nothing behind."""
import os
import pathlib
import signal
import stat
import sys
import time

import pymongo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

PATIENCE_S = 60


def is_alive(pid):
    """Whether it runs; one that nobody has asked for its status yet does not."""
    try:
        stat_line = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat_line.rpartition(")")[2].split()[0] != "Z"


def test_it_starts_once_takes_transactions_and_stops_with_its_data(project):
    assert project.ok("sandbox", "status").out == "no sandbox is running\n"
    started = project.ok("sandbox", "start", "--json").json
    try:
        with pymongo.MongoClient(started["uri"]) as client, client.start_session() as session:
            with session.start_transaction():
                client.get_default_database().birds.insert_one({"n": 1}, session=session)
        assert project.ok("sandbox", "start", "--json").json == started
        assert project.ok("sandbox", "status", "--json").json == started
        state = project.folder / ".godwit"
        assert stat.S_IMODE((state / "sandbox").stat().st_mode) == 0o700
        assert stat.S_IMODE((state / "sandbox/sandbox.json").stat().st_mode) == 0o600
        assert (state / ".gitignore").read_text() == "*\n"
    finally:
        stopped = project.ok("sandbox", "stop")
    assert "its data gone" in stopped.out, stopped
    assert not is_alive(started["pid"])
    assert not (state / "sandbox").exists()
    assert project.ok("sandbox", "stop").out == "no sandbox is running\n"


def test_run_migrates_a_server_of_its_own_whatever_the_environment_says(project):
    project.up_down("001_a.js", "await db.collection('birds').insertOne({n: 1});")
    program = os.environ["GODWIT"]
    elsewhere = {"GODWIT_URI": "mongodb://127.0.0.1:1/", "MONGODB_URI": "mongodb://127.0.0.1:1/"}
    result = project.ok("sandbox", "run", "--", program, "up", env=elsewhere)
    assert "1 migration applied" in result.out, result
    assert "birds" not in project.db.list_collection_names()
    assert [path.name for path in (project.folder / ".godwit").iterdir()] == [".gitignore"]


def test_run_ends_with_the_status_of_its_command(project):
    assert project.run("sandbox", "run", "--", "sh", "-c", "exit 7").status == 7
    result = project.fails(1, "sandbox", "run", "--", "no-such-program")
    assert "no-such-program" in result.err, result
    project.fails(2, "sandbox", "run")


def test_the_server_of_a_run_that_is_killed_ends_and_is_swept_out(project):
    running = project.start("sandbox", "run", "--", "sh", "-c", "echo $$; exec tail -f /dev/null")
    command = int(running.stdout.readline())
    lock = next(project.folder.glob(".godwit/sandbox-run-*/data/mongod.lock"))
    pid = int(lock.read_text())
    running.send_signal(signal.SIGKILL)
    running.wait(timeout=PATIENCE_S)
    # Its command is not the sandbox's: it goes on until somebody ends it.
    os.kill(command, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(pid)
    project.ok("sandbox", "run", "--", "true")
    assert not list(project.folder.glob(".godwit/sandbox-run-*"))


def test_without_a_server_it_says_what_to_install(project):
    result = project.fails(2, "sandbox", "start", env={"GODWIT_MONGOD": "/nowhere/mongod"})
    assert "'/nowhere/mongod'" in result.err and "hint: Install" in result.err, result
    result = project.fails(6, "sandbox", "start", env={"GODWIT_MONGOD": "/bin/false"})
    assert "ended at once" in result.err, result
    assert not (project.folder / ".godwit/sandbox").exists()


if __name__ == "__main__":
    main(globals())
