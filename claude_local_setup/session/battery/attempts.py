"""The boundary's battery: attempts run in the real jail, each of which must fail, and things that must work. Data only.

In a command $1 is a folder outside the workspace, $2 a port of the host that is not relayed, $3 a process of the host,
$4 a file in its /tmp. The workspace is a git repository with a submodule and hooks of its own; file descriptor 7 and
$CALLERS_SECRET are the caller's.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_KEYCTL = "$(case $(uname -m) in x86_64) echo 250 ;; aarch64 | riscv64) echo 219 ;; *) echo 280 ;; esac)"
_MODEL = "m=${ANTHROPIC_BASE_URL#*://} && m=${m%%/*} && case $m in *:*) ;; *) m=$m:80 ;; esac"


class Attempt:
    """`command` (sh) in the jail; `works` says whether it must. `only`: "", "private network", "strict" or "no
    nesting"."""

    __slots__ = ("command", "name", "only", "works")

    def __init__(self, name: str, command: str, works: bool = False, only: str = "") -> None:
        self.name = name
        self.command = command
        self.works = works
        self.only = only


ATTEMPTS: Sequence[Attempt] = (
    Attempt("write in the workspace", "echo x >new-file && rm new-file", works=True),
    Attempt("write in ~/.claude-local", "touch ~/.claude-local/.verify && rm ~/.claude-local/.verify", works=True),
    Attempt(
        "write in a private /tmp",
        'for d in /tmp /var/tmp /dev/shm; do rm "$(mktemp -p $d)" || exit 1; done',
        works=True,
    ),
    Attempt("read the system", "cat /etc/os-release", works=True),
    Attempt(
        "commit with git",
        "! command -v git || git -c user.name=v -c user.email=v@localhost commit -q --allow-empty -m verify",
        works=True,
    ),
    Attempt("reach the model's server", f'{_MODEL} && socat -u OPEN:/dev/null "TCP:$m"', True, "private network"),
    Attempt("find the host's /tmp", '[ -e "$4" ]'),
    Attempt("write outside the workspace", 'touch "$1/escape"'),
    Attempt("change a file outside the workspace", 'echo x >>"$1/file"'),
    Attempt("write outside through a link", 'ln -s "$1" link; touch link/escape; t=$?; rm link; exit $t'),
    Attempt("write in the home directory", "touch ~/escape"),
    Attempt("change ~/.bashrc", "echo x >>~/.bashrc"),
    Attempt("change the wrapper", "echo x >>~/.local/bin/claude-local"),
    Attempt("change what apply recorded", "echo x >>~/.local/state/claude-local-setup/manifest.json"),
    Attempt("change the config", "mkdir -p ~/.config/claude-local-setup && touch ~/.config/claude-local-setup/x"),
    Attempt(
        "change enforced.json",
        "echo x >>/run/claude-local/enforced.json || echo x >>~/.local/share/claude-local/enforced.json",
    ),
    Attempt(
        "replace enforced.json",
        "cd /run/claude-local && echo {} >new && mv -f new enforced.json",
    ),
    Attempt("change the seccomp filter", "echo x >>~/.local/share/claude-local/seccomp.bpf"),
    Attempt(
        "change the session program",
        "cd ~/.local/share/claude-local/program-* && echo x | tee -a ../model session/main.py session/__pycache__/*",
    ),
    Attempt("add to what binds the session", "cd ~/.local/share/claude-local && touch x && rm x"),
    Attempt("write in the system", "touch /usr/local/escape || touch /etc/escape || touch /opt/escape"),
    Attempt("plant a git hook", "echo x >.git/hooks/pre-commit"),
    Attempt("plant a hook where core.hooksPath leads", "command -v git && echo x >.own-hooks/pre-commit"),
    Attempt("plant a hook in a submodule", "echo x >.git/modules/sub/module/hooks/post-checkout"),
    Attempt("change .git/config", "echo x >>.git/config"),
    Attempt("change a submodule's config", "echo x >>.git/modules/sub/module/config"),
    Attempt("move .git away", "mv .git moved && mv moved .git"),
    Attempt("move a submodule's folder away", "mv .git/modules/sub moved && mv moved .git/modules/sub"),
    Attempt("change .vscode", "echo x >.vscode/tasks.json"),
    Attempt("change .idea", "echo x >.idea/workspace.xml"),
    Attempt("change .envrc", "echo x >>.envrc || rm .envrc"),
    Attempt("change .mcp.json", "echo x >>.mcp.json || rm .mcp.json"),
    Attempt("change .claude/settings.json", "echo x >>.claude/settings.json || rm .claude/settings.json"),
    Attempt("move .claude away", "mv .claude moved && mv moved .claude"),
    Attempt("change a read-only file by a hard link", "ln .envrc hard && echo x >>hard"),
    Attempt("take a protection off", "unshare -Urm sh -c 'umount .envrc || mount -o remount,bind,rw .envrc'"),
    Attempt("take over what is mounted on the host later", "grep -q ' master:' /proc/self/mountinfo"),
    Attempt("read ~/.ssh", '[ -n "$(ls -A ~/.ssh)" ]'),
    Attempt("read ~/.aws", '[ -n "$(ls -A ~/.aws)" ]'),
    Attempt("read ~/.gnupg", '[ -n "$(ls -A ~/.gnupg)" ]'),
    Attempt("read the normal claude's credentials", "cat ~/.claude/.credentials.json"),
    Attempt("read ~/.claude.json", "[ -s ~/.claude.json ]"),
    Attempt("read ~/.netrc or ~/.git-credentials", "[ -s ~/.netrc ] || [ -s ~/.git-credentials ]"),
    Attempt("read ~/.bash_history", "[ -s ~/.bash_history ]"),
    Attempt("read anything else of the home", "ls -A ~/.bashrc || ls -A ~/.profile || ls -A ~/.mozilla"),
    Attempt(
        "read what another workspace's sessions have kept",
        "ls ~/.claude-local/workspaces || ls ~/.claude-local/projects/*other*",
    ),
    Attempt("read the toolchains in the home", "ls ~/.local/bin/claude-local", only="strict"),
    Attempt("write in the jail's own root", "touch /escape || touch /run/claude-local/escape"),
    Attempt("read the caller's environment", '[ -n "${CALLERS_SECRET-}" ]'),
    Attempt("read the caller's open files", ": <&7"),
    Attempt("hold a descriptor of the host's", 'ls /proc/$$/fd | grep -qv "^[012]$"'),
    Attempt("become root", "sudo -n true || pkexec true"),
    Attempt("hold capabilities", "! grep -q '^CapEff:.*0000000000000000' /proc/self/status"),
    Attempt("make namespaces of its own", "unshare -Ur true", only="no nesting"),
    Attempt("use io_uring", 'perl -e "exit(syscall(425, 1, 0) < 0 && (\\$!+0 == 1 || \\$!+0 == 38))"'),
    Attempt("send the caller a signal", 'kill -0 "$3"'),
    Attempt("learn of the host's network cards", "ls /sys/class/net"),
    Attempt("gain privileges", "! grep -q '^NoNewPrivs:.*1' /proc/self/status"),
    Attempt("see a process of the host", 'grep -qs -e --try "/proc/$3/cmdline"'),
    Attempt("run without the seccomp filter", "! grep -q '^Seccomp:.*2' /proc/self/status"),
    Attempt("use the kernel's keyrings", f'perl -e "exit(syscall({_KEYCTL}, 0, -3, 1) < 0)"'),
    Attempt("open a vsock to a virtual machine's host", "perl -e 'socket(S, 40, 1, 0) || exit 1'"),
    Attempt("reach a socket of the host", 'cd "$1" && socat -u UNIX-CONNECT:socket - | grep -q reached'),
    Attempt("reach a socket in the workspace", "socat -u UNIX-CONNECT:socket - | grep -q reached"),
    Attempt(
        "reach a socket without a path",
        'socat -u "ABSTRACT-CONNECT:claude-local-verify-$3" - | grep -q reached',
        only="private network",
    ),
    Attempt("reach D-Bus", "ls /run/user/*/bus /run/dbus/system_bus_socket"),
    Attempt("reach the container engine", "ls /run/docker.sock /var/run/docker.sock"),
    Attempt("find the ssh-agent", '[ -n "${SSH_AUTH_SOCK-}" ]'),
    Attempt("find the screen", '[ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ] || ls /tmp/.X11-unix'),
    Attempt(
        "reach another port of this machine",
        'socat -u "TCP:127.0.0.1:$2" - | grep -q reached',
        only="private network",
    ),
    # One that is up: the kernel puts some of its own into each new namespace (sit0, tunl0), and leaves them down.
    Attempt(
        "find another network interface",
        '[ -n "$(sed 1d /proc/net/route; grep -v " lo$" /proc/net/if_inet6)" ]',
        only="private network",
    ),
    Attempt("find a way to the internet", '[ "$(grep -c . /proc/net/route)" -gt 1 ]', only="private network"),
)


def attempts(level: str, network: str, *, nested: bool) -> list[Attempt]:
    """Those that hold at this level with this network."""
    there = {"", level, f"{network} network", "" if nested else "no nesting"}
    return [item for item in ATTEMPTS if item.only in there]


def script(level: str, network: str, *, nested: bool) -> str:
    """One shell script that makes every attempt and prints "NUMBER worked|failed" for each: one jail start for all."""
    lines = [
        f"if ( {item.command}\n) </dev/null >/dev/null 2>&1; then echo {number} worked; else echo {number} failed; fi"
        for number, item in enumerate(attempts(level, network, nested=nested))
    ]
    return "\n".join(lines)


def outcomes(level: str, network: str, answer: str, *, nested: bool) -> list[tuple[Attempt, str]]:
    """Each attempt with "worked", "failed" or, where the answer does not tell, "untold"."""
    told = dict(line.split(" ", 1) for line in answer.splitlines() if line[:1].isdigit() and " " in line)
    return [
        (item, told.get(str(number), "untold")) for number, item in enumerate(attempts(level, network, nested=nested))
    ]
