#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make base/error-codes.h from spec/errors.toml."""
import sys
import tomllib


def c_name(name: str) -> str:
    return "GW_ERROR_" + name.replace("-", "_").upper()


def main() -> None:
    spec_path, out_path = sys.argv[1:3]
    with open(spec_path, "rb") as file:
        spec = tomllib.load(file)
    exits = spec["exit"]
    lines = ["/* Generated from spec/errors.toml. */", "#pragma once", "", "typedef enum {"]
    for name, error in spec["error"].items():
        if str(error["exit"]) not in exits:
            sys.exit(f"{spec_path}: error '{name}' has the unknown exit status {error['exit']}")
        lines.append(f"    {c_name(name)}, /* {error['means']} */")
    lines += ["} GwErrorCode;", "",
              "#define GW_ERROR_TABLE(row) \\"]
    rows = [f'    row({c_name(name)}, "{name}", {error["exit"]})'
            for name, error in spec["error"].items()]
    lines.append(" \\\n".join(rows))
    lines += ["", "#define GW_EXIT_TABLE(row) \\"]
    lines.append(" \\\n".join(f'    row({code}, "{means}")' for code, means in exits.items()))
    with open(out_path, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
