#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which files a migration reaches: those of its project, links followed, unless the configuration
says otherwise."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

REFUSED = "lies outside of the project"


def outside(project):
    folder = project.folder.parent / f"{project.folder.name}-outside"
    folder.mkdir(exist_ok=True)
    (folder / "secret.txt").write_text("hidden")
    return folder


def tries(project, body):
    path = project.up_down("001_a.js", "const fs = require('fs');\n" + body)
    result = project.run("up")
    path.unlink()
    return result


def test_it_reads_and_writes_in_its_project(project):
    (project.folder / "data.txt").write_text("inside")
    body = ("fs.writeFileSync('copy.txt', fs.readFileSync(`${__dirname}/../data.txt`));\n"
            "fs.mkdirSync('made/deep', { recursive: true });\n"
            "fs.appendFileSync('made/deep/log.txt', process.cwd());")
    assert tries(project, body).status == 0
    assert (project.folder / "copy.txt").read_text() == "inside"
    assert (project.folder / "made/deep/log.txt").read_text() == str(project.folder.resolve())


def test_ways_out_are_refused_and_named(project):
    folder = outside(project)
    (project.folder / "link").symlink_to(folder)
    (project.folder / "file-link").symlink_to(folder / "secret.txt")
    secret = f"../{folder.name}/secret.txt"
    for body in [f"fs.readFileSync('{folder}/secret.txt');", f"fs.readFileSync('{secret}');",
                 "fs.readFileSync('link/secret.txt');", "fs.readFileSync('file-link');",
                 "fs.readFileSync('migrations/../link/secret.txt');",
                 "fs.writeFileSync('link/new.txt', 'x');", "fs.writeFileSync('file-link', 'x');",
                 f"fs.mkdirSync('{folder}/new');", "fs.readdirSync('link');", "fs.statSync('file-link');",
                 f"fs.renameSync('godwit.json', '{folder}/taken.json');",
                 "fs.unlinkSync('link/secret.txt');", "await fs.promises.readFile('link/secret.txt');",
                 "fs.rmSync('link/secret.txt', { recursive: true, force: true });"]:
        result = tries(project, body)
        assert result.status == 1 and REFUSED in result.err, (body, result)
    assert (folder / "secret.txt").read_text() == "hidden"
    assert sorted(path.name for path in folder.iterdir()) == ["secret.txt"]


def test_modules_outside_are_refused_too(project):
    folder = outside(project)
    (folder / "lib.js").write_text("module.exports = 1;")
    result = tries(project, f"require('{folder}/lib.js');")
    assert result.status == 1 and "outside the project" in result.err, result


def test_the_configuration_can_lift_it(project):
    folder = outside(project)
    project.configure(files="anywhere")
    assert tries(project, f"console.log(fs.readFileSync('{folder}/secret.txt', 'utf8'));").out.startswith("hidden")


def test_there_is_no_way_to_other_programs_or_the_network(project):
    for name in ("child_process", "net", "http", "node:https", "worker_threads", "vm"):
        result = tries(project, f"require('{name}');")
        assert result.status == 1 and f"'{name.removeprefix('node:')}' is not available" in result.err, result
    assert "fetch is not available" in tries(project, "await fetch('http://127.0.0.1/');").err


if __name__ == "__main__":
    main(globals())
