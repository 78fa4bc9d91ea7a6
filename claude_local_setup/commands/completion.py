"""The completion scripts, one a shell: click's for `claude-local-setup`, and what `claude-local` itself takes."""

from __future__ import annotations

import os

from click import Command
from click.shell_completion import (
    BashComplete,
    FishComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

VARIABLE = "_CLAUDE_LOCAL_SETUP_COMPLETE"
_PROGRAM = "claude-local-setup"
_OPTIONS = {
    "--jail": "any command in the jail",
    "--explain": "what a session here could read, write and reach",
    "--check-server": "ask the server what a session would ask it",
    "--resume": "go on with an earlier session",
    "--continue": "go on with the last session",
    "--help": "what there is, and the help of claude",
}
_NAMES = " ".join(_OPTIONS)


class Bash(BashComplete):
    """As click's, but for names with : or @ in them, at which bash ends a word, and names with spaces."""

    source_template = """\
%(complete_func)s() {
    local line=${COMP_LINE:0:COMP_POINT} sign breaks= word type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) printf -v value %%q "$value" && COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS=$line %(complete_var)s=bash_complete "$1" 2>/dev/null)
    for sign in : = @; do
        [[ $COMP_WORDBREAKS == *"$sign"* ]] && breaks+=$sign
    done
    word=${line##* }
    if [[ -n $breaks && $word == *["$breaks"]* ]]; then
        word=${word%%"${word##*["$breaks"]}"}
        COMPREPLY=("${COMPREPLY[@]#"$word"}")
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    @staticmethod
    def _check_version() -> None:
        """It would start another bash."""

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)[1:]
        return (words, "") if line[-1:].isspace() or not words else (words[:-1], words[-1])


class Fish(FishComplete):
    """As click's, but for names with commas in them."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')


_CLAUDE_LOCAL = {
    "bash": f"""\
_claude_local_completion() {{
    COMPREPLY=()
    if ((COMP_CWORD == 1)) && [[ ${{COMP_WORDS[1]}} == -* || -z ${{COMP_WORDS[1]}} ]]; then
        mapfile -t COMPREPLY < <(compgen -W "{_NAMES}" -- "${{COMP_WORDS[1]}}")
    elif [[ ${{COMP_WORDS[1]}} == --jail ]] && declare -F _command_offset >/dev/null; then
        _command_offset 2
    elif [[ ${{COMP_WORDS[1]}} == --jail ]] && ((COMP_CWORD == 2)); then
        mapfile -t COMPREPLY < <(compgen -c -- "${{COMP_WORDS[2]}}" | sort -u)
    else
        compopt -o default
    fi
}}
complete -F _claude_local_completion claude-local
""",
    "zsh": f"""\
_claude_local() {{
    local -a options=({" ".join(f"'{name}:{said}'" for name, said in _OPTIONS.items())})
    if (( CURRENT == 2 )); then
        _describe -o option options || _files
    elif [[ $words[2] == --jail ]]; then
        shift 2 words
        (( CURRENT -= 2 ))
        _normal
    else
        _files
    fi
}}
compdef _claude_local claude-local 'claude-local"'  # so zsh calls what our alias leads to
""",
    "fish": "".join(
        f"complete -c claude-local -n 'test (count (commandline -opc)) -eq 1' -l {name[2:]} -d '{said}'\n"
        for name, said in _OPTIONS.items()
    )
    + """\
complete -c claude-local -n 'contains -- --jail (commandline -opc)[2]' -x -a '(__fish_complete_subcommand)'
""",
}
_FIRST = {"zsh": "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }\n"}


def register() -> None:
    """Before click answers a shell."""
    add_completion_class(Bash)
    add_completion_class(Fish)


def script(shell: str, cli: Command) -> str:
    register()
    kind = get_completion_class(shell)
    assert kind is not None
    return _FIRST.get(shell, "") + kind(cli, {}, _PROGRAM, VARIABLE).source() + _CLAUDE_LOCAL[shell]
