# SPDX-License-Identifier: Apache-2.0
"""Read spec/global.md and spec/commands/*.md, and stop at whatever does not fit together."""
import dataclasses
import pathlib
import re
import tomllib

TYPES = ("string", "int", "flag", "choice")
COMPLETIONS = ("", "file", "folder", "migration", "command")
NEEDS = ("project", "any-project", "connection", "lease")
CHANGES = ("nothing", "files", "database")


class SpecError(Exception):
    """What is wrong in a spec, with the file in front."""


@dataclasses.dataclass
class Option:
    name: str
    help: str
    type: str = "string"
    letter: str = ""
    aliases: list[str] = dataclasses.field(default_factory=list)
    arg: str = ""
    choices: list[str] = dataclasses.field(default_factory=list)
    conflicts: list[str] = dataclasses.field(default_factory=list)
    least: int = 0
    config: str = ""
    complete: str = ""


@dataclasses.dataclass
class Argument:
    name: str
    help: str
    required: bool = True
    repeat: bool = False
    choices: list[str] = dataclasses.field(default_factory=list)
    complete: str = ""


@dataclasses.dataclass
class Example:
    run: str
    prints: str
    note: str = ""
    status: int = 0
    given: list[str] = dataclasses.field(default_factory=list)
    folder: str = "shop"  # "shop": three pending migrations; "empty"; "sandbox": shop, no server


@dataclasses.dataclass
class Entry:
    """An environment variable or a file, for the manual."""
    name: str
    help: str


@dataclasses.dataclass
class Command:
    name: str
    summary: str
    text: str
    since: str
    needs: list[str]
    changes: str
    exit: list[str]
    see: list[str] = dataclasses.field(default_factory=list)
    option: list[Option] = dataclasses.field(default_factory=list)
    argument: list[Argument] = dataclasses.field(default_factory=list)
    example: list[Example] = dataclasses.field(default_factory=list)

    def usage(self) -> str:
        words = ["godwit", self.name, "[OPTION…]"]
        for argument in self.argument:
            word = argument.name + ("…" if argument.repeat else "")
            words.append(word if argument.required else f"[{word}]")
        return " ".join(words)


@dataclasses.dataclass
class Group:
    name: str
    commands: list[str]


@dataclasses.dataclass
class Program:
    summary: str
    text: str
    date: str
    groups: list[Group]
    option: list[Option]
    environment: list[Entry]
    file: list[Entry]
    commands: list[Command]
    statuses: dict[int, str]  # exit status -> what it means
    errors: dict[str, int]    # name of an error -> exit status

    def group_of(self, command: Command) -> int:
        return next(i for i, group in enumerate(self.groups) if command.name in group.commands)

    def exits(self, command: Command) -> list[tuple[int, str]]:
        used = {0} | {self.errors[name] for name in command.exit}
        return [(status, self.statuses[status]) for status in sorted(used)]


def front_matter(path: pathlib.Path) -> tuple[dict, str]:
    match = re.fullmatch(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", path.read_text(), re.S)
    if match is None:
        raise SpecError(f"{path}: expected TOML between two lines of +++, then text")
    try:
        return tomllib.loads(match[1]), match[2].strip()
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}: {error}") from error


def build(kind, table: dict, path: pathlib.Path):
    try:
        return kind(**table)
    except TypeError as error:
        raise SpecError(f"{path}: {kind.__name__.lower()}: {error}") from error


def build_all(kind, tables: list[dict], path: pathlib.Path) -> list:
    return [build(kind, table, path) for table in tables]


def read_command(path: pathlib.Path) -> Command:
    front, text = front_matter(path)
    front["option"] = build_all(Option, front.get("option", []), path)
    front["argument"] = build_all(Argument, front.get("argument", []), path)
    front["example"] = build_all(Example, front.get("example", []), path)
    return build(Command, {**front, "name": path.stem, "text": text}, path)


def read_commands(folder: pathlib.Path, groups: list[Group]) -> list[Command]:
    """In the order of the groups."""
    found = {path.stem: read_command(path) for path in folder.glob("*.md")}
    listed = [name for group in groups for name in group.commands]
    if sorted(listed) != sorted(found):
        odd = sorted(set(listed) ^ set(found)) or ["listed twice"]
        raise SpecError(f"global.md: groups and spec/commands/ differ: {', '.join(odd)}")
    return [found[name] for name in listed]


