#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make model/config-keys.h from spec/config.toml."""
import re
import sys
import tomllib

TYPES = {"string", "int", "bool", "uri", "path", "choice"}
FIELDS = {"name", "type", "default", "default-migrate-mongo", "env", "flag", "migrate-mongo",
          "only", "choices", "least", "help"}


def c_name(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace(".", "_").replace("-", "_")
    return "GW_CONFIG_" + words.upper()


def c_string(value) -> str:
    if value is None:
        return "NULL"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def check(path: str, key: dict) -> None:
    name = key.get("name", "?")
    unknown = set(key) - FIELDS
    if unknown:
        sys.exit(f"{path}: key '{name}' has the unknown field '{unknown.pop()}'")
    if key.get("type") not in TYPES or not key.get("help"):
        sys.exit(f"{path}: key '{name}' needs a type and a help")
    if (key["type"] == "choice") != ("choices" in key):
        sys.exit(f"{path}: key '{name}': choices belong to the type choice")
    if key.get("only") not in (None, "godwit", "migrate-mongo"):
        sys.exit(f"{path}: key '{name}': only godwit or migrate-mongo")


def row(key: dict) -> str:
    default = key.get("default")
    fields = [
        c_name(key["name"]),
        c_string(key["name"]),
        c_string(key.get("migrate-mongo")),
        "GW_CONFIG_TYPE_" + key["type"].upper(),
        c_string(default),
        c_string(key.get("default-migrate-mongo", default)),
        c_string(" ".join(key.get("env", []))),
        c_string(key.get("flag")),
        c_string(" ".join(key.get("choices", []))),
        str(key.get("least", 0)),
        "false" if key.get("only") == "migrate-mongo" else "true",
        c_string(key["help"]),
    ]
    return "    row(" + ", ".join(fields) + ")"


def main() -> None:
    spec_path, out_path = sys.argv[1:3]
    with open(spec_path, "rb") as file:
        keys = tomllib.load(file)["key"]
    for key in keys:
        check(spec_path, key)
    lines = ["/* Generated from spec/config.toml. */", "#pragma once", "", "typedef enum {"]
    lines += [f"    {c_name(key['name'])}, /* {key['help']} */" for key in keys]
    lines += ["} GwConfigKey;", "", f"#define GW_CONFIG_KEY_COUNT {len(keys)}", "",
              "typedef enum {"]
    lines += [f"    GW_CONFIG_TYPE_{name.upper()}," for name in sorted(TYPES)]
    lines += ["} GwConfigType;", "",
              "/* row(key, name, name in migrate-mongo, type, default, default in migrate-mongo,",
              " *     environment variables, flag, choices, least, is a key of godwit.json, help) */",
              "#define GW_CONFIG_TABLE(row) \\",
              " \\\n".join(row(key) for key in keys)]
    with open(out_path, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
