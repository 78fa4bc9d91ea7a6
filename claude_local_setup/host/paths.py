"""Every path that is put on a host, once; "~/" stands for the user's home there."""

from __future__ import annotations

CONFIG_DIR = "~/.claude-local"
SETTINGS = f"{CONFIG_DIR}/settings.json"
STATE = f"{CONFIG_DIR}/.claude.json"
MEMORY = f"{CONFIG_DIR}/CLAUDE.md"
MODEL_COMMAND = f"{CONFIG_DIR}/commands/local-model.md"
NOTE = f"{CONFIG_DIR}/.made-by-claude-local-setup"
IDE_LINK = f"{CONFIG_DIR}/ide"
IDE = "~/.claude/ide"
PRODUCT = "~/.local/share/claude-local"  # what binds a session: where no session can write
ENFORCED = f"{PRODUCT}/enforced.json"
FILTER = f"{PRODUCT}/seccomp.bpf"
VALUES = f"{PRODUCT}/values.json"
MODEL = f"{PRODUCT}/model"
SERVE = f"{PRODUCT}/serve"
SERVER = "~/.local/share/claude-local-server"  # a model server that apply installs: no session sees it
SERVER_JSON = f"{SERVER}/server.json"
SERVER_KEY = f"{SERVER}/key"
SERVER_MODELS = f"{SERVER}/models"
SERVER_READY = f"{SERVER_MODELS}/ready"  # says which model has been downloaded
UNIT = "~/.config/systemd/user/claude-local-server.service"
UNIT_LINK = "~/.config/systemd/user/default.target.wants/claude-local-server.service"  # what `enable` makes
WRAPPER = "~/.local/bin/claude-local"
MANUALS = "~/.local/share/man/man1"  # where man looks if ~/.local/bin is on PATH
STATE_DIR = "~/.local/state/claude-local-setup"
CONFIG = "~/.config/claude-local-setup/config.toml"
MANIFEST = f"{STATE_DIR}/manifest.json"
BWRAP_COPY = "/usr/lib/claude-local/bwrap"
PROFILE = "/etc/apparmor.d/claude-local-bwrap"
PROFILE_OFF = ("/etc/apparmor.d/disable/claude-local-bwrap", "/etc/apparmor.d/force-complain/claude-local-bwrap")
APT_HOOK = "/etc/apt/apt.conf.d/90claude-local"
NORMAL = ("~/.claude", "~/.claude.json")

BASH_RC = "~/.bashrc"
BASH_LOGIN = (
    "~/.bash_profile",
    "~/.bash_login",
    "~/.profile",
)  # in bash's own order: it reads the first one only


def real(path: str, real_home: str) -> str:
    """`~/x` by the name that does not change when HOME is spelled otherwise."""
    return real_home + path[1:]


def above(path: str) -> list[str]:
    """The folders above a path, outermost first; the root, or the home as `~`, left out."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(2, len(parts) + 1)]
