"""What in a shell's files takes it away before it can be asked: another in its place, a multiplexer, an early end.

It is told by reading them: to start such a thing to see what it does would leave something running.
"""

from __future__ import annotations

import os
import re

FILES = {  # in the order in which a shell reads them
    "bash": "/etc/profile /etc/bash.bashrc ~/.bash_profile ~/.bash_login ~/.profile ~/.bashrc ~/.bash_aliases",
    "zsh": "/etc/zsh/zshenv /etc/zsh/zprofile /etc/zsh/zshrc ~/.zshenv ~/.zprofile ~/.zshrc ~/.zlogin",
    "fish": "/etc/fish/config.fish ~/.config/fish/config.fish ~/.config/fish/functions/claude-local.fish",
}
_BEGIN, _END = "# >>> claude-local-setup >>>", "# <<< claude-local-setup <<<"
_TERMINAL = r"(-t\s+\d|\btty\b|isatty|\$\{?(SSH_TTY|PS1|TERM)\b)"
_ELSEWHERE = (  # a line, and what it does
    (
        re.compile(r"\bexec\s+(?![\d&]*[<>])(?:-\w+\s+)*[\"']?[\w./${}(]+"),
        "starts another program in the shell's place",
    ),
    (re.compile(r"\b(tmux|screen|byobu|zellij)\b(?!\.|=)"), "starts a terminal multiplexer"),
)
_EARLY = (
    (re.compile(rf"{_TERMINAL}.*\b(exit|return|logout|kill)\b"), "leaves where there is no terminal"),
    (re.compile(r"(^|[;&|{(]|\bthen\b|\bor\b|\band\b)\s*(exit|logout|return)\b"), "leaves early"),
)


def why(kind: str, *, answered: bool) -> str:
    """The file and line, and what it does; "" where there is nothing of that kind. `answered`: the shell itself did."""
    lines = [(name, number, text) for name in FILES[kind].split() for number, text in _lines(name)]
    for pattern, what in (*(() if answered else _ELSEWHERE), *_EARLY):
        for name, number, text in lines:
            if pattern.search(text):
                return f"{name}, line {number}, {what}"
    return ""


def _lines(name: str) -> list[tuple[int, str]]:
    """Numbered, without comments and what is ours; of the user's own files alone."""
    if not name.startswith("~"):
        return []
    try:
        with open(os.path.expanduser(name), errors="replace") as file:
            lines = [line.strip() for line in file.read(1_000_000).splitlines()]
    except OSError:
        return []
    ours = range(lines.index(_BEGIN), lines.index(_END)) if _BEGIN in lines and _END in lines else range(0)
    return [(place + 1, line) for place, line in enumerate(lines) if place not in ours and line[:1] not in ("", "#")]
