#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fail on what is too large to be read: files, functions, headers, parameter lists, lines.

check-size.py [FOLDER]   another tree than this one (for the tests)
check-size.py --report   medians and the largest, too
What is larger today stands in tools/check-size.allow, which may only shrink.
"""
import pathlib
import re
import statistics
import sys

from ctext import ROOT, AllowList, blank, functions, tree_files

STOPS = {"file-lines": 800, "header-lines": 200, "includes": 20, "columns": 100, "script-columns": 130,
         "function-lines": 100, "complexity": 25, "parameters": 7}
C_FILES = ["src/**/*.[ch]", "tests/**/*.[ch]"]
OTHER_FILES = ["src/**/*.js", "tools/*", "tests/**/*.py", "tests/**/*.t", "tests/*", "bench/**/*",
               ".ci/*"]
BRANCH = re.compile(r"\b(?:if|for|while|case)\b|&&|\|\||\?")


def measure_text(text: str, columns: str):
    lines = text.splitlines()
    yield "", "file-lines", len(lines)
    yield "", columns, max((len(line) for line in lines), default=0)


def measure_c(path: pathlib.Path, text: str):
    yield from measure_text(text, "columns")
    blanked = blank(text)
    if path.suffix == ".h":
        yield "", "header-lines", text.count("\n")
    yield "", "includes", len(re.findall(r"^\s*#\s*include\b", blanked, re.M))
    for function in functions(blanked):
        yield function.name, "function-lines", function.last - function.first + 1
        yield function.name, "complexity", 1 + len(BRANCH.findall(function.body))
        yield function.name, "parameters", len(function.params)


def measurements(root: pathlib.Path):
    for path in tree_files(root, *C_FILES):
        for row in measure_c(path, path.read_text()):
            yield path.relative_to(root).as_posix(), *row
    for path in tree_files(root, *OTHER_FILES):
        for row in measure_text(path.read_text(), "script-columns"):
            yield path.relative_to(root).as_posix(), *row


def report(rows: list) -> None:
    for kind, stop in STOPS.items():
        found = sorted((number, f"{path} {name}") for path, name, what, number in rows
                       if what == kind)
        if found:
            numbers = [number for number, _ in found]
            print(f"{kind}: median {statistics.median(numbers):g}, "
                  f"90% {numbers[len(numbers) * 9 // 10]}, stop {stop}; largest: "
                  + ", ".join(f"{number} {where.strip()}" for number, where in found[:-4:-1]))


def main() -> int:
    words = sys.argv[1:]
    root = pathlib.Path(next((word for word in words if word != "--report"), ROOT))
    allowed = AllowList(root / "tools" / "check-size.allow")
    rows = list(measurements(root))
    if "--report" in words:
        report(rows)
    bad = []
    for path, name, kind, number in rows:
        if number > STOPS[kind]:
            key = f"{name}:{kind}" if name else kind
            note = allowed.verdict(path, key, number)
            if note is not None:
                bad.append(f"{path}: {name + '(): ' if name else ''}{kind} {number}, the hard stop "
                           f"is {STOPS[kind]}{note}")
    bad += allowed.unused()
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
