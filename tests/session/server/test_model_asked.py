"""What a session asks about its model: the status line, /local-model, the key, and the numbers in its settings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from claude_local_setup import session
from claude_local_setup.session.server.context import (
    OVERRIDDEN,
    numbers,
    output_limit,
    session_rules,
    set_context,
    with_context,
)
from claude_local_setup.session.server.key import read_key
from claude_local_setup.session.server.model import hook, status
from claude_local_setup.session.words import Refusal
from tests.fakes.messages_api import MessagesApi
from tests.fakes.model_servers import Hostile, LlamaSwap, ModelServer
from tests.homes import SYSTEM_PYTHON
from tests.real.llama import Llama
from tests.session.server.asking import KEY, values
from tests.session.server.test_server import router

SETTINGS = b'{ "theme":\t"dark", "env": {"CLAUDE_CODE_ATTRIBUTION_HEADER" : "0" , "MINE": "\xc3\xbc"},\n\n"x": 1e0 }'
WITH = SETTINGS.replace(
    b'"0" ,',
    b'"0", "CLAUDE_LOCAL_CONTEXT_TOKENS": "40960", "CLAUDE_CODE_AUTO_COMPACT_WINDOW": "100000", '
    b'"CLAUDE_AUTOCOMPACT_PCT_OVERRIDE": "30.115", "CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE": "30768", '
    b'"CLAUDE_CODE_MAX_OUTPUT_TOKENS": "8192" ,',
)
SESSION = {"model": {"id": "good"}, "context_window": {"used_percentage": 7, "context_window_size": 200000}}
BEGUN_WITH = "65536"  # tokens of context, as the session's environment says


def settings_of(home: Path, content: bytes = SETTINGS) -> Path:
    file = home / ".claude-local/settings.json"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    return file


# The numbers in settings.json


def test_only_our_own_keys_change_and_taking_them_out_gives_the_same_bytes() -> None:
    assert with_context(SETTINGS, 40960, 0) == WITH
    assert with_context(WITH, 40960, 0) == WITH
    assert with_context(WITH, 0, 0) == SETTINGS
    assert b'"131072"' in with_context(WITH, 131072, 0)
    for other in (b"", b"{}", b'{"env": {"CLAUDE_CODE_ATTRIBUTION_HEADER": "1"}}', b"\xff\x00"):
        assert with_context(other, 40960, 0) == other
    assert (output_limit(24000, 0), output_limit(1 << 20, 0), output_limit(40960, 999)) == (6000, 8192, 999)


def test_a_session_sums_up_before_the_context_is_full() -> None:
    assert numbers(0, 0) == []
    for context in (24_000, 32_768, 65_536, 100_000, 131_072, 200_000, 1 << 20):
        told = dict(numbers(context, 0))
        answer, window = int(told["CLAUDE_CODE_MAX_OUTPUT_TOKENS"]), int(told["CLAUDE_CODE_AUTO_COMPACT_WINDOW"])
        sums_up = int((window - answer) * float(told["CLAUDE_AUTOCOMPACT_PCT_OVERRIDE"]) / 100)
        ends = int(told["CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE"])
        assert context // 2 < sums_up < ends < context - answer or (context > 200_000 and ends < 200_000)
        assert window in range(100_000, 200_001)


def test_the_file_keeps_its_mode_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = settings_of(tmp_path)
    file.chmod(0o640)
    before = file.stat().st_ino
    set_context(str(file), 40960, 0)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (WITH, 0o640)
    assert file.stat().st_ino != before  # never written in place
    assert list(file.parent.iterdir()) == [file]
    set_context(str(file), 0, 0)
    assert file.read_bytes() == SETTINGS
    unchanged = file.stat().st_ino
    set_context(str(file), 0, 0)
    assert file.stat().st_ino == unchanged


def test_links_pipes_large_and_read_only_files_stay_as_they_are(tmp_path: Path) -> None:
    file = settings_of(tmp_path)
    victim = tmp_path / "victim"
    victim.write_bytes(SETTINGS)
    file.unlink()
    file.symlink_to(victim)
    set_context(str(file), 40960, 0)
    assert (victim.read_bytes(), file.is_symlink()) == (SETTINGS, True)
    file.unlink()
    os.mkfifo(file)
    set_context(str(file), 40960, 0)
    file.unlink()
    file.write_bytes(SETTINGS + b" " * 1_000_001)
    set_context(str(file), 40960, 0)
    assert file.stat().st_size > 1_000_000
    file.write_bytes(SETTINGS)
    file.chmod(0o400)
    set_context(str(file), 40960, 0)
    assert file.read_bytes() == SETTINGS
    set_context(str(tmp_path / "nowhere/settings.json"), 40960, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    file = settings_of(tmp_path)
    file.parent.chmod(0o500)
    set_context(str(file), 40960, 0)
    assert file.read_bytes() == SETTINGS
    file.parent.chmod(0o700)


def test_the_rules_of_a_session_name_its_model_and_its_server(tmp_path: Path) -> None:
    text = '{\n  "model": "compat",\n  "env": {"ANTHROPIC_BASE_URL": "http://a:1", "X": "not-compat"}\n}\n'
    here = values(tmp_path, "http://b:2", sent_env=[["ANTHROPIC_BASE_URL", "http://a:1"]])
    assert session_rules(text, here, "qwen") == text.replace('"compat"', '"qwen"').replace("a:1", "b:2")


def test_the_rules_of_a_session_name_the_models_that_it_may_switch_to(tmp_path: Path) -> None:
    text = json.dumps({"modelOverrides": {OVERRIDDEN: "compat"}}, indent=2)
    told = json.loads(session_rules(text, values(tmp_path, "http://b:2", sent_env=[]), "qwen", ["gemma", "a/b"]))
    assert told["modelOverrides"] == {
        OVERRIDDEN: "qwen",
        f"0-{OVERRIDDEN}": "gemma",
        f"1-{OVERRIDDEN}": "a/b",
    }


# The key


def test_the_key_is_read_from_a_file_of_ours_only(tmp_path: Path) -> None:
    file = tmp_path / "enforced.json"

    def problem() -> str:
        with pytest.raises(Refusal) as caught:
            read_key(str(file))
        assert caught.value.remedy == "claude-local-setup apply"
        return caught.value.problem

    assert problem() == f"{file} is missing"
    good = json.dumps({"env": {"ANTHROPIC_AUTH_TOKEN": KEY}})
    file.write_text(good)
    assert read_key(str(file)) == KEY
    for damaged in (
        "",
        "{",
        "[]",
        '{"env": []}',
        '{"env": {}}',
        '{"env": {"ANTHROPIC_AUTH_TOKEN": "a\\nb"}}',
        "[" * 99999,
    ):
        file.write_text(damaged)
        assert problem() == f"{file} is damaged"
    file.write_bytes(b"\xff" + good.encode())
    assert problem() == f"{file} is damaged"
    file.unlink()
    other = tmp_path / "other"
    other.write_text(good)
    file.symlink_to(other)
    assert problem() == f"{file} is missing"
    file.unlink()
    os.mkfifo(file)
    assert problem() == f"{file} is missing"


@pytest.mark.root
def test_another_users_key_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "enforced.json"
    file.write_text(json.dumps({"env": {"ANTHROPIC_AUTH_TOKEN": KEY}}))
    os.chown(file, 65534, 65534)
    with pytest.raises(Refusal, match="is missing"):
        read_key(str(file))


# The status line


def line(home: Path, base_url: str, session: object = SESSION, **more: object) -> str:
    return status(values(home, base_url, **more), KEY, json.dumps(session))


def test_the_line_says_what_answers_and_the_settings_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = settings_of(tmp_path)
    monkeypatch.setenv("CLAUDE_LOCAL_CONTEXT_TOKENS", BEGUN_WITH)
    with MessagesApi() as api:
        api.load("folder/qwen", 40960)
        assert line(tmp_path, api.base_url, context_tokens=30000) == "qwen · 40960 tokens · 7% used"
        assert file.read_bytes() == SETTINGS  # the config's number stands
        assert line(tmp_path, api.base_url) == "qwen · 40960 tokens · 7% used"
        assert file.read_bytes() == WITH
        assert line(tmp_path, api.base_url, {}) == "qwen · 40960 tokens"
        assert status(values(tmp_path, api.base_url), KEY, "no JSON") == "qwen · 40960 tokens"
        api.state = "loading"
        assert line(tmp_path, api.base_url) == "the model is loading"
    assert line(tmp_path, api.base_url) == "no server answers"


def test_with_several_models_it_says_which_the_session_has(scripted: dict[str, Path], tmp_path: Path) -> None:
    with LlamaSwap({"qwen": 65536, "gemma": 40960}) as swap:
        assert line(tmp_path, swap.base_url) == ""
        swap.run("gemma")
        assert line(tmp_path, swap.base_url) == "gemma · 40960 tokens · 7% used"
    with router(tmp_path, scripted) as server:
        assert line(tmp_path, server.base_url) == "good · 7% used"  # not loaded, and not by asking
        assert line(tmp_path, server.base_url) == "good · 7% used"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1b[31m" * 99,
        b'{"default_generation_settings":{"n_ctx":9},"model_alias":"\\u001b[2J\\u009b"}',
        b'{"running":[{"model":"\\u001b]0;x","state":"ready"}]}',
        b"[" * 100_000,
    ],
)
def test_nothing_of_a_hostile_server_reaches_the_terminal(tmp_path: Path, content: bytes) -> None:
    with Hostile(content) as server:
        said = line(tmp_path, server.url, {"model": {"id": "\x1b[2J"}, "context_window": {"used_percentage": "\x1b"}})
        hooked = hook(
            values(tmp_path, server.url, management_url=server.url), KEY, '{"prompt": "/local-model \\u001b[2J"}'
        )
    assert said.isprintable()
    assert "\x1b" not in json.loads(hooked)["reason"]


# /local-model


def reason(home: Path, base_url: str, prompt: str, **more: object) -> str:
    said = hook(values(home, base_url, **more), KEY, json.dumps({"prompt": prompt}))
    answer = json.loads(said)
    assert answer["decision"] == "block"
    return str(answer["reason"])


def test_prompts_that_are_not_for_it_go_on(tmp_path: Path) -> None:
    for given in ("", "[]", '{"prompt": 1}', '{"prompt": "/local-modeling"}', '{"prompt": "what is /local-model"}'):
        assert hook(values(tmp_path, "http://127.0.0.1:1"), KEY, given) == ""


def test_the_management_apis_models_are_listed_and_switched(tmp_path: Path) -> None:
    file = settings_of(tmp_path)
    with MessagesApi() as api, ModelServer(api, {"qwen": 65536, "gemma": 40960, "missing": 0}) as server:
        there = {"management_url": server.url}
        assert reason(tmp_path, api.base_url, "/local-model", **there) == (
            "models: qwen gemma missing\nloaded: qwen (65536 tokens of context)\nswitch with: /local-model NAME"
        )
        assert "knows no model x, only: qwen gemma missing" in reason(tmp_path, api.base_url, "/local-model x", **there)
        assert "did not start missing" in reason(tmp_path, api.base_url, "/local-model missing", **there)
        said = reason(tmp_path, api.base_url, "/local-model gemma ", **there)
        assert said.startswith("switched: gemma answers now, with a context of 40960 tokens\n(all is well")
        assert server.active == "gemma"
    assert file.read_bytes() == WITH


def test_a_switch_to_a_model_with_too_small_a_context_is_refused(tmp_path: Path) -> None:
    with MessagesApi() as api, ModelServer(api, {"qwen": 65536, "tiny": 8192}) as server:
        said = reason(tmp_path, api.base_url, "/local-model tiny", management_url=server.url)
        assert "its context of 8192 tokens is too small" in said
        assert (server.active, server.switches) == ("qwen", 0)


def test_where_there_is_none_it_says_what_is_loaded(scripted: dict[str, Path], tmp_path: Path) -> None:
    with Llama(tmp_path, "-m", str(scripted["good"]), "-c", "65536", "--alias", "one") as server:
        for management in ("", "http://127.0.0.1:9"):
            said = reason(tmp_path, server.base_url, "/local-model", management_url=management)
            assert said.startswith("models: one\nloaded: one (65536 tokens of context)\n")
    with LlamaSwap({"qwen": 65536}) as swap:
        assert "/model NAME" in reason(tmp_path, swap.base_url, "/local-model qwen")
        assert swap.running == ""
    assert "no server answers" in reason(tmp_path, swap.base_url, "/local-model")


def test_level_strict_says_where_to_switch(tmp_path: Path) -> None:
    said = reason(tmp_path, "http://127.0.0.1:9", "/local-model x", management_url="http://127.0.0.1:9", level="strict")
    assert "claude-local-setup models use NAME" in said


# As it runs on a host


def test_it_runs_with_the_systems_python_and_nothing_but_its_own_folder(tmp_path: Path) -> None:
    starter = (
        "import sys; product = sys.argv.pop(1); sys.path.insert(0, product);"
        "from session.server.model import main; sys.exit(main(sys.argv[1:], product))"
    )
    product = tmp_path / ".local/share/claude-local"
    shutil.copytree(Path(session.__file__).parent, product / "session")

    def run(word: str, given: str) -> tuple[int, str]:
        words = [SYSTEM_PYTHON, "-IS", "-c", starter, str(product), word]
        done = subprocess.run(words, input=given, capture_output=True, text=True, cwd=tmp_path)
        return done.returncode, done.stdout + done.stderr

    with MessagesApi() as api:
        here = values(tmp_path, api.base_url)
        (product / "values.json").write_text(json.dumps(here.__dict__))
        assert run("status", json.dumps(SESSION)) == (0, "local-model · 65536 tokens · 7% used\n")
        assert run("hook", '{"prompt": "hello"}') == (0, "")
        code, said = run("hook", '{"prompt": "/local-model"}')
        assert (code, json.loads(said)["decision"]) == (0, "block")
    code, said = run("other", "")
    assert code == 2
    assert "claude-local-setup models" in said
