#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/check-size.py finds what is too large, each kind of it."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import tap  # noqa: E402

FINE = "int\nsmall(int a)\n{\n    return a;\n}\n"


def check(tree):
    done = subprocess.run([ROOT / "tools" / "check-size.py", tree], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def put(tree, name, text):
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def says(tree, words, name, text):
    put(tree, name, text)
    status, out = check(tree)
    assert status == 1 and words in out, out


def function(body, params="void"):
    return f"int\nlarge({params})\n{{\n{body}    return 0;\n}}\n"


def test_a_small_tree_passes(tree):
    put(tree, "src/base/a.c", FINE)
    assert check(tree) == (0, ""), check(tree)


def test_a_file_of_801_lines_is_too_long(tree):
    says(tree, "src/base/a.c: file-lines 801", "src/base/a.c", "\n" * 801)


def test_a_script_of_801_lines_is_too_long(tree):
    says(tree, "src/script/js/a.js: file-lines 801", "src/script/js/a.js", ";\n" * 801)


def test_a_header_of_201_lines_is_too_long(tree):
    says(tree, "src/base/a.h: header-lines 201", "src/base/a.h", "\n" * 201)


def test_a_line_of_101_columns_is_too_wide(tree):
    says(tree, "src/base/a.c: columns 101", "src/base/a.c", "/*" + "x" * 97 + "*/\n")


def test_21_includes_are_too_many(tree):
    says(tree, "src/base/a.c: includes 21", "src/base/a.c", '#include "base/x.h"\n' * 21)


def test_a_function_of_101_lines_is_too_long(tree):
    says(tree, "large(): function-lines 101", "src/base/a.c", function("    x();\n" * 97))


def test_25_branches_are_too_many(tree):
    says(tree, "large(): complexity 26", "src/base/a.c", function("    if (a && b) x();\n" * 12
                                                                 + "    while (a) x();\n"))


def test_words_in_comments_and_strings_are_no_branches(tree):
    put(tree, "src/base/a.c", function('    x("if && ? for"); /* if while case */\n' * 30))
    assert check(tree)[0] == 0, check(tree)


def test_eight_parameters_are_too_many(tree):
    says(tree, "large(): parameters 8", "src/base/a.c",
         function("", ", ".join(f"int p{n}" for n in range(8))))


def test_a_callback_parameter_counts_once(tree):
    put(tree, "src/base/a.c", function("", "void (*f)(int, int, int, int, int, int, int), int b"))
    assert check(tree)[0] == 0, check(tree)


def test_the_allow_list_lets_exactly_that_much_through(tree):
    put(tree, "src/base/a.c", "\n" * 801)
    put(tree, "tools/check-size.allow", "src/base/a.c file-lines 801 # a table\n")
    assert check(tree)[0] == 0, check(tree)
    put(tree, "src/base/a.c", "\n" * 802)
    assert check(tree)[0] == 1


def test_the_allow_list_may_only_shrink(tree):
    put(tree, "src/base/a.c", "\n" * 801)
    put(tree, "tools/check-size.allow", "src/base/a.c file-lines 900 # a table\n")
    assert "lower it to 801" in check(tree)[1], check(tree)
    put(tree, "src/base/a.c", FINE)
    assert "no longer needed" in check(tree)[1], check(tree)


def test_the_allow_list_wants_a_reason(tree):
    put(tree, "tools/check-size.allow", "src/base/a.c file-lines 900\n")
    status, out = check(tree)
    assert status != 0 and "gives no reason" in out, out


tap.main(globals())
