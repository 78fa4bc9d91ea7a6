"""The boundary's battery: attempts run in the real jail, each of which must fail, and things that must work. Data only.

In a command $1 is a folder outside the workspace, $2 a port of the host that is not relayed, $3 a process of the host.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .config import Config


@dataclass(frozen=True)
class Attempt:
    """`command` (sh) in the jail; `works` says whether it must."""

    name: str
    command: str
    works: bool = False
    private_network: bool = False


ATTEMPTS: Sequence[Attempt] = (
    Attempt("write in the workspace", "echo x >new-file && rm new-file", works=True),
    Attempt("write in ~/.claude-local", "touch ~/.claude-local/.verify && rm ~/.claude-local/.verify", works=True),
    Attempt("write in a private /tmp", "touch /tmp/verify", works=True),
    Attempt("read the system", "cat /etc/os-release", works=True),
    Attempt("write outside the workspace", 'touch "$1/escape"'),
    Attempt("change a file outside the workspace", 'echo x >>"$1/file"'),
    Attempt("write in the home directory", "touch ~/escape"),
    Attempt("change ~/.bashrc", "echo x >>~/.bashrc"),
    Attempt("change the wrapper", "echo x >>~/.local/bin/claude-local"),
    Attempt("change enforced.json", "echo x >>~/.claude-local/enforced.json"),
    Attempt(
        "replace enforced.json",
        "cd ~/.claude-local && echo {} >new && { mv -f new enforced.json || { rm new; false; }; }",
    ),
    Attempt("change the seccomp filter", "echo x >>~/.claude-local/seccomp.bpf"),
    Attempt("write in the system", "touch /usr/local/escape"),
    Attempt("plant a git hook", "echo x >.git/hooks/pre-commit"),
    Attempt("change .git/config", "echo x >>.git/config"),
    Attempt("move .git away", "mv .git moved"),
    Attempt("change .vscode", "echo x >.vscode/tasks.json"),
    Attempt("change .envrc", "echo x >>.envrc"),
    Attempt("change .claude/settings.json", "echo x >>.claude/settings.json"),
    Attempt("move .claude away", "mv .claude moved"),
    Attempt("read ~/.ssh", '[ -n "$(ls -A ~/.ssh)" ]'),
    Attempt("read ~/.aws", '[ -n "$(ls -A ~/.aws)" ]'),
    Attempt("read ~/.gnupg", '[ -n "$(ls -A ~/.gnupg)" ]'),
    Attempt("read the normal claude's credentials", "cat ~/.claude/.credentials.json"),
    Attempt("read ~/.claude.json", "[ -s ~/.claude.json ]"),
    Attempt("read ~/.bash_history", "[ -s ~/.bash_history ]"),
    Attempt("become root by sudo", "sudo -n true"),
    Attempt("hold capabilities", "! grep -q '^CapEff:.*0000000000000000' /proc/self/status"),
    Attempt("gain privileges", "! grep -q '^NoNewPrivs:.*1' /proc/self/status"),
    Attempt(
        "see a process of the host",
        'grep -q . "/proc/$3/cmdline" && [ "$(ls /proc | grep -c "^[0-9]")" -gt 40 ]',
    ),
    Attempt("signal a process of the host", 'grep -qs verify "/proc/$3/cmdline" && kill -0 "$3"'),
    Attempt("run without the seccomp filter", "! grep -q '^Seccomp:.*2' /proc/self/status"),
    Attempt("reach a socket of the host", 'socat -u "UNIX-CONNECT:$1/socket" - | grep -q reached'),
    Attempt("reach D-Bus", "ls /run/user/*/bus /run/dbus/system_bus_socket"),
    Attempt("reach the container engine", "ls /run/docker.sock /var/run/docker.sock"),
    Attempt("find the ssh-agent", '[ -n "${SSH_AUTH_SOCK-}" ]'),
    Attempt(
        "reach another port of this machine",
        'socat -u "TCP:127.0.0.1:$2" - | grep -q reached',
        private_network=True,
    ),
    Attempt("find another network interface", '[ "$(grep -c : /proc/net/dev)" -gt 1 ]', private_network=True),
    Attempt("find a way to the internet", '[ "$(grep -c . /proc/net/route)" -gt 1 ]', private_network=True),
)


def attempts(config: Config) -> list[Attempt]:
    """Those that hold for this config."""
    return [item for item in ATTEMPTS if config.network.mode == "private" or not item.private_network]


def script(config: Config) -> str:
    """One shell script that makes every attempt and prints "NUMBER worked|failed" for each: one jail start for all."""
    lines = [
        f"if ( {item.command}\n) </dev/null >/dev/null 2>&1; then echo {number} worked; else echo {number} failed; fi"
        for number, item in enumerate(attempts(config))
    ]
    return "\n".join(lines)


def outcomes(config: Config, answer: str) -> list[tuple[Attempt, str]]:
    """Each attempt with "worked", "failed" or, where the answer does not tell, "untold"."""
    told = dict(line.split(" ", 1) for line in answer.splitlines() if line[:1].isdigit() and " " in line)
    return [(item, told.get(str(number), "untold")) for number, item in enumerate(attempts(config))]
