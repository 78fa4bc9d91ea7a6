"""Machines to choose a model server for: this one, as the probe sees it, with other facts."""

from __future__ import annotations

from dataclasses import replace

from claude_local_setup.config.keys import Config, Server
from claude_local_setup.host.actual import Actual, Node
from claude_local_setup.host.probe import probe_here
from claude_local_setup.servers.installation import Installation, installation
from claude_local_setup.servers.program import Hindrance
from claude_local_setup.state.target import probed_paths

GIGABYTE = 1_000_000_000
DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\n'
FACTS = {
    **{"llama_server": "", "llama_fits": "", "llama_tools": "", "ggml_vulkan": ""},
    **{"venv": "1", "libgomp": "1", "certificates": "1", "apt": "/usr/bin/apt-get"},
    **{"user_manager": "1", "server_unit": "inactive", "listens": "0016 ", "arch": "x86_64", "glibc": "2.36"},
    **{"memory": str(32 * GIGABYTE // 1024), "gpu_memory": "", "disk_free": str(200 * GIGABYTE // 1024), "avx512": ""},
    **{"apparmor": "", "userns_clone": "1", "max_userns": "15000", "uid": "1000"},
}  # fmt: skip


def config(install: str = "auto", **server: object) -> Config:
    return Config(server=Server(install=install, **server))  # type: ignore[arg-type]


def host(os_release: str = DEBIAN_12, **facts: str) -> Actual:
    here = probe_here(probed_paths(Config()))
    return replace(here, os_release=os_release, facts={**here.facts, **FACTS, **facts})


def with_file(actual: Actual, path: str, real: str = "") -> Actual:
    return replace(actual, nodes={**actual.nodes, path: Node("file", real=real or path, content=b"{}")})


def chosen(wanted: Config, actual: Actual) -> Installation:
    found = installation(wanted, actual)
    assert isinstance(found, Installation), found
    return found


def hindered(wanted: Config, actual: Actual) -> Hindrance:
    found = installation(wanted, actual)
    assert isinstance(found, Hindrance), found
    return found


def gpu(gigabytes: int) -> str:
    """As a card says it that is sold with so much."""
    return f"{gigabytes * 2**30} "
