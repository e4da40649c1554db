#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/check-words.py finds each word that the house bans, and leaves alone what is right."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import tap  # noqa: E402

LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"


def check(tree):
    done = subprocess.run([ROOT / "tools" / "check-words.py", tree], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def put(tree, name, text, licence=LICENCE):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(licence + text)


def body(line, name="work"):
    return f"static void\n{name}(void)\n{{\n    {line}\n}}\n"


def finds(tree, rule, line, name="src/state/a.c"):
    put(tree, name, body(line))
    status, out = check(tree)
    assert status == 1 and f": {rule}: " in out, f"{line}: {out}"


def passes(tree, text, name="src/state/a.c"):
    put(tree, name, text)
    assert check(tree) == (0, ""), check(tree)


def test_goto(tree):
    finds(tree, "goto", "goto out;")


def test_a_bare_free(tree):
    for line in ("free(x);", "g_free(x);", "bson_destroy(&doc);", "mongoc_uri_destroy(uri);"):
        finds(tree, "bare-free", line)


def test_a_free_in_a_function_that_gives_back_is_right(tree):
    passes(tree, body("g_free(thing);", "gw_thing_free") + body("g_free(thing);", "thing_clear"))


def test_a_free_by_name_of_a_callback_is_right(tree):
    passes(tree, body("list = g_ptr_array_new_with_free_func(g_free);"))


def test_a_free_right_before_the_new_value_is_right(tree):
    passes(tree, body("g_free(thing->name);\n    thing->name = g_strdup(name);"))


def test_a_free_in_a_comment_or_string_is_no_free(tree):
    passes(tree, body('x("free(y); goto z"); /* free(y), goto z */'))


def test_an_owner_without_a_value(tree):
    for line in ("g_autofree char *x;", "g_autoptr(GError) error;", "g_auto(bson_t) reply;"):
        finds(tree, "unborn-owner", line)
    passes(tree, body("g_autoptr(GError) error = NULL;"))


def test_a_libbson_string_freed_by_glib(tree):
    finds(tree, "wrong-free", "g_autofree char *json = bson_as_json(doc, NULL);")


def test_functions_without_bounds(tree):
    for line in ("sprintf(a, b);", "strcpy(a, b);", "strcat(a, b);", "x = atoi(a);"):
        finds(tree, "unbounded", line)
    passes(tree, body("snprintf(a, sizeof a, b);"))


def test_printing_below_the_skins(tree):
    for line in ('printf("x");', 'fprintf(stderr, "x");', 'puts("x");', 'g_warning("x");'):
        finds(tree, "print", line)


def test_printing_in_a_skin_is_right(tree):
    passes(tree, body('printf("x");'), "src/cli/a.c")


def test_a_shell(tree):
    for line in ('system("ls");', 'popen("ls", "r");', "g_spawn_command_line_sync(a, b, c, d, e);"):
        finds(tree, "shell", line)


def test_a_driver_write_outside_the_seam(tree):
    finds(tree, "driver-write", "mongoc_collection_insert_one(a, b, c, d, e);")
    finds(tree, "driver-write", "mongoc_bulk_operation_execute(a, b, c);", "src/mongo/client.c")
    finds(tree, "driver-write", '}\n#include "mongo/send.h"\n{')


def test_a_driver_write_in_the_seam_is_right(tree):
    passes(tree, body("mongoc_client_write_command_with_opts(a);"), "src/mongo/writer-batch.c")


def test_a_pause_in_a_test(tree):
    finds(tree, "sleep", "g_usleep(1000);", "tests/unit/test-a.c")
    put(tree, "tests/a.t", "sleep 1\n", "# SPDX-License-Identifier: Apache-2.0\n")
    assert "tests/a.t:2: sleep" in check(tree)[1], check(tree)


def test_a_pause_in_a_loop_that_asks_is_right(tree):
    passes(tree, body("while (!is_there())\n        g_usleep(1000);"), "tests/unit/test-a.c")


def test_a_promise_without_a_number(tree):
    finds(tree, "promise", "/* TO" "DO: later */")
    passes(tree, body("/* TO" "DO #12: later */"))


def test_a_bare_identifier_as_a_bcon_value(tree):
    for line in ('BCON_NEW("owner", owner);', 'BCON_NEW("a", "{", "b", x->name, "}");',
                 'BCON_NEW("a", "[", "b", name, "]");', 'BCON_APPEND(doc, "a", f(x));'):
        finds(tree, "bare-bcon", line)


def test_bcon_keys_literals_and_wrapped_values_are_right(tree):
    passes(tree, body('BCON_NEW(command, BCON_INT32(1), "a", "{", "b", "[", "c", BCON_UTF8(d), "]",'
                      ' "e", "f", "}", "g", "text");'))


def test_a_file_without_its_licence_line(tree):
    put(tree, "src/state/a.c", "int x;\n", licence="")
    assert "licence" in check(tree)[1], check(tree)


def test_the_allow_list_lets_exactly_that_many_through(tree):
    put(tree, "src/state/a.c", body("goto out;"))
    put(tree, "tools/check-words.allow", "src/state/a.c goto 1 # said why\n", licence="")
    assert check(tree) == (0, ""), check(tree)
    put(tree, "src/state/a.c", body("goto out; goto in;"))
    assert check(tree)[0] == 1
    put(tree, "src/state/a.c", body(""))
    assert "no longer needed" in check(tree)[1], check(tree)


tap.main(globals())
