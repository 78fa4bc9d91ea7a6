"""One host of many gets a model server of its own, over SSH; what others have is nothing of its business."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest

from tests.fakes.scripted_model import gguf
from tests.fleet.machines import applied
from tests.real.llama import PROGRAM
from tests.real.machines import Machine, Site

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="there is no prebuilt llama-server for it"),
]
LIBRARIES = ("ggml", "ggml-base", "ggml-cpu", "ggml-rpc", "ggml-vulkan", "llama", "llama-common", "mtmd")


def put_llama_server(machine: Machine) -> None:
    """The real one, without the copies that its wheel has of each library: a machine's disk is small."""
    folder = machine.root / "opt/llama"
    folder.mkdir()
    gomp = next(Path("/usr/lib").glob("*/libgomp.so.1"))
    names = [*(f"lib{name}.so.0" for name in LIBRARIES), "libllama-server-impl.so", "libvulkan.so.1", "llama-server"]
    for file in (*(PROGRAM.parent / name for name in names), gomp):
        shutil.copy(file, folder)
    script = machine.root / "usr/local/bin/llama-server"
    script.write_text('#!/bin/sh\nLD_LIBRARY_PATH=/opt/llama exec /opt/llama/llama-server "$@"\n')
    script.chmod(0o755)
    model = machine.root / "srv/scripted.gguf"
    model.write_bytes(gguf())


def test_the_inventory_gives_a_host_a_server_that_answers_sessions_there(fresh: Site) -> None:
    first, second, *_ = fresh.machines
    put_llama_server(first)
    data = {"claude_local_server_install": "path", "claude_local_server_model_source": "/srv/scripted.gguf"}
    answer = applied(fresh, fresh.host(first, **data), fresh.host(second))
    assert (answer["rc"], answer["failed"]) == (0, 0), answer
    found = {item["check"]: item for item in answer["by"][first.name]["findings"]}
    assert found["server: makes a tool call from the jail"]["ok"], found
    assert found["server: answers"]["ok"]
    assert (first.home() / ".local/share/claude-local-server/server.json").is_file()
    assert not (second.home() / ".local/share/claude-local-server").exists()
