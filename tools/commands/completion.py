# SPDX-License-Identifier: Apache-2.0
"""Completion for bash, zsh and fish. Migrations are completed from the folder: no server is asked."""
from commands.spec import Argument, Command, Option, Program


def flags(option: Option) -> list[str]:
    letter = [f"-{option.letter}"] if option.letter else []
    return letter + [f"--{name}" for name in (option.name, *option.aliases)]


def quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def every_option(program: Program) -> list[Option]:
    """Each name once."""
    found = {option.name: option for option in program.option}
    for command in program.commands:
        for option in command.option:
            found.setdefault(option.name, option)
    return list(found.values())


BASH = """\
# Completion of godwit for bash. Generated.
_godwit_migrations() {
    local file folder=migrations index
    for ((index = 1; index < COMP_CWORD - 1; index++)); do
        case ${COMP_WORDS[index]} in --dir | --migrations-dir) folder=${COMP_WORDS[index + 1]} ;; esac
    done
    for file in "$folder"/*.{js,cjs,mjs,ts}; do
        [[ -f $file ]] && file=${file##*/} && printf '%s\\n' "${file%.*}"
    done
}

_godwit_words() {
    local IFS=$'\\n' each
    COMPREPLY=()
    for each in $1; do
        [[ $each == "$word"* ]] && COMPREPLY+=("$(printf '%q' "$each")")
    done
}

_godwit_value() {
    case "$command $1" in
@VALUES@
    *) return 1 ;;
    esac
    return 0
}

_godwit_arguments() {
    case $command in
@ARGUMENTS@
    esac
}

_godwit_options() {
    local own=
    case $command in
@OPTIONS@
    esac
    _godwit_words "$own"$'@GLOBAL@'
}

_godwit() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= index
    COMPREPLY=()
    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    [[ $word == = ]] && word=
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
        @TAKING@) ((index++)) ;;
        @NAMES@) command=${COMP_WORDS[index]} && break ;;
        esac
    done
    _godwit_value "$before" && return
    if [[ $word == -* ]]; then
        _godwit_options
    elif [[ -z $command ]]; then
        _godwit_words $'@COMMANDS@'
    else
        _godwit_arguments
    fi
}
complete -F _godwit godwit
"""


def bash_action(complete: str, choices: list[str]) -> str:
    if choices:
        return "_godwit_words $'" + "\\n".join(choices) + "'"
    return {
        "file": "mapfile -t COMPREPLY < <(compgen -f -- \"$word\") && compopt -o filenames",
        "folder": "mapfile -t COMPREPLY < <(compgen -d -- \"$word\") && compopt -o filenames",
        "migration": '_godwit_words "$(_godwit_migrations)"',
        "command": "_godwit_words $'@COMMANDS@'",
    }.get(complete, "COMPREPLY=()")


def bash_value(before: str, option: Option) -> str:
    words = " | ".join(f'{before}" {flag}"' for flag in flags(option))
    return f"    {words}) {bash_action(option.complete, option.choices)} ;;"


def bash_values(program: Program) -> str:
    """What a command completes in its own way comes before what all others do."""
    common = {option.name: option for option in every_option(program) if option.arg}
    own = [bash_value(command.name, option) for command in program.commands
           for option in command.option
           if option.arg and option.complete != common[option.name].complete]
    return "\n".join(own + [bash_value("*", option) for option in common.values()])


def bash_arguments(program: Program) -> str:
    rows = []
    for command in program.commands:
        for argument in command.argument[:1]:
            if argument.choices or argument.complete:
                action = bash_action(argument.complete, argument.choices)
                rows.append(f"    {command.name}) {action} ;;")
    return "\n".join(rows)


def bash_options(program: Program) -> str:
    rows = []
    for command in program.commands:
        names = [flag for each in command.option for flag in flags(each) if flag.startswith("--")]
        if names:
            rows.append(f"    {command.name}) own=$'" + "\\n".join(names) + "\\n' ;;")
    return "\n".join(rows)


def bash(program: Program) -> str:
    names = [each.name for each in program.commands]
    taking = [flag for each in every_option(program) if each.arg for flag in flags(each)]
    globals_ = [flag for each in program.option for flag in flags(each) if flag.startswith("--")]
    script = BASH.replace("@VALUES@", bash_values(program))
    script = script.replace("@ARGUMENTS@", bash_arguments(program))
    script = script.replace("@OPTIONS@", bash_options(program))
    script = script.replace("@GLOBAL@", "\\n".join(globals_))
    script = script.replace("@TAKING@", " | ".join(taking)).replace("@NAMES@", " | ".join(names))
    return script.replace("@COMMANDS@", "\\n".join(names))


