# SPDX-License-Identifier: Apache-2.0
"""The C tables: cli/commands-table.h (ids) and cli/commands-table.c (what the parser and help read)."""
import re

from commands import text
from commands.spec import Command, Example, Option, Program

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}


def string(value: str) -> str:
    if not value:
        return "NULL"
    return '"' + "".join(ESCAPES.get(char, char) for char in value) + '"'


def symbol(prefix: str, name: str) -> str:
    return prefix + name.replace("-", "_").upper()


def strings(values: list[str]) -> str:
    if not values:
        return "NULL"
    return "(const char *const[]){" + ", ".join(map(string, values)) + ", NULL}"


def config_key(name: str) -> str:
    """policies.outOfOrder -> GW_CONFIG_POLICIES_OUT_OF_ORDER."""
    words = re.sub(r"([A-Z])", r"_\1", name).replace(".", "_")
    return f"GW_CONFIG_{words.upper()}" if name else "-1"


def option_row(option: Option) -> str:
    conflicts = [symbol("GW_OPTION_ID_", name) for name in option.conflicts]
    fields = {
        "id": symbol("GW_OPTION_ID_", option.name),
        "type": symbol("GW_OPTION_", option.type),
        "letter": f"'{option.letter}'" if option.letter else "0",
        "name": string(option.name),
        "aliases": strings(option.aliases),
        "arg": string(option.arg),
        "help": string(text.plain(option.help)),
        "choices": strings(option.choices),
        "least": str(option.least),
        "config": config_key(option.config),
        "flag": string(f"--{option.name}"),
        "conflicts": "(const GwOptionId[]){" + ", ".join(conflicts) + "}" if conflicts else "NULL",
        "conflict_count": str(len(conflicts)),
    }
    return "{" + ", ".join(f".{name} = {value}" for name, value in fields.items()) + "}"


def array(kind: str, rows: list[str]) -> str:
    if not rows:
        return "NULL"
    return f"(const {kind}[]){{\n        " + ",\n        ".join(rows) + "}"


def block_rows(markdown: str) -> list[str]:
    return [f"{{{symbol('GW_BLOCK_', kind)}, {string(text.plain(body))}}}"
            for kind, body in text.blocks(markdown)]


def argument_rows(command: Command) -> list[str]:
    return [f"{{{string(each.name)}, {string(text.plain(each.help))}, {strings(each.choices)}, "
            f"{str(each.required).lower()}, {str(each.repeat).lower()}}}"
            for each in command.argument]


def example_row(example: Example) -> str:
    return f"{{{string(example.run)}, {string(text.plain(example.note))}}}"


def needs(command: Command) -> str:
    return " | ".join(symbol("GW_NEED_", name) for name in command.needs) or "0"


def command_row(command: Command, program: Program) -> str:
    blocks = block_rows(command.text)
    exits = [str(status) for status, _ in program.exits(command)]
    fields = {
        "name": string(command.name),
        "summary": string(command.summary),
        "usage": string(command.usage()),
        "group": str(program.group_of(command)),
        "needs": needs(command),
        "run": f"gw_cmd_{command.name}",
        "blocks": array("GwTextBlock", blocks),
        "block_count": str(len(blocks)),
        "options": array("GwOptionSpec", [option_row(option) for option in command.option]),
        "option_count": str(len(command.option)),
        "arguments": array("GwArgumentSpec", argument_rows(command)),
        "argument_count": str(len(command.argument)),
        "examples": array("GwExampleSpec", [example_row(each) for each in command.example]),
        "example_count": str(len(command.example)),
        "exits": array("int", exits),
        "exit_count": str(len(exits)),
    }
    return "    {\n" + "".join(f"        .{key} = {value},\n" for key, value in fields.items()) + "    }"


def header(program: Program) -> str:
    names = sorted({option.name for option in program.option}
                   | {option.name for each in program.commands for option in each.option})
    lines = ["/* Generated from spec/global.md and spec/commands/. */", "#pragma once", "",
             "typedef enum {"]
    lines += [f"    {symbol('GW_OPTION_ID_', name)}, /* --{name} */" for name in names]
    lines += ["    GW_OPTION_ID_COUNT", "} GwOptionId;"]
    return "\n".join(lines) + "\n"


def source(program: Program) -> str:
    blocks = block_rows(program.text)
    options = ",\n".join("    " + option_row(option) for option in program.option)
    commands = ",\n".join(command_row(each, program) for each in program.commands)
    groups = ", ".join(string(group.name) for group in program.groups)
    return f"""/* Generated from spec/global.md and spec/commands/. */
#include "cli/command.h"
#include "model/config.h"

const char gw_program_summary[] = {string(program.summary)};

const char *const gw_command_groups[] = {{{groups}, NULL}};

static const GwTextBlock program_blocks[] = {{{", ".join(blocks)}}};
const GwTextBlock *const gw_program_blocks = program_blocks;
const gsize gw_program_block_count = {len(blocks)};

const GwOptionSpec gw_global_options[] = {{
{options}
}};
const gsize gw_global_option_count = {len(program.option)};

const GwCommandSpec gw_commands[] = {{
{commands}
}};
const gsize gw_command_count = {len(program.commands)};
"""
