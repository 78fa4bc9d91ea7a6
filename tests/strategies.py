"""What tests by generated input draw from: JSON of any kind, and an honest host's answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from hypothesis import strategies as st

from claude_local_setup.host.probe import FACTS

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3)
)


keys = st.sampled_from(["a", "b", "env", "permissions"])


values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def said(key: str, value: bytes) -> str:
    return f"{key} {base64.b64encode(value).decode()}"


def zeros(*items: str) -> bytes:
    return b"".join(item.encode("utf-8", "surrogateescape") + b"\0" for item in items)


def answer(host: Mapping[str, str], **other: bytes) -> list[str]:
    """An answer of the probe, `other` in place of what an honest host says."""
    home = host["home"]
    node = (home, "directory", "700", host["uid"])
    honest = {
        "facts": zeros(*(f"{key}={value}" for key, value in host.items())),
        "os_release": b'NAME="Debian"\n',
        "entries": zeros(*node),
        "targets": zeros(*node),
        "asked": zeros(home),
        "real": zeros(home),
        "links": b"",
        "names": b"",
        "allowed": zeros(f"r:{home}", f"w:{home}"),
        "files": b"",
        "contents": b"",
        "normal_settings": b"x",
        "normal_program": b"",
        "normal_state": b"x",
        "normal_running": b"0",
        "sessions": b"",
        "programs": b"",
        "listening": b"",
    }
    return [*(said(key, value) for key, value in (honest | other).items()), "end Cg=="]


HONEST = {
    **dict.fromkeys(sorted(FACTS), ""),
    **{"format": "1", "home": "/home/u", "real_home": "/home/u", "uid": "1000", "shell": "/bin/bash"},
    **{"zsh_rc": "/home/u/.zshrc", "fish_rc": "/home/u/.config/fish/config.fish", "arch": "x86_64"},
    **{
        "bwrap": "/usr/bin/bwrap",
        "socat": "/usr/bin/socat",
        "config": "/home/u/.config/claude-local-setup/config.toml",
    },
}
