"""The probe: one script that asks what is there on a host, and its answer as actual state. It judges nothing."""

from __future__ import annotations

import base64
import binascii
import os
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import files

from ..errors import SetupError
from ..session import words
from ..session.words import NO_LINE
from .actual import Actual, Node, Normal

FACTS = frozenset(
    (
        *("format", "home", "real_home", "uid", "shell", "zsh_rc", "fish_rc", "config", "arch", "kernel"),
        *("bwrap", "socat", "squid", "apt", "sudo", "apparmor", "userns_clone", "max_userns", "claude", "claude_real"),
        *("userns", "around", "bwrap_copy", "copy_label", "npm", "python3", "git", "venv", "libgomp"),
        *("llama_server", "llama_fits", "llama_tools", "ggml_vulkan", "user_manager", "server_unit", "listens"),
        *("memory", "gpu_memory", "disk_free", "glibc", "avx512", "certificates", "loader"),
        *("uid_min", "admin"),
    )
)


def script() -> str:
    return (files(__package__) / "probe.sh").read_text(encoding="utf-8")


def command(paths: Iterable[str]) -> list[str]:
    """The probe as an argument list: the same on this machine and through pyinfra."""
    return ["sh", "-c", script(), "probe", *paths]


def probe_here(paths: Iterable[str]) -> Actual:
    """The actual state of this machine, by the standard library alone."""
    done = subprocess.run(
        command(paths),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    found = read(done.stdout.decode("ascii", "replace").splitlines())
    return replace(found, setup=words.setup)


def read(lines: Iterable[str]) -> Actual:
    """The probe's answer as an Actual; SetupError if it is not one, whatever a hostile host sends."""
    try:
        return _read(list(lines))
    except (ValueError, KeyError, IndexError, binascii.Error) as error:
        raise SetupError(
            f"the host's answer to the probe cannot be read ({type(error).__name__}): it needs sh, GNU coreutils, "
            "a home directory, and rc files that print nothing",
            remedy=NO_LINE,
        ) from None


def _read(lines: list[str]) -> Actual:
    single = {key: base64.b64decode(value, validate=True) for key, _, value in (line.partition(" ") for line in lines)}
    if not lines or not lines[-1].startswith("end "):
        raise ValueError("the answer is cut off")
    facts = dict(_text(item).split("=", 1) for item in _items(single["facts"]))
    if facts["format"] != "1" or not facts["home"].startswith("/") or not facts["uid"].isdecimal():
        raise ValueError("not an answer of this probe")
    if missing := FACTS - facts.keys():
        raise KeyError(*missing)
    return Actual(
        facts,
        _text(single["os_release"]),
        _nodes(single),
        _normal(single),
        _folders(single["names"]),
        dict(_pairs(single["programs"])),
        tuple(int(number) for number in _text(single["sessions"]).split()),
        _text(single["listening"]),
    )


def _folders(raw: bytes) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for folder, name in _pairs(raw):
        found.setdefault(folder, []).append(name)
    return {folder: tuple(sorted(names)) for folder, names in found.items()}


def _nodes(single: Mapping[str, bytes]) -> dict[str, Node]:
    entries, targets = dict(_stats(single["entries"])), dict(_stats(single["targets"]))
    asked = [_text(item) for item in _items(single["asked"])]
    real = dict(zip(asked, (_text(item) for item in _items(single["real"])), strict=True))
    links = dict(_pairs(single["links"]))
    allowed = {_text(item) for item in _items(single["allowed"])}
    contents = dict(_contents(single["files"], single["contents"]))
    return {
        path: replace(
            _node(path, entry, targets.get(path), real.get(path, ""), allowed, contents.get(path)),
            to=links.get(path, ""),
        )
        for path, entry in entries.items()
    } | {path: Node("absent", real=leads_to) for path, leads_to in real.items() if path not in entries}


def _node(
    path: str,
    entry: tuple[str, int, int],
    target: tuple[str, int, int] | None,
    real: str,
    allowed: set[str],
    content: bytes | None,
) -> Node:
    kind, mode, uid = target or ("dangling", *entry[1:])
    return Node(
        kind=kind,
        mode=mode,
        uid=uid,
        real=real,
        link=entry[0] == "link",
        readable=f"r:{path}" in allowed,
        writable=f"w:{path}" in allowed,
        content=content,
    )


def _contents(files: bytes, contents: bytes) -> Iterator[tuple[str, bytes]]:
    """Each file's bytes, cut out of all of them by the sizes; ValueError if a file changed meanwhile."""
    items, start = _items(files), 0
    for path, size in zip(items[::2], items[1::2], strict=True):
        yield _text(path), contents[start : start + int(size)]
        start += int(size)
    if start != len(contents):
        raise ValueError("a file changed meanwhile")


_KINDS = {
    "regular file": "file",
    "regular empty file": "file",
    "directory": "directory",
    "symbolic link": "link",
}


def _stats(raw: bytes) -> Iterator[tuple[str, tuple[str, int, int]]]:
    items = [_text(item) for item in _items(raw)]
    for path, kind, mode, uid in zip(*[iter(items)] * 4, strict=True):
        yield path, (_KINDS.get(kind, "other"), stat.S_IMODE(int(mode, 8)), int(uid))


def _pairs(raw: bytes) -> Iterator[tuple[str, str]]:
    items = [_text(item) for item in _items(raw)]
    return zip(*[iter(items)] * 2, strict=True)


def _items(raw: bytes) -> list[bytes]:
    return raw.split(b"\0")[:-1]


def _text(raw: bytes) -> str:
    return os.fsdecode(raw)


def _normal(single: Mapping[str, bytes]) -> Normal:
    text = {key: _text(single[f"normal_{key}"]).strip() for key in ("settings", "program", "state", "running")}
    return Normal(text["settings"], text["program"], text["state"], int(text["running"]))