def read(folder: pathlib.Path) -> Program:
    """`folder` is spec/."""
    path = folder / "global.md"
    front, text = front_matter(path)
    errors = tomllib.loads((folder / "errors.toml").read_text())
    groups = build_all(Group, front["group"], path)
    program = Program(
        summary=front["summary"], text=text, date=front["date"], groups=groups,
        option=build_all(Option, front["option"], path),
        environment=build_all(Entry, front["environment"], path),
        file=build_all(Entry, front["file"], path),
        commands=read_commands(folder / "commands", groups),
        statuses={int(status): means for status, means in errors["exit"].items()},
        errors={name: error["exit"] for name, error in errors["error"].items()})
    config = tomllib.loads((folder / "config.toml").read_text())
    check(program, {key["name"]: key.get("flag", "") for key in config["key"]})
    return program


def check(program: Program, flags: dict[str, str]) -> None:
    """`flags`: for each key of the configuration, the option that overrides it."""
    known: dict[str, Option] = {}
    for option in program.option:
        demand(option.config == "" or flags.get(option.config) == f"--{option.name}", "global.md",
               f"--{option.name}: spec/config.toml says otherwise of '{option.config}'")
    check_options("global.md", program.option, program.option, known)
    for command in program.commands:
        where = f"commands/{command.name}.md"
        check_command(where, command, program)
        check_options(where, command.option, command.option + program.option, known)


def demand(truth: bool, where: str, sentence: str) -> None:
    if not truth:
        raise SpecError(f"{where}: {sentence}")


def check_command(where: str, command: Command, program: Program) -> None:
    demand(command.summary and command.text, where, "a command needs a summary and a text")
    demand(not command.summary.endswith("."), where, "the summary ends without a full stop")
    demand(command.changes in CHANGES, where, f"changes: one of {', '.join(CHANGES)}")
    demand(bool(command.example), where, "a command needs an example")
    for name in command.needs:
        demand(name in NEEDS, where, f"unknown need '{name}'")
    for name in command.exit:
        demand(name in program.errors, where, f"'{name}' is no error of spec/errors.toml")
    for name in command.see:
        demand(any(other.name == name for other in program.commands), where,
               f"see: there is no command '{name}'")
    for argument in command.argument:
        demand(bool(argument.help), where, f"argument {argument.name} has no help")
        demand(argument.complete in COMPLETIONS, where, f"complete: '{argument.complete}'")
    for example in command.example:
        demand(example.run.startswith("godwit "), where, f"example '{example.run}'")
        demand(example.status in program.statuses, where, f"example exits with {example.status}")
        demand(bool(example.prints.strip()), where, f"example '{example.run}' prints nothing")


def check_options(where: str, options: list[Option], together: list[Option],
                  known: dict[str, Option]) -> None:
    names = [name for option in together for name in (option.name, *option.aliases)]
    letters = [option.letter for option in together if option.letter]
    demand(len(set(names)) == len(names), where, "two options of one name")
    demand(len(set(letters)) == len(letters), where, "two options of one letter")
    for option in options:
        check_option(f"{where}: --{option.name}", option, names)
        first = known.setdefault(option.name, option)
        demand(first.type == option.type, where, f"--{option.name} has another type than in another command")


def check_option(where: str, option: Option, names: list[str]) -> None:
    demand(re.fullmatch(r"[a-z][a-z-]*", option.name) is not None, where, "not a name")
    demand(bool(option.help), where, "no help")
    demand(not option.help.endswith(".") and len(option.help) <= 70, where,
           "help is one line of at most 70 characters without a full stop")
    demand(option.type in TYPES, where, f"unknown type '{option.type}'")
    demand((option.type == "flag") == (option.arg == ""), where,
           "an option has an arg exactly where it is no flag")
    demand((option.type == "choice") == bool(option.choices), where,
           "an option has choices exactly where its type is choice")
    demand(len(option.letter) <= 1, where, "the letter is one letter")
    demand(option.complete in COMPLETIONS, where, f"complete: '{option.complete}'")
    for other in option.conflicts:
        demand(other in names, where, f"conflicts with '--{other}', which is not there")
