# SPDX-License-Identifier: Apache-2.0
"""Man pages, in the man(7) macros: godwit(1) and one godwit-COMMAND(1) for each command."""
import textwrap

from commands import text
from commands.spec import Argument, Command, Entry, Example, Option, Program


def escape(value: str) -> str:
    value = value.replace("\\", "\\e").replace("-", "\\-").replace("…", "\\&...")
    return value.replace("'", "\\(aq").replace("`", "\\(ga")


def line(value: str) -> str:
    """A line of text: one that begins with a dot would be a macro."""
    return "\\&" + value if value.startswith((".", "\\(aq")) else value


def inline(markdown: str) -> str:
    """Text with its code in bold, folded: roff fills its lines by itself, people read diffs."""
    whole = "".join(f"\\fB{escape(part)}\\fR" if is_code else escape(part)
                    for is_code, part in text.spans(markdown))
    folded = textwrap.wrap(whole, 78, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(line, folded))


def code(value: str) -> list[str]:
    return [".nf", ".RS 4", *[line(escape(each)) for each in value.split("\n")], ".RE", ".fi"]


def body(markdown: str) -> list[str]:
    lines: list[str] = []
    for kind, value in text.blocks(markdown):
        if kind == "code":
            lines += [".PP", *code(value)]
        elif kind == "item":
            lines += [".IP \\(bu 2", inline(value)]
        else:
            lines += [".PP", inline(value)] if lines else [inline(value)]
    return lines


def tagged(tag: str, helps: str) -> list[str]:
    return [".TP", tag, inline(helps)]


def option_lines(option: Option) -> list[str]:
    names = ([f"-{option.letter}"] if option.letter else []) + [f"--{option.name}"]
    names += [f"--{alias}" for alias in option.aliases]
    tag = ", ".join(f"\\fB{escape(name)}\\fR" for name in names)
    if option.arg:
        tag += f" \\fI{option.arg}\\fR"
    return tagged(tag, option.help + ".")


def argument_lines(argument: Argument) -> list[str]:
    return tagged(f"\\fI{argument.name}\\fR", argument.help + ".")


def example_lines(example: Example) -> list[str]:
    note = [".PP", inline(example.note)] if example.note else [".PP"]
    return note + code(example.run)


def entry_lines(entry: Entry) -> list[str]:
    return tagged(f"\\fB{escape(entry.name)}\\fR", entry.help)


def section(name: str, parts: list[list[str]]) -> list[str]:
    if not parts:
        return []
    lines = [each for part in parts for each in part]
    # A paragraph right after a heading is empty space, and mandoc warns of it.
    return [f".SH {name}", *(lines[1:] if lines[0] == ".PP" else lines)]


def exit_lines(exits: list[tuple[int, str]]) -> list[list[str]]:
    return [tagged(f"\\fB{status}\\fR", means + ".") for status, means in exits]


def see_also(names: list[str]) -> list[str]:
    pages = [f".BR {escape(name)} (1)" for name in names]
    return section("SEE ALSO", [[f"{page} ," for page in pages[:-1]] + pages[-1:]])


def page(title: str, summary: str, program: Program, version: str, parts: list[list[str]]) -> str:
    top = [f'.TH {title.upper().replace("-", chr(92) + "-")} 1 {program.date} "godwit {version}"'
           ' "godwit"',
           ".SH NAME", f"{escape(title)} \\- {escape(summary[0].lower() + summary[1:])}"]
    lines = top + [each for part in parts for each in part]
    return "\n".join(lines).replace(") ,", "),") + "\n"


def synopsis(usage: str) -> list[str]:
    words = [f"\\fB{escape(word)}\\fR" if word.islower() else escape(word)
             for word in usage.split()]
    return [".SH SYNOPSIS", " ".join(words)]


def of_command(command: Command, program: Program, version: str) -> str:
    return page(f"godwit-{command.name}", command.summary, program, version, [
        synopsis(command.usage()),
        section("DESCRIPTION", [body(command.text)]),
        section("ARGUMENTS", [argument_lines(each) for each in command.argument]),
        section("OPTIONS", [option_lines(each) for each in command.option]
                + [[".PP", "The options of every command are described in", ".BR godwit (1)."]]),
        section("EXIT STATUS", exit_lines(program.exits(command))),
        section("EXAMPLES", [example_lines(each) for each in command.example]),
        see_also(["godwit", *[f"godwit-{name}" for name in command.see]]),
    ])


def of_program(program: Program, version: str) -> str:
    commands = [tagged(f"\\fB{each.name}\\fR", each.summary + ".") for each in program.commands]
    return page("godwit", program.summary, program, version, [
        synopsis("godwit [OPTION…] COMMAND [ARGUMENT…]"),
        section("DESCRIPTION", [body(program.text)]),
        section("COMMANDS", commands),
        section("OPTIONS", [option_lines(each) for each in program.option]),
        section("EXIT STATUS", exit_lines(sorted(program.statuses.items()))),
        section("ENVIRONMENT", [entry_lines(each) for each in program.environment]),
        section("FILES", [entry_lines(each) for each in program.file]),
        see_also([f"godwit-{each.name}" for each in program.commands]),
    ])
