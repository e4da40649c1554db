#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo runs to its end, and the shop's migrations do what the plan says."""
import datetime
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from godwit import main  # noqa: E402

ROOT = pathlib.Path(os.environ["GODWIT_SOURCE"])
SHOP = ROOT / "examples" / "shop"


def take_shop(project):
    """The shop's migrations in the project's folder, and its data in the project's database."""
    shutil.copytree(SHOP / "migrations", project.folder / "migrations", dirs_exist_ok=True)
    shutil.copytree(SHOP / "seed", project.folder / "seed", ignore=lambda *_: ["godwit.json"])
    project.configure(dir="seed", tracker="seed")
    project.ok("up")
    project.configure()


def test_the_demo_ends_well_and_shows_what_it_promises(project):
    done = subprocess.run([ROOT / "tools" / "demo", "--program", os.environ["GODWIT"]],
                          capture_output=True, text=True, cwd=project.folder)
    assert done.returncode == 0, done
    for line in ["$ godwit status", "0 applied, 5 pending", "Updated 150 users",
                 "5 migrations applied", "reverted 005_add_marketplace_indexes",
                 "valid 001_add_user_preferences", "5 migrations valid"]:
        assert line in done.stdout, (line, done.stdout)


def test_the_shops_first_migration_is_the_template_that_init_writes(project):
    project.folder.joinpath("other").mkdir()
    project.ok("init", cwd=project.folder / "other")
    made = project.folder / "other/migrations/.template/migration-template.js"
    first = SHOP / "migrations/001_add_user_preferences.js"
    assert made.read_bytes() == first.read_bytes()


def test_all_six_kinds_of_operation_do_what_they_say(project):
    take_shop(project)
    project.ok("up")
    db = project.db
    preferences = {"theme": "light", "notifications": True, "language": "en"}
    assert db.users.count_documents({"preferences": preferences}) == 150
    assert db.products.count_documents({"oldField": {"$exists": True}}) == 0
    assert db.products.count_documents({"createdAt": {"$type": "date"}}) == 400
    assert db.products.find_one({"title": "Product 1"})["createdAt"] == datetime.datetime(2023, 1, 2)
    assert db.stores.count_documents({"newName": {"$exists": True}, "oldName": None}) == 10
    assert "workspaceId_1_marketplace_1" in db.products.index_information()
    assert [plan["pricePerMonth"] for plan in db.plans.find()] == [0, 29, 99]
    affected = {row["migrationId"]: row["documentsAffected"] for row in db.migrations.find()}
    assert affected == {
        "001_add_user_preferences": 150, "002_update_product_schema": 800,
        "003_create_ai_suggestions_collection": 3, "004_migrate_workspace_data": 10,
        "005_add_marketplace_indexes": 0}, affected


def test_the_shop_goes_all_the_way_back(project):
    take_shop(project)
    project.ok("up")
    project.ok("down", "--steps", "5")
    db = project.db
    assert db.users.count_documents({"preferences": {"$exists": True}}) == 0
    assert db.products.find_one({"title": "Product 1"})["createdAt"] == "2023-01-02T00:00:00.000Z"
    assert db.stores.count_documents({"oldName": {"$exists": True}}) == 10
    assert sorted(db.list_collection_names(filter={"name": {"$in": ["suggestions", "plans"]}})) == \
        ["plans"]


if __name__ == "__main__":
    main(globals())
