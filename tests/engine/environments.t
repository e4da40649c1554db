#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Development, staging, production and names of one's own: which one it is, and what that changes."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import URI, main  # noqa: E402


def environment_of(project, *words, env=None):
    settings = {row["key"]: row for row in project.ok("config", "--json", *words, env=env).json["config"]}
    return settings["environment"]["value"], settings["environment"]["origin"]


def test_it_comes_from_the_option_then_godwit_env_then_node_env(project):
    both = {"GODWIT_ENV": "staging", "NODE_ENV": "production"}
    assert environment_of(project) == ("development", "default")
    assert environment_of(project, env={"NODE_ENV": "production"}) == ("production", "NODE_ENV")
    assert environment_of(project, env=both) == ("staging", "GODWIT_ENV")
    assert environment_of(project, "--env", "test", env=both) == ("test", "--env")


def test_each_has_its_own_database(project):
    staging = f"{project.database}_staging"
    project.configure(environments={"staging": {"database": staging}, "team-a": {"uri": URI}})
    project.up_down("001_a.js", "await db.collection('a').insertOne({});")
    project.ok("up", "--env", "staging")
    try:
        assert project.client[staging].migrations.find_one()["environment"] == "staging"
        assert project.record("001_a") is None
        project.ok("up", "--env", "team-a")
        assert project.record("001_a")["environment"] == "team-a"
    finally:
        project.client.drop_database(staging)


def test_one_that_the_configuration_does_not_have_is_refused_with_the_nearest(project):
    project.configure(environments={"staging": {}, "production": {}})
    result = project.fails(2, "up", "--env", "stagin")
    assert "'stagin'" in result.err and "'staging'" in result.err, result


def test_policies_may_differ(project):
    project.configure(environments={"development": {"policies": {"changed": "warn"}}, "production": {}})
    path = project.up_down("001_a.js")
    project.ok("up")
    path.write_text(path.read_text() + "// edited\n")
    assert "001_a.js" in project.ok("up").err
    assert "001_a.js" in project.fails(7, "up", "--env", "production").err


def test_the_history_has_the_environment_too(project):
    project.up_down("001_a.js")
    project.ok("up", env={"GODWIT_ENV": "staging"})
    assert project.db.godwit_history.find_one()["environment"] == "staging"


def test_uri_and_database_come_from_variables_which_are_stronger_than_the_file(project):
    project.configure(uri="mongodb://127.0.0.1:1/", database="nowhere")
    project.up_down("001_a.js")
    project.ok("up", env={"MONGODB_URI": URI, "GODWIT_DATABASE": project.database})
    assert project.record("001_a")["status"] == "completed"


if __name__ == "__main__":
    main(globals())
