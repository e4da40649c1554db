#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail on words that this house does not use; each rule below says why.

check-words.py [FOLDER]   another tree than this one (for the tests)
What breaks a rule today, for a reason, stands in tools/check-words.allow, which may only shrink.
"""
import collections
import pathlib
import re
import sys

from ctext import ROOT, AllowList, blank, closing, functions, split_arguments, tree_files

# `where` are globs, `unless` a pattern of paths that the rule leaves alone, `raw` = comments and
# strings count, too, `but_in` a pattern of function names that may.
Rule = collections.namedtuple("Rule", "name where word why unless raw but_in",
                              defaults=(None, False, None))

C = ["src/**/*.[ch]", "tests/**/*.[ch]"]
OURS = [*C, "src/**/*.js", "tools/*", "tests/**/*.py", "tests/**/*.t", "bench/*"]
GIVES_BACK = r"(^|_)(free|clear|unref|release|close|finalize)(_|$)"

RULES = [
    Rule("goto", C, r"\bgoto\b", "return early, clean up by scope"),
    Rule("bare-free", C,
         r"(?<![\w.>])(free|g_free|bson_free|bson_destroy|g_strfreev|g_error_free"
         r"|mongoc_\w+_destroy)\s*\(",
         "declare the owner with g_autofree, g_autoptr or g_auto", but_in=GIVES_BACK),
    Rule("unborn-owner", C, r"\bg_auto(free\b|ptr\(\w+\)|\(\w+\))[^;=()]*;",
         "give it a value in the line that declares it"),
    Rule("wrong-free", C, r"\bg_autofree\s+(const\s+)?char\s*\*\s*\w+\s*=\s*bson_(as_|strdup)",
         "strings from libbson are g_autoptr(GwBsonStr)"),
    Rule("unbounded", C,
         r"\b(v?sprintf|strcpy|strcat|strncpy|strncat|gets|strtok|atoi|atol|sscanf)\s*\(",
         "it knows no bounds or no errors: use GLib's"),
    Rule("print", ["src/**/*.[ch]"],
         r"\b(v?f?printf|puts|fputs|putchar|perror|g_print|g_printerr|g_message|g_warning|g_critical"
         r"|g_debug|g_info|g_log)\s*\(",
         "only skins print: return an error or emit an event", unless=r"src/(cli|web)/|/compile/"),
    Rule("shell", C, r"(?<![\w.>])(system|popen|g_spawn_command_line_\w+)\s*\(",
         "no shell: start a child by its argv (base/process.h)"),
    Rule("driver-write", ["src/**/*.[ch]"],
         r"\bmongoc_(collection_(insert|update|delete|remove|replace|create|drop|rename|find_and)\w*"
         r"|bulk_\w+|database_(drop|create|add_user|remove)\w*|gridfs_\w+"
         r"|(client|database|collection)_(read_)?write_command\w*)",
         "data is changed in mongo/writer*.c and mongo/coll.c only",
         unless=r"src/mongo/(writer[\w-]*|coll|send)\.c"),
    Rule("driver-write", ["src/**/*.[ch]"], r'#\s*include\s+"mongo/send\.h"',
         "it sends any command: that is for mongo/ alone", raw=True, unless=r"src/mongo/"),
    Rule("sleep", ["tests/**/*.c", "tests/**/*.py", "tests/**/*.t"],
         r"\b(u?sleep|g_usleep|nanosleep)\s*\(|^\s*sleep\s+[\d$]|[;&|(]\s*sleep\s+[\d$]",
         "a test waits for a condition, in a loop that asks for it, never for a time",
         unless=r"tests/checks/"),
    Rule("promise", OURS, r"\b(TODO|FIXME|XXX)\b(?!\s*\(?#\d)",
         "a promise needs the number of its issue", raw=True,
         unless=r"tools/check-words\.py|tests/checks/"),
]


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def is_replaced(lines: list, line: int) -> bool:
    """Whether what is given back here is filled again in the next line."""
    what = re.search(r"\((?:g_steal_pointer\()?\s*&?([\w>.\[\]-]+)\s*\)+;\s*$", lines[line - 1])
    return bool(what and line < len(lines) and what.group(1) in lines[line])


def is_polling(lines: list, line: int) -> bool:
    """Whether the pause is one of a loop that asks for something."""
    return bool(re.search(r"\b(while|for|until)\b", "\n".join(lines[max(0, line - 7):line])))


EXCUSES = {"bare-free": is_replaced, "sleep": is_polling}


def breaches(rule: Rule, path: pathlib.Path, text: str):
    is_c = path.suffix in (".c", ".h")
    seen = text if rule.raw or not is_c else blank(text)
    spared = [f for f in functions(seen) if rule.but_in and re.search(rule.but_in, f.name)]
    lines = seen.splitlines()
    is_excused = EXCUSES.get(rule.name, lambda *_: False)
    for match in re.finditer(rule.word, seen, re.M):
        line = line_of(seen, match.end())
        if not is_excused(lines, line) and not any(f.first <= line <= f.last for f in spared):
            yield line, match.group().strip()


def bcon_values(words: list):
    """What stands where BCON takes a value: after each key, and anywhere in an array."""
    inside, is_value = ["{"], False
    for word in words:
        text = word.strip('"')
        if word.startswith('"') and text in "}]" and (text == "]" or not is_value) and text:
            inside.pop()
            is_value = False
        elif not is_value and inside[-1] == "{":
            is_value = True
        else:
            is_value = False
            if word in ('"{"', '"["'):
                inside.append(text)
            else:
                yield word


def bare_bcon_values(text: str):
    """BCON reads a string "{" that comes in a variable as structure: only literals may be bare."""
    seen = blank(text, keep_strings=True)
    plain = blank(text)
    for match in re.finditer(r"\b(BCON_NEW|BCON_APPEND)\(", plain):
        words = split_arguments(seen[match.end():closing(plain, match.end() - 1)])
        for word in bcon_values(words[1 if match.group(1) == "BCON_APPEND" else 0:]):
            if not re.match(r'"|BCON_|NULL\b', word):
                yield line_of(seen, match.start()), word


def licence_is_missing(text: str) -> bool:
    return "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:2])


def findings(root: pathlib.Path):
    """(path, rule, line, sentence) of everything that breaks a rule."""
    for rule in RULES:
        for path in tree_files(root, *rule.where):
            name = path.relative_to(root).as_posix()
            if not (rule.unless and re.search(rule.unless, name)):
                for line, word in breaches(rule, path, path.read_text()):
                    yield name, rule.name, line, f"'{word}': {rule.why}"
    for path in tree_files(root, *C):
        for line, word in bare_bcon_values(path.read_text()):
            yield (path.relative_to(root).as_posix(), "bare-bcon", line,
                   f"'{word}' among BCON arguments: wrap it, as in BCON_UTF8({word})")
    for path in tree_files(root, *C, "tools/*", "src/**/*.js", "tests/*", ".ci/*", "bench/*"):
        if path.suffix not in (".allow", ".md") and licence_is_missing(path.read_text()):
            yield path.relative_to(root).as_posix(), "licence", 1, "the SPDX line comes first"


def main() -> int:
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    allowed = AllowList(root / "tools" / "check-words.allow")
    groups = collections.defaultdict(list)
    for path, rule, line, sentence in findings(root):
        groups[path, rule].append(f"{path}:{line}: {rule}: {sentence}")
    bad = []
    for (path, rule), lines in groups.items():
        note = allowed.verdict(path, rule, len(lines))
        if note is not None:
            bad += [line + note for line in lines]
    bad += allowed.unused()
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
