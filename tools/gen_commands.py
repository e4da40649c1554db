#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make everything that is said about commands from spec/: C tables, man pages, completion, docs.

    gen_commands.py SPEC-FOLDER OUTPUT-FOLDER VERSION KIND...

KIND is table, manual, completion or pages. An option without help, an error that does not exist or
two options of one name stop the build.
"""
import pathlib
import sys

from commands import completion, manual, pages, spec, table


def made(program: spec.Program, kind: str, version: str) -> dict[str, str]:
    """File name -> text."""
    if kind == "table":
        return {"commands-table.h": table.header(program), "commands-table.c": table.source(program)}
    if kind == "manual":
        files = {f"godwit-{each.name}.1": manual.of_command(each, program, version)
                 for each in program.commands}
        return {"godwit.1": manual.of_program(program, version), **files}
    if kind == "completion":
        return {"godwit.bash": completion.bash(program), "_godwit": completion.zsh(program),
                "godwit.fish": completion.fish(program)}
    if kind == "pages":
        files = {f"{each.name}.md": pages.of_command(each, program) for each in program.commands}
        return {"README.md": pages.index(program), **files}
    raise spec.SpecError(f"'{kind}' is not table, manual, completion or pages")


def main() -> int:
    source, target, version, *kinds = sys.argv[1:]
    try:
        program = spec.read(pathlib.Path(source))
        for kind in kinds:
            for name, body in made(program, kind, version).items():
                pathlib.Path(target).mkdir(parents=True, exist_ok=True)
                (pathlib.Path(target) / name).write_text(body)
    except spec.SpecError as error:
        print(f"spec: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