ZSH = """\
#compdef godwit
# Completion of godwit for zsh. Generated.
_godwit_migrations() {
    local folder=${opt_args[--dir]:-migrations}
    local -a ids
    ids=($folder/*.(js|cjs|mjs|ts)(N:t:r))
    compadd -a ids
}

_godwit_commands() {
    local -a commands
    commands=(
@COMMANDS@
    )
    _describe -t commands command commands
}

_godwit() {
    local curcontext=$curcontext state line
    typeset -A opt_args
    local -a global
    global=(
@GLOBAL@
    )
    _arguments -C $global '1: :_godwit_commands' '*:: :->rest' && return 0
    [[ $state == rest ]] || return 1
    case $line[1] in
@CASES@
    esac
}

if [[ $funcstack[1] == _godwit ]]; then
    _godwit "$@"
else
    compdef _godwit godwit
fi
"""


def zsh_text(value: str) -> str:
    return value.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh_action(complete: str, choices: list[str]) -> str:
    if choices:
        return f"({' '.join(choices)})"
    return {"file": "_files", "folder": "_files -/", "migration": "_godwit_migrations",
            "command": "_godwit_commands"}.get(complete, " ")


def zsh_option(option: Option) -> list[str]:
    names = flags(option)
    shut = f"({' '.join(names + [f'--{name}' for name in option.conflicts])})"
    value = f":{option.arg}:{zsh_action(option.complete, option.choices)}" if option.arg else ""
    rows = []
    for name in names:
        glued = "=" if option.arg and name.startswith("--") else ""
        rows.append(quoted(f"{shut}{name}{glued}[{zsh_text(option.help)}]{value}"))
    return rows


def zsh_argument(argument: Argument) -> str:
    if argument.repeat:
        return quoted(f"*::{argument.name}:_normal")
    colon = ":" if argument.required else "::"
    return quoted(f"{colon}{argument.name}:{zsh_action(argument.complete, argument.choices)}")


def zsh_case(command: Command) -> str:
    rows = [row for each in command.option for row in zsh_option(each)]
    rows += [zsh_argument(each) for each in command.argument]
    return (f"    {command.name})\n        _arguments $global \\\n            "
            + " \\\n            ".join(rows) + "\n        ;;") if rows else \
        f"    {command.name}) _arguments $global ;;"


def zsh(program: Program) -> str:
    commands = "\n".join("        " + quoted(f"{each.name}:{zsh_text(each.summary)}")
                         for each in program.commands)
    globals_ = "\n".join("        " + row for each in program.option for row in zsh_option(each))
    script = ZSH.replace("@COMMANDS@", commands).replace("@GLOBAL@", globals_)
    return script.replace("@CASES@", "\n".join(map(zsh_case, program.commands)))


FISH = """\
# Completion of godwit for fish. Generated.
function __godwit_migrations
    for file in migrations/*.js migrations/*.cjs migrations/*.mjs migrations/*.ts
        path basename -E $file 2>/dev/null; or string replace -r '.*/(.*)\\.[^.]*$' '$1' $file
    end
end

complete -c godwit -f
"""


def fish_action(complete: str, choices: list[str]) -> str:
    if choices:
        return f"-x -a {quoted(' '.join(choices))}"
    return {"file": "-r -F", "folder": "-x -a '(__fish_complete_directories)'",
            "migration": "-x -a '(__godwit_migrations)'",
            "command": "-x -a '@NAMES@'"}.get(complete, "-x")


def fish_option(option: Option, condition: str) -> str:
    names = f"-s {option.letter} " if option.letter else ""
    names += " ".join(f"-l {name}" for name in (option.name, *option.aliases))
    value = " " + fish_action(option.complete, option.choices) if option.arg else ""
    return f"complete -c godwit {condition}{names}{value} -d {quoted(option.help)}"


def fish(program: Program) -> str:
    names = " ".join(each.name for each in program.commands)
    lines = [fish_option(each, "") for each in program.option]
    for command in program.commands:
        lines.append(f"complete -c godwit -n 'not __fish_seen_subcommand_from {names}' "
                     f"-a {command.name} -d {quoted(command.summary)}")
        condition = f"-n '__fish_seen_subcommand_from {command.name}' "
        lines += [fish_option(each, condition) for each in command.option]
        for argument in command.argument[:1]:
            if argument.choices or argument.complete:
                action = fish_action(argument.complete, argument.choices).replace("-x ", "")
                lines.append(f"complete -c godwit {condition}{action}")
    return (FISH + "\n".join(lines) + "\n").replace("@NAMES@", names)
