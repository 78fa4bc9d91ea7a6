"""How the server is started: every flag explicit, none that would act outside of a jail, a service that is confined."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from claude_local_setup.servers import files
from tests.servers.hosts import chosen, config, host, with_file

DANGEROUS = {"--tools", "--agent", "--ui-mcp-proxy", "--webui-mcp-proxy", "--mcp-servers-config"}


def words_of(text: bytes) -> list[list[str]]:
    flags: list[list[str]] = json.loads(text)["flags"]
    return flags


def test_every_flag_is_explicit_and_none_is_dangerous() -> None:
    actual = host()
    flags = words_of(files.server_json(chosen(config(context_tokens=100_000), actual), actual))
    for wanted in (["--host", "127.0.0.1"], ["--port", "8080"], ["-c", "100000"], ["-np", "1"], ["--jinja"]):
        assert wanted in flags
    assert ["--cors-origins", "localhost"] in flags
    assert ["-hf", "unsloth/Qwen3.5-4B-GGUF:Q4_K_M"] in flags
    assert not DANGEROUS & {flag[0] for flag in flags}


def test_the_key_is_in_a_file_of_its_own() -> None:
    actual = host()
    text = files.server_json(chosen(config(auth_token="the-secret"), actual), actual)
    assert b"the-secret" not in text
    assert [flag[0] for flag in words_of(text)].count("--api-key-file") == 1


def test_a_service_sees_of_the_home_itself_and_its_model_only() -> None:
    actual = with_file(host(), "/data/m.gguf")
    unit = files.unit(chosen(config(model_source="/data/m.gguf"), actual), actual).decode()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=tmpfs", "PrivateTmp=yes"):
        assert f"\n{line}\n" in unit
    shown = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("Bind")]
    home = actual.facts["real_home"]
    ours = [f'"{home}/.local/share/claude-local-server"', f'"{home}/.local/share/claude-local"']
    assert shown == [*ours, '"/data"']


def test_a_model_that_lies_in_the_home_itself_does_not_show_the_home() -> None:
    file = f"{host().home}/m.gguf"
    actual = with_file(host(), file)
    unit = files.unit(chosen(config(model_source=file), actual), actual).decode()
    assert f'BindReadOnlyPaths="{file}"' in unit


@pytest.mark.parametrize("facts", [{"apparmor": "1"}, {"userns_clone": "0"}, {"max_userns": "0"}])
def test_where_no_user_namespace_is_to_be_had_the_service_starts_all_the_same(facts: dict[str, str]) -> None:
    actual = host(**facts)
    unit = files.unit(chosen(config(), actual), actual).decode()
    assert "NoNewPrivileges=yes" in unit
    assert "PrivateUsers" not in unit
    assert "ProtectHome" not in unit


def test_a_program_of_the_home_s_finds_what_belongs_to_it() -> None:
    program = f"{host().home}/.local/bin/llama-server"
    actual = host(llama_server=program, llama_fits="1")
    unit = files.unit(chosen(config(), actual), actual).decode()
    assert "\nProtectHome=read-only\n" in unit
    assert "TemporaryFileSystem" not in unit


def test_systemd_understands_the_unit_whatever_the_home_is_called(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd here")
    home = tmp_path / "wörk 'ünd' \"q\" $x %h a:b"
    script = home / ".local/share/claude-local/serve"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    actual = host(real_home=str(home))
    unit = tmp_path / "claude-local-server.service"
    unit.write_bytes(files.unit(chosen(config(), actual), actual))
    words = ["systemd-analyze", "--user", "verify", str(unit)]
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(words, env=env, capture_output=True, text=True)
    assert "claude-local-server" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
