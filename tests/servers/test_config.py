"""What may be chosen of a model server of its own."""

from __future__ import annotations

import pytest

from claude_local_setup.config.keys import config_from, from_flat
from claude_local_setup.errors import ConfigError


@pytest.mark.parametrize("source", ["", "~/m.gguf", "/data/m 1.gguf", "unsloth/Qwen3.5-9B-GGUF:Q4_K_M"])
def test_a_model_is_a_file_or_a_repository_with_its_quantisation(source: str) -> None:
    assert config_from({"server.model_source": source}, "test").server.model_source == source


@pytest.mark.parametrize(
    "source", ["m.gguf", "/data/m.bin", "owner/repo", "https://host/m.gguf", "-m/x:y", "a/../b:c/d", 1]
)
def test_anything_else_is_refused(source: object) -> None:
    with pytest.raises(ConfigError):
        config_from({"server.model_source": source}, "test")


def test_an_inventory_gives_one_host_a_server() -> None:
    data = {"claude_local_server_install": "wheel", "claude_local_server_model_source": "o/r:Q4"}
    server = from_flat(data, "hosts.py").server
    assert (server.install, server.model_source) == ("wheel", "o/r:Q4")
