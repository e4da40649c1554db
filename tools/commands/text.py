# SPDX-License-Identifier: Apache-2.0
"""The little Markdown that specs are written in: paragraphs, lists with "- ", indented code, `code`."""
import re


def blocks(text: str) -> list[tuple[str, str]]:
    """Cut into ("paragraph" | "item" | "code", text)."""
    found = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        if part.startswith("    "):
            found.append(("code", "\n".join(line[4:] for line in part.split("\n"))))
        elif part.startswith("- "):
            found += [("item", flat(item)) for item in re.split(r"^- ", part, flags=re.M)[1:]]
        else:
            found.append(("paragraph", flat(part)))
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def plain(text: str) -> str:
    """As it stands in a terminal: code between single quotes."""
    return re.sub(r"`([^`]*)`", r"'\1'", text)


def spans(text: str) -> list[tuple[bool, str]]:
    """Cut into (is code, text)."""
    parts = re.split(r"`([^`]*)`", text)
    return [(index % 2 == 1, part) for index, part in enumerate(parts) if part]
