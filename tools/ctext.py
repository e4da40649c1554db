# SPDX-License-Identifier: Apache-2.0
"""Read C the way the checks in this folder want it. No program by itself, and no parser: it relies
on clang-format having laid the text out."""
import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent

Function = collections.namedtuple("Function", "name first last params body")

SKIP = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
HEAD = re.compile(r"^(\w+)\(", re.M)


def tree_files(root: pathlib.Path, *patterns: str) -> list:
    """Our own files under `root`, in order: nothing built, nothing fetched."""
    foreign = {"node_modules", "__pycache__"}
    return sorted({path for pattern in patterns for path in root.glob(pattern)
                   if path.is_file() and not foreign & set(path.relative_to(root).parts)})


def blank(text: str, keep_strings: bool = False) -> str:
    """The text without comments and without what stands in strings; every line stays where it is."""
    def hide(match):
        found = match.group()
        if found[0] in "\"'":
            return found if keep_strings else found[0] + " " * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)
    return SKIP.sub(hide, text)


def closing(text: str, start: int) -> int:
    """Where the bracket closes that opens at `start`; -1 where it never does."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at
    return -1


def split_arguments(text: str) -> list:
    """Cut at the commas that stand in no bracket and in no string."""
    parts, depth, start = [], 0, 0
    plain = blank(text)
    for at, char in enumerate(plain):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [part for part in [*parts, text[start:].strip()] if part]


def functions(blanked: str):
    """Each function defined in the text; lines count from 1."""
    for match in HEAD.finditer(blanked):
        end_of_params = closing(blanked, match.end() - 1)
        opening = re.compile(r"\s*\n\{").match(blanked, end_of_params + 1)
        if end_of_params < 0 or not opening:
            continue
        end = closing(blanked, opening.end() - 1)
        params = split_arguments(blanked[match.end():end_of_params])
        yield Function(match.group(1), blanked.count("\n", 0, match.start()) + 1,
                       blanked.count("\n", 0, end) + 1, [p for p in params if p != "void"],
                       blanked[opening.end():end])


class AllowList:
    """What breaks a rule today, line by line: `PATH KEY NUMBER # reason`. It may only shrink: an
    entry with a larger number than what is found is as wrong as a smaller one."""

    def __init__(self, path: pathlib.Path):
        self.name = path.name
        self.left = {}
        for line in path.read_text().splitlines() if path.exists() else []:
            entry, _, reason = line.partition("#")
            if entry.strip():
                where, key, number = entry.split()
                if not reason.strip():
                    raise SystemExit(f"{path.name}: '{where} {key}' gives no reason")
                self.left[where, key] = int(number)

    def verdict(self, where: str, key: str, number: int):
        """None where exactly this is allowed, else what to say."""
        allowed = self.left.pop((where, key), None)
        if allowed is None:
            return ""
        if number < allowed:
            return f" ({self.name} allows {allowed}: lower it to {number})"
        return f" ({self.name} allows {allowed})" if number > allowed else None

    def unused(self) -> list:
        return [f"{self.name}: '{where} {key}' is no longer needed: remove it"
                for where, key in self.left]
