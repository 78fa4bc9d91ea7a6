"""Which server and model a machine gets, and what is said of it before the question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claude_local_setup.servers.good_models import MODELS
from claude_local_setup.servers.installation import installation
from claude_local_setup.servers.program import NEW_WHEEL, OLD_WHEEL
from claude_local_setup.state.plan import plan
from claude_local_setup.state.target import target_state
from tests.servers.hosts import chosen, config, gpu, hindered, host, with_file

FORKY = "ID=debian\nVERSION_CODENAME=forky\n"


def test_never_is_the_default_and_nothing_is_installed_beside_a_server_that_is_there() -> None:
    assert installation(config("never"), host()) is None
    assert installation(config(base_url="http://127.0.0.1:8080"), host(listens="0016 1F90 ")) is None
    assert chosen(config(base_url="http://127.0.0.1:9000"), host(listens="1F90 ")).port == 9000


@pytest.mark.parametrize("port", [8080, 9931, 11434, 8000])
def test_where_any_server_will_do_one_that_was_found_is_enough(port: int) -> None:
    there = replace(host(listens=f"{port:04X} "), server=f"http://127.0.0.1:{port}")
    assert installation(config(), there) is None
    assert chosen(config(), host()).url == "http://127.0.0.1:8080"


def test_beside_what_is_no_model_server_it_gets_a_port_that_is_free() -> None:
    assert chosen(config(), host(listens="1F90 0016 ")).port == 9931


def test_our_own_server_that_runs_is_no_other_server() -> None:
    actual = host(listens="1F90 ")
    ours = with_file(actual, f"{actual.home}/.local/share/claude-local-server/server.json")
    assert chosen(config(), ours).port == 8080


def test_another_machine_s_address_is_none_to_install_at() -> None:
    found = hindered(config(base_url="http://model-host:8080"), host())
    assert "another's" in found.problem
    assert "base_url" in found.remedy


@pytest.mark.parametrize(
    ("memory", "model", "verdict"),
    [
        (24, "Qwen3.8-27B-UD-Q4_K_M", "recommended on"),
        (16, "Qwen3.8-27B-UD-Q3_K_M", "recommended on"),
        (12, "gemma-4-12b-it-Q4_K_M", "limited on"),
        (8, "Qwen3.5-9B-Q4_K_M", "limited on"),
        (4, "Qwen3.5-4B-Q4_K_M", "not recommended on"),
        (0, "Qwen3.5-4B-Q4_K_M", "not recommended on"),
    ],
)
def test_the_model_goes_by_the_memory_and_the_verdict_is_honest(memory: int, model: str, verdict: str) -> None:
    found = chosen(config(), host(gpu_memory=gpu(memory) if memory else ""))
    assert found.model == model
    first, second, *_ = found.notice
    assert f": {verdict} this machine (" in first
    assert f"{found.size:.1f} GB to download, into ~/.local/share/claude-local-server/models" in second


def test_two_cards_count_together() -> None:
    assert chosen(config(), host(gpu_memory=gpu(12) * 2)).source == MODELS[0].source


def test_a_model_of_ones_own_is_taken_as_it_is_whatever_the_machine() -> None:
    wanted = config(model_source="/models/mine.gguf")
    found = chosen(wanted, with_file(host(memory="1000000"), "/models/mine.gguf", "/disk/mine.gguf"))
    assert (found.source, found.model, found.size, found.is_download) == ("/disk/mine.gguf", "mine", 0.0, False)
    assert "the one that you chose" in found.notice[0]
    assert hindered(wanted, host()).problem == "there is no model at /models/mine.gguf"


def test_too_little_memory_or_disk_is_a_sentence_and_nothing_is_loaded() -> None:
    assert "too little for any model" in hindered(config(), host(memory="4000000")).problem
    assert "2.0 GB are free" in hindered(config(), host(disk_free=str(2_000_000_000 // 1024))).problem


def test_a_program_on_path_comes_first_if_it_speaks_the_messages_api() -> None:
    fits = chosen(config(), host(llama_server="/opt/bin/llama-server", llama_fits="1"))
    assert fits.program.path == "/opt/bin/llama-server"
    assert chosen(config(), host(llama_server="/opt/bin/llama-server")).program.wheel == OLD_WHEEL
    assert "before it knew /v1/messages" in hindered(config("path"), host(llama_server="/usr/bin/llama-server")).problem


@pytest.mark.parametrize("os_release", [FORKY, "ID=debian\nVERSION_ID=14\n", 'ID=ubuntu\nVERSION_ID="26.04"\n'])
def test_a_distribution_that_has_it_comes_second(os_release: str) -> None:
    found = chosen(config(), host(os_release))
    assert found.program.path == "/usr/bin/llama-server"
    assert set(found.program.packages) == {"llama.cpp-tools", "libggml0-backend-vulkan"}


@pytest.mark.parametrize("os_release", ['ID=debian\nVERSION_ID="13"\n', 'ID=ubuntu\nVERSION_ID="24.04"\n', "ID=arch\n"])
def test_others_get_the_wheel_that_their_processor_can_run(os_release: str) -> None:
    assert chosen(config(), host(os_release)).program.wheel == OLD_WHEEL
    assert chosen(config(), host(os_release, avx512="avx512f")).program.wheel == NEW_WHEEL
    assert "this distribution has no package" in hindered(config("apt"), host(os_release)).problem


@pytest.mark.parametrize("facts", [{"arch": "aarch64"}, {"glibc": "2.31"}, {"glibc": ""}])
def test_where_there_is_none_to_be_had_it_is_said(facts: dict[str, str]) -> None:
    found = hindered(config(), host(**facts))
    assert found.problem.startswith("there is no llama-server to be had for")
    assert "yourself" in found.problem


def test_without_a_systemd_for_users_sessions_run_it_and_that_is_said() -> None:
    found = chosen(config(), host(user_manager=""))
    assert found.runs == "session"
    assert "starts with the first session and stops with the last" in found.notice[-1]


def test_what_was_chosen_once_stays() -> None:
    actual = host(llama_server="/opt/bin/llama-server", llama_fits="1", disk_free="900000", gpu_memory=gpu(24))
    folder = f"{actual.home}/.local/share/claude-local-server"
    there = with_file(with_file(actual, f"{folder}/wheel-{OLD_WHEEL.version}"), f"{folder}/models/ready")
    ready = replace(there.nodes[f"{folder}/models/ready"], content=b"o/small-GGUF:Q4\n")
    found = chosen(config(), replace(there, nodes={**there.nodes, f"{folder}/models/ready": ready}))
    assert (found.program.wheel, found.source, found.size) == (OLD_WHEEL, "o/small-GGUF:Q4", 0.0)


def test_what_systemd_runs_stays_its_own_where_it_is_not_reached() -> None:
    actual = with_file(host(user_manager=""), f"{host().home}/.config/systemd/user/claude-local-server.service")
    assert chosen(config(), actual).runs == "systemd"
    step = next(step for step in plan(target_state(config(), actual), actual) if step.name == "model server")
    assert (step.change, step.remedy) == ("failed", "loginctl enable-linger && claude-local-setup apply")


def test_a_key_that_would_be_none_is_refused() -> None:
    assert "begins with #" in hindered(config(auth_token="#key"), host()).problem


def test_why_there_can_be_none_fails_the_plan_before_anything_is_done() -> None:
    actual = host(arch="aarch64")
    steps = {step.name: step for step in plan(target_state(config(), actual), actual)}
    assert steps["model server"].change == "failed"
    assert "there is no llama-server to be had for aarch64" in steps["model server"].error


def test_what_the_program_needs_of_the_distribution_is_installed_with_it() -> None:
    actual = host(venv="", libgomp="", certificates="", bwrap="/usr/bin/bwrap", socat="/usr/bin/socat")
    steps = {step.name: step for step in plan(target_state(config(), actual), actual)}
    assert steps["packages"].diff.rstrip().endswith("install python3-venv libgomp1 ca-certificates")
