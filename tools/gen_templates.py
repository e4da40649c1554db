#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make project/template-texts.h from spec/templates/*: each file as one string, GW_TEMPLATE_<NAME>."""
import pathlib
import sys


def c_lines(text: str) -> list[str]:
    lines = []
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        lines.append(f'    "{escaped}"')
    return lines


def main() -> None:
    out_path, *inputs = sys.argv[1:]
    parts = ["/* Generated from spec/templates. */", "#pragma once"]
    for path in map(pathlib.Path, inputs):
        name = "GW_TEMPLATE_" + path.stem.replace("-", "_").upper()
        parts.append("")
        parts.append(" \\\n".join([f"#define {name}", *c_lines(path.read_text())]))
    with open(out_path, "w") as file:
        file.write("\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
