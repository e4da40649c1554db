#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes that a script waits for one by one share a transaction where they follow each other closely: nobody can
tell, neither from what the script is told nor from what is there when anything else happens."""
import contextlib
import http.server
import pathlib
import signal
import sys
import threading

from pymongo.errors import OperationFailure

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "fault")]
import shop  # noqa: E402
from godwit import main  # noqa: E402
from snapshot import snapshot  # noqa: E402
from waiting import wait_until  # noqa: E402

COUNT = 60
# A script that could catch an error gathers nothing. `pause` ends what is open: each write is by itself.
HEAD = """
    const c = db.collection('things');
    const pause = () => new Promise((go) => setTimeout(go, 0));
    const tell = (...words) => console.log(JSON.stringify(words));
    const attempt = async (write) => {
      try { tell(await write()); } catch (error) { tell(error.name, error.code, error.message, error.keyValue); }
    };
"""
BUMP = "const bump = (_id) => c.updateOne({ _id }, { $inc: { n: 1 } });"
# What a test has to say before the script goes on, which does nothing else meanwhile.
SIGNALS = """
    const fs = require('fs');
    const say = (word) => fs.writeFileSync(word, '');
    const hear = (word) => { while (!fs.existsSync(word)) ; };
"""
MIXED = [
    "c.updateOne({ _id: K }, { $inc: { n: 1 } })",
    "c.updateOne({ _id: K }, { $set: { n: 7 } })",
    "c.updateOne({ text: 't' + K }, { $set: { 'deep.x': K, n: 8 }, $unset: { text: 1 } })",
    "c.updateOne({ _id: K }, [{ $set: { m: { $add: ['$n', 1] } } }])",
    "c.replaceOne({ _id: K }, { z: 1, n: K })",
    "c.updateOne({ _id: 'nobody' }, { $inc: { n: 1 } })",
    "c.updateOne({ _id: 'u' + K }, { $inc: { n: 1 } }, { upsert: true })",
    "c.updateOne({ _id: 'u' + K }, { $inc: { n: 1 } }, { upsert: true })",
    "c.findOneAndUpdate({ _id: K + 1 }, { $inc: { n: 1 } })",
    "c.findOneAndUpdate({ _id: K + 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' })",
    "c.findOneAndReplace({ _id: K + 2 }, { n: 100 })",
    "c.findOneAndDelete({ _id: K + 2 })",
    "c.deleteOne({ _id: K + 3 })",
    "c.deleteOne({ _id: K + 3 })",
    "c.insertOne({ _id: K + 3, back: true })",
    "c.insertOne({ _id: K, twice: true })",
    "c.updateOne({ _id: K + 4 }, { $push: { n: 1 } })",
    "c.updateMany({ _id: { $lt: K } }, { $inc: { many: 1 } })",
    "c.updateOne({ _id: K + 4 }, { $inc: { many: 1 } })",
]


def seed(project, count=COUNT):
    project.db.things.insert_many([{"_id": n, "n": n, "text": f"t{n}"} for n in range(count)])


def up_file(project, body):
    project.up_down("001_a.js", HEAD + BUMP + body)


def transactions(project):
    return project.client.admin.command("serverStatus")["transactions"]["totalCommitted"]


def things(project):
    return {doc["_id"]: doc for doc in project.db.things.find()}


def values(project, ids):
    return [doc["n"] for doc in project.db.things.find({"_id": {"$in": list(ids)}}).sort("_id", 1)]


def mixed(separator):
    return "".join(f"await attempt(() => {write.replace('K', str(k))});{separator}\n"
                   for k in range(0, 50, 10) for write in MIXED)


def test_they_are_told_and_leave_the_same_as_one_by_one(project):
    seed(project)
    before = snapshot(project.db)["things"]
    found = []
    for separator in ["await pause();", ""]:
        up_file(project, mixed(separator))
        out = project.ok("up").out
        found.append(([line for line in out.splitlines() if line.startswith("[")], things(project)))
        project.ok("undo", "001_a", "--yes")
        assert snapshot(project.db)["things"] == before
    alone, shared = found
    for one, other in zip(*[result[0] for result in found]):
        assert one == other, (one, other)
    assert len(alone[0]) == len(MIXED) * 5 and alone[1] == shared[1]


def test_an_upsert_whose_id_the_server_makes_is_there(project):
    seed(project)
    up_file(project, "for (let k = 0; k < 30; k++) {"
            " await bump(k);"
            " const r = await c.updateOne({ key: k }, { $set: { of: 'upsert' } }, { upsert: true });"
            " await c.updateOne({ _id: r.upsertedId }, { $set: { found: true } }); }")
    project.ok("up")
    assert project.db.things.count_documents({"of": "upsert", "found": True}) == 30
    project.ok("undo", "001_a", "--yes")
    assert things(project) == {n: {"_id": n, "n": n, "text": f"t{n}"} for n in range(COUNT)}


def test_a_loop_takes_few_transactions(project):
    seed(project, 600)
    up_file(project, "for (let k = 0; k < 600; k++) await bump(k);")
    before = transactions(project)
    project.ok("up")
    assert transactions(project) - before < 300
    assert project.record("001_a")["documentsAffected"] == 600
    assert project.db.godwit_journal.count_documents({"kind": "docs", "unsure": True}) == 600


def test_several_changes_of_one_document_are_undone(project):
    seed(project, 3)
    up_file(project, "for (let k = 0; k < 200; k++) await c.updateOne({ _id: k % 2 }, { $inc: { n: 1 }, $set: { k } });")
    project.ok("up")
    assert values(project, [0, 1, 2]) == [100, 101, 2]
    project.ok("undo", "001_a", "--yes")
    assert values(project, [0, 1, 2]) == [0, 1, 2] and "k" not in things(project)[0]


def test_one_that_is_refused_leaves_the_others(project):
    seed(project, 100)
    project.db.things.create_index("n", unique=True)
    up_file(project, """
        for (let k = 0; k < 90; k++) {
          await c.updateOne({ _id: k }, { $set: { n: -k - 1 } });
          if (k % 10 === 9) await attempt(() => c.updateOne({ _id: k }, { $set: { n: 95 } }));
        }""")
    out = project.ok("up").out
    assert out.count('"MongoServerError",11000') == 9 and out.count("n: 95") == 9, out
    assert values(project, range(90)) == [-k - 1 for k in range(90)]
    assert project.db.godwit_journal.count_documents({"kind": "docs"}) == 90
    project.ok("undo", "001_a", "--yes")
    assert values(project, range(100)) == list(range(100))


def test_a_read_sees_them(project):
    seed(project)
    up_file(project, """
        for (let k = 0; k < 40; k++) {
          await bump(k);
          if (k % 8 !== 7) continue;
          const seen = [await c.countDocuments({ $expr: { $gt: ['$n', '$_id'] } }),
            (await c.find({ $expr: { $gt: ['$n', '$_id'] } }).toArray()).length,
            (await c.aggregate([{ $match: { $expr: { $gt: ['$n', '$_id'] } } }]).toArray()).length,
            (await db.command({ count: 'things', query: { $expr: { $gt: ['$n', '$_id'] } } })).n];
          console.log('seen', seen.every((n) => n === k + 1));
        }""")
    assert project.ok("up").out.count("seen true") == 5


def test_a_cursor_that_goes_on_sees_them(project):
    seed(project)
    up_file(project, """
        let sum = 0;
        for await (const doc of c.find().sort({ _id: 1 }).batchSize(10)) {
          sum += doc.n;
          await c.updateOne({ _id: doc._id + 20 }, { $set: { n: 1000 } });
        }
        console.log('sum', sum);""")
    assert f"sum {sum(range(20)) + 40 * 1000}" in project.ok("up").out


def test_a_transaction_and_a_schema_change_of_the_script_come_behind_them(project):
    seed(project)
    up_file(project, """
        for (let k = 0; k < 10; k++) await bump(k);
        const session = client.startSession();
        await session.withTransaction(async () => {
          for (let k = 0; k < 10; k++) await c.updateOne({ _id: k }, { $inc: { n: 1 } }, { session });
        });
        await session.endSession();
        for (let k = 0; k < 10; k++) await bump(k);
        await c.createIndex({ n: 1, text: 1 });
        for (let k = 0; k < 10; k++) await bump(k);
        await c.rename('others');
        const others = db.collection('others');
        for (let k = 0; k < 10; k++) await others.updateOne({ _id: k }, { $inc: { n: 1 } });
        await others.drop();""")
    project.ok("up")
    assert "others" not in project.db.list_collection_names()
    project.ok("undo", "001_a", "--yes")
    assert values(project, range(COUNT)) == list(range(COUNT))
    assert list(project.db.things.index_information()) == ["_id_"]


def test_several_at_once_are_all_done(project):
    seed(project)
    up_file(project, """
        for (let k = 0; k < 10; k++) await bump(k);
        await Promise.all([...Array(60).keys()].map(bump));
        await Promise.all([c.updateMany({}, { $inc: { n: 1 } }), (async () => {
          for (let k = 0; k < 60; k++) await c.updateOne({ _id: k }, { $set: { loop: true } });
        })()]);""")
    project.ok("up")
    assert values(project, range(COUNT)) == [n + 2 + (n < 10) for n in range(COUNT)]
    assert project.db.things.count_documents({"loop": True}) == COUNT
    project.ok("undo", "001_a", "--yes")
    assert values(project, range(COUNT)) == list(range(COUNT))


def test_what_waits_for_a_timer_comes_by_itself(project):
    seed(project)
    up_file(project, "for (let k = 0; k < 50; k++) { await bump(k); await pause(); }")
    before = transactions(project)
    project.ok("up")
    assert transactions(project) - before >= 50


def test_before_a_file_is_touched_they_are_there_and_behind_it_they_see_what_came(project):
    seed(project)
    up_file(project, SIGNALS + """
        for (let round = 0; round < 5; round++) {
          for (let k = 0; k < 12; k++) await bump(k);
          say('said' + round);
          hear('heard' + round);
          const result = await c.updateOne({ _id: 'new' + round }, { $set: { seen: true } });
          console.log('matched', result.matchedCount);
          for (let k = 0; k < 12; k++) await bump(k);
        }""")
    process = project.start("up")
    for number in range(5):
        wait_until((project.folder / f"said{number}").exists, "the script's word")
        assert values(project, range(12)) == [k + 1 + 2 * number for k in range(12)]
        project.db.things.insert_one({"_id": f"new{number}"})
        (project.folder / f"heard{number}").touch()
    out, err = process.communicate()
    assert process.returncode == 0 and out.decode().count("matched 1") == 5, (out, err)


@contextlib.contextmanager
def host(answer):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def do_GET(self):
            text = str(answer()).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_address[1]}"
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def test_whoever_is_asked_over_the_network_sees_them_and_is_seen(project):
    seed(project)

    def answer():
        project.db.things.insert_one({"_id": "new"})
        return sum(values(project, range(12)))

    with host(answer) as url:
        project.configure(network="127.0.0.1")
        up_file(project, """
            for (let k = 0; k < 12; k++) await bump(k);
            console.log('there', await (await fetch('%s')).text());
            console.log('matched', (await c.updateOne({ _id: 'new' }, { $set: { seen: true } })).matchedCount);""" % url)
        out = project.ok("up").out
    assert f"there {sum(range(12)) + 12}" in out and "matched 1" in out, out


def test_nobody_waits_for_a_script_that_computes(project):
    seed(project)
    up_file(project, "for (let k = 0; k < 12; k++) await bump(k); while (true) ;")
    process = project.start("up")
    try:
        wait_until(lambda: values(project, [11]) == [12], "the last write")
        project.db.things.update_one({"_id": 11}, {"$set": {"mine": True}})
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode != 0
    assert values(project, range(12)) == list(range(12)) and things(project)[11]["mine"]


def test_a_script_that_fails_is_taken_back(project):
    seed(project)
    before = snapshot(project.db)["things"]
    up_file(project, "for (let k = 0; k < 33; k++) await bump(k); throw new Error('on purpose');")
    assert "on purpose" in project.fails(1, "up").err
    assert snapshot(project.db)["things"] == before


def test_one_that_dies_in_the_middle_is_taken_back_or_goes_on(project):
    seed(project)
    for at in ["shared.kept:1", "shared.kept:7", "shared.kept:40", "transaction.written:4", "transaction.committed:4"]:
        for words in [["up"], ["up", "--resume"]]:
            up_file(project, "for (let k = 0; k < 60; k++) console.log((await bump(k)).modifiedCount);"
                    "await c.countDocuments(); for (let k = 0; k < 60; k++) await bump(k);")
            project.fails(137, "up", env={"GODWIT_CRASH_AT": at})
            shop.expire_lease(project)
            there = project.db.godwit_journal.count_documents({"kind": "docs"})
            assert sum(values(project, range(60))) == sum(range(60)) + there
            result = project.ok(*words)
            assert ("goes on where" in result.err) == (len(words) == 2), result
            assert values(project, range(60)) == [n + 2 for n in range(60)]
            project.ok("undo", "001_a", "--yes")
            assert values(project, range(60)) == list(range(60))


@contextlib.contextmanager
def held(project, skip):
    """The server stops before the findAndModify behind the next `skip`; True where one came."""
    name, admin = "hangBeforeFindAndModifyPerformsUpdate", project.client.admin
    before = admin.command("configureFailPoint", name, mode={"skip": skip})["count"]
    try:
        yield before
    finally:
        admin.command("configureFailPoint", name, mode="off")


def is_held(project, before, times):
    try:
        project.client.admin.command("waitForFailPoint", "hangBeforeFindAndModifyPerformsUpdate",
                                     timesEntered=before + times, maxTimeMS=5000)
    except OperationFailure:
        return False
    return True


# The third and fourth share a transaction, which the fifth breaks: they are done again.
BROKEN = SIGNALS + """
    say('ready');
    hear('go');
    await bump(0);
    await bump(1);
    const told = [];
    for (const _id of [2, 3]) told.push((await c.findOneAndUpdate({ _id }, { $inc: { n: 1 } },
      { returnDocument: 'after', includeResultMetadata: false, projection: { n: 1 } })).n);
    try { await c.insertOne({ _id: 0 }); } catch (error) { console.log('caught', error.code ?? error.message); }
    try { await bump(4); } catch (error) { console.log('caught', error.message); }
    console.log('told', told.join());"""


def interfere(project, change):
    """Run BROKEN, with `change` of the document that is done again. The machine may have been too slow for the writes
    to share anything: then nothing is done again, and it is tried anew."""
    for attempt in range(8):
        for word in ("ready", "go"):
            (project.folder / word).unlink(missing_ok=True)
        project.db.things.drop()
        seed(project, 5)
        up_file(project, BROKEN + f"// {attempt}")
        process = project.start("up")
        wait_until((project.folder / "ready").exists, "the script")
        with held(project, 4) as before:
            (project.folder / "go").touch()
            was_held = is_held(project, before, 5)
            if was_held:
                project.db.things.update_one({"_id": 2}, change)
        out, err = process.communicate()
        if was_held:
            return process.returncode, out.decode(), err.decode()
        project.run("undo", "001_a", "--yes")
    raise AssertionError("they never shared a transaction")


def test_what_comes_out_the_same_when_done_again_stays(project):
    status, out, err = interfere(project, {"$set": {"mine": True}})
    assert status == 0 and "caught 11000" in out and "told 3,4" in out, (out, err)
    assert values(project, range(5)) == [n + 1 for n in range(5)] and things(project)[2]["mine"]
    project.ok("undo", "001_a", "--yes")
    assert values(project, range(5)) == list(range(5)) and things(project)[2]["mine"]


def test_what_comes_out_otherwise_when_done_again_fails_the_migration(project):
    status, out, err = interfere(project, {"$set": {"n": 100}})
    assert status == 1 and out.count("caught somebody else changed") == 2, (out, err)
    assert f"somebody else changed '{project.database}.things'" in err, err
    assert values(project, range(5)) == [0, 1, 100, 3, 4]
    assert project.record("001_a")["status"] == "failed"


def test_whoever_lost_the_lease_commits_none_of_them(project):
    seed(project, 20)
    up_file(project, SIGNALS + """
        say('ready');
        hear('go');
        for (let k = 0; k < 20; k++) { try { await bump(k); } catch (error) { console.log('caught'); } }""")
    process = project.start("up")
    wait_until((project.folder / "ready").exists, "the script")
    with held(project, 3) as before:
        (project.folder / "go").touch()
        assert is_held(project, before, 4)
        project.db.godwit_journal.update_many({"fence": {"$exists": True}}, {"$set": {"token": 1 << 40}})
    out, err = process.communicate()
    assert process.returncode != 0 and "the lease was taken over" in err.decode(), (out, err)
    assert values(project, range(20)) in ([n + (n < count) for n in range(20)] for count in (2, 3))


if __name__ == "__main__":
    main(globals())
