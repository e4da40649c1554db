# SPDX-License-Identifier: Apache-2.0
"""A page of Markdown for each command, and one that lists them."""
from commands.spec import Command, Example, Option, Program


def option_row(option: Option) -> str:
    names = [f"-{option.letter}"] if option.letter else []
    names += [f"--{name}" for name in (option.name, *option.aliases)]
    shown = ", ".join(f"`{name}`" for name in names) + (f" *{option.arg}*" if option.arg else "")
    return f"| {shown} | {option.help} |"


def options(title: str, rows: list[Option]) -> list[str]:
    if not rows:
        return []
    return [f"## {title}", "", "| option | |", "| --- | --- |", *map(option_row, rows), ""]


def arguments(command: Command) -> list[str]:
    if not command.argument:
        return []
    rows = [f"| *{each.name}* | {each.help} |" for each in command.argument]
    return ["## Arguments", "", "| argument | |", "| --- | --- |", *rows, ""]


def example(each: Example) -> list[str]:
    lines = [each.note, ""] if each.note else []
    steps = [f"$ {step}" for step in (*each.given, each.run)]
    return lines + ["```", *steps, each.prints.strip(), "```", ""]


def exits(rows: list[tuple[int, str]]) -> list[str]:
    return ["## Exit status", "", "| | |", "| --- | --- |",
            *[f"| {status} | {means} |" for status, means in rows], ""]


def of_command(command: Command, program: Program) -> str:
    examples = [line for each in command.example for line in example(each)]
    see = ", ".join(f"[{name}]({name}.md)" for name in command.see)
    lines = [f"# godwit {command.name}", "", command.summary + ".", "",
             "```", command.usage(), "```", "", command.text, "",
             *arguments(command), *options("Options", command.option),
             *exits(program.exits(command)), "## Examples", "", *examples,
             f"Changes: {command.changes}. Since godwit {command.since}."]
    lines += ["", f"See also: {see}."] if see else []
    return "\n".join(lines) + "\n"


def index(program: Program) -> str:
    lines = ["# godwit", "", program.summary + ".", "", program.text, ""]
    for group in program.groups:
        lines += [f"## {group.name}", "", "| command | |", "| --- | --- |"]
        lines += [f"| [{each.name}]({each.name}.md) | {each.summary} |"
                  for each in program.commands if each.name in group.commands]
        lines.append("")
    lines += options("Options of every command", program.option)
    lines += exits(sorted(program.statuses.items()))
    return "\n".join(lines)
