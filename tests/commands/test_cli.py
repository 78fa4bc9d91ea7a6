"""The command line: config, completion, --debug, what a pipe and a terminal get, and the JSON document."""

from __future__ import annotations

import json
import os
import sys

import pexpect
import pytest

from tests.homes import Home, tree

CONFIG = ".config/claude-local-setup/config.toml"


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("server.base_url", "http://gpu:9000", "http://gpu:9000"),
        ("server.model", "qwen 3", "qwen 3"),
        ("server.context_tokens", "32768", "32768"),
        ("isolation.hide", "~/a b,~/c", '["~/a b", "~/c"]'),
        ("network.ports", "[3000, 4000]", "[3000, 4000]"),
        ("network.ports", "3000", "[3000]"),
        ("network.ports", "3000, 4000", "[3000, 4000]"),
        ("network.ports", "", "[]"),
        ("shell.rc", "~/.myrc", '["~/.myrc"]'),
        ("shell.rc", "auto", "auto"),
    ],
)
def test_what_config_set_writes_config_get_reads(plain_home: Home, key: str, written: str, value: str) -> None:
    plain_home.write(CONFIG, "# mine\n[server] # kept\nauth_token = 'k'\n")
    done = plain_home.setup("config", "set", key, written)
    assert done.returncode == 0, done.stderr
    assert plain_home.setup("config", "get", key).stdout == f"{value}\n"
    assert (plain_home.path / CONFIG).read_text().startswith("# mine\n[server] # kept\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set", "server.base_ulr", "x"], "did you mean server.base_url?"),
        (["set", "isolation.level", "open"], "must be one of"),
        (["set", "network.ports", "http"], "must be a whole number"),
        (["get", "nothing.here"], "unknown key"),
    ],
)
def test_a_wrong_key_or_value_is_refused_and_the_file_kept(plain_home: Home, words: list[str], said: str) -> None:
    file = plain_home.write(CONFIG, "# mine\n")
    done = plain_home.setup("config", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert file.read_text() == "# mine\n"


def test_config_show_marks_what_was_set_and_path_says_where(plain_home: Home) -> None:
    plain_home.setup("config", "set", "isolation.level", "strict")
    lines = plain_home.setup("config").stdout.splitlines()
    assert [line.split()[:3] for line in lines if line.startswith("*") and "=" not in line] == [
        ["*", "isolation.level", '"strict"']
    ]
    assert plain_home.setup("config", "path").stdout == f"{plain_home.path / CONFIG}\n"


def test_config_edit_takes_a_valid_file_and_refuses_another(plain_home: Home) -> None:
    plain_home.extra["EDITOR"] = "sed -i 's/^# level = .*/level = \"strict\"/'"
    assert "changed" in plain_home.setup("config", "edit").stdout
    assert plain_home.setup("config", "get", "isolation.level").stdout == "strict\n"
    before = (plain_home.path / CONFIG).read_bytes()
    plain_home.extra["EDITOR"] = "sed -i 's/strict/open/'"
    done = plain_home.setup("config", "edit")
    assert done.returncode == 2
    assert "nothing was changed" in done.stderr
    assert (plain_home.path / CONFIG).read_bytes() == before


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_valid_in_its_shell(plain_home: Home, shell: str) -> None:
    script = plain_home.write("completion", plain_home.setup("completion", shell).stdout)
    assert "claude-local-setup" in script.read_text()
    assert plain_home.run(shell, "-n", str(script)).returncode == 0


def test_debug_shows_the_traceback_of_an_expected_error(plain_home: Home) -> None:
    plain_home.write(CONFIG, "[server\n")
    assert "Traceback" not in plain_home.setup("apply").stderr
    assert "Traceback" in plain_home.setup("apply", "--debug").stderr


def test_a_pipe_gets_plain_lines(plain_home: Home) -> None:
    done = plain_home.setup("apply", "-y")
    assert "\x1b" not in done.stdout + done.stderr
    assert "changed, " in done.stdout
    assert "normal claude: unchanged" in done.stdout


@pytest.mark.parametrize(("no_color", "coloured"), [(None, True), ("1", False)])
def test_a_terminal_gets_colours_unless_told_otherwise(plain_home: Home, no_color: str | None, coloured: bool) -> None:
    env = plain_home.env | ({"NO_COLOR": no_color} if no_color else {})
    words = ["-m", "claude_local_setup", "apply", "--dry-run"]
    child = pexpect.spawn(sys.executable, words, env=env, cwd=plain_home.path, timeout=60)
    child.expect(pexpect.EOF)
    assert (b"\x1b[" in child.before) is coloured


def test_the_json_document_has_the_promised_shape(plain_home: Home) -> None:
    for words in (["apply", "--dry-run"], ["apply", "-y"], ["verify"], ["status"]):
        answer = plain_home.json(*words)
        assert set(answer) == {"hosts", "changed", "pending", "failed", "problems"}
        (host,) = answer["hosts"]
        assert set(host) == {"host", "reached", "steps", "findings"}
        assert {frozenset(step) for step in host["steps"]} == {frozenset({"name", "change", "diff", "error"})}
        assert {step["change"] for step in host["steps"]} <= {"none", "pending", "changed", "failed"}
        assert {frozenset(f) for f in host["findings"]} == {frozenset({"id", "check", "ok", "problem", "remedy"})}


def test_a_dry_run_shows_each_file_as_a_diff_if_asked_and_ends_0(plain_home: Home) -> None:
    plain_home.write(".bashrc", "mine\n")
    short = plain_home.setup("apply", "--dry-run").stdout
    assert "changed  ~/.bashrc  (+8 lines)" in short
    assert "every line of it: claude-local-setup apply --dry-run --diff\n" in short
    done = plain_home.setup("apply", "--dry-run", "--diff")
    assert done.returncode == 0
    assert "+++ ~/.bashrc" in done.stdout
    assert " mine" in done.stdout
    assert "+++ ~/.local/bin/claude-local" in done.stdout
    assert tree(plain_home.path).keys() == {".bashrc"}


def test_one_cause_is_one_problem(plain_home: Home) -> None:
    """Nothing is set up, there is no claude; then there is no server, and whatever waits for one is counted there."""
    answer = plain_home.json("verify")
    problems = {item["id"]: item for item in answer["hosts"][0]["findings"] if not item["ok"]}
    assert set(problems) == {"target-state.in-place", "claude.found"}
    assert "wrapper" in problems["target-state.in-place"]["problem"]
    assert plain_home.json("apply", "-y")["failed"] == 0
    problems = {item["id"]: item for item in plain_home.json("verify")["hosts"][0]["findings"] if not item["ok"]}
    assert set(problems) == {"server.answers", "claude.found"}
    assert problems["server.answers"]["problem"].endswith("(5 more checks wait for it)")
    assert problems["server.answers"]["remedy"] == "claude-local-setup init"


def test_a_level_that_confines_nothing_is_noted_and_so_is_a_normal_claude_that_changed(plain_home: Home) -> None:
    plain_home.write(".claude/settings.json", "{}")
    plain_home.setup("config", "set", "isolation.level", "config")
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.write(".claude/settings.json", '{"theme": "dark"}')
    notes = [item for item in plain_home.json("verify")["hosts"][0]["findings"] if item["ok"] and item["problem"]]
    assert [item["id"] for item in notes] == ["boundary.level", "normal-claude.unchanged-since-the-last-apply"]
    assert "note boundary: level config: nothing is confined" in plain_home.setup("verify").stdout


def test_a_config_that_is_not_applied_is_one_problem(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    plain_home.setup("config", "set", "isolation.level", "strict")
    bad = {item["id"]: item for item in plain_home.json("verify")["hosts"][0]["findings"] if not item["ok"]}
    assert [name for name in bad if not name.startswith(("claude.", "server."))] == ["target-state.values.json"]
    problem = bad["target-state.values.json"]["problem"]
    assert problem == 'not applied yet: isolation.level: "session" -> "strict"'


def test_verify_ends_1_where_something_is_wrong_and_status_0(plain_home: Home) -> None:
    done = plain_home.setup("verify")
    assert done.returncode == 1
    assert "wrapper" in done.stdout.partition("FAIL target state: in place: ")[2].partition("\n")[0]
    assert plain_home.setup("status").returncode == 0
    assert tree(plain_home.path) == {}
    assert json.loads(plain_home.setup("doctor", "--json").stdout)["problems"] > 0


def test_verify_ends_0_where_all_is_well(plain_home: Home) -> None:
    from tests.fakes.messages_api import MessagesApi

    claude = plain_home.write("bin/claude", "#!/bin/sh\necho 2.1.330 '(Claude Code)'\n")
    claude.chmod(0o755)
    with MessagesApi() as api:
        plain_home.write(CONFIG, f'[server]\nbase_url = "{api.base_url}"\n[claude]\npath = "{claude}"\n')
        plain_home.setup("apply", "-y")
        done = plain_home.setup("verify")
    assert done.returncode == 0, done.stdout
    assert os.fsdecode(b"0 problems") in done.stdout


def test_help_names_every_command(plain_home: Home) -> None:
    text = plain_home.setup("--help").stdout
    for command in ("apply", "verify", "status", "config", "completion"):
        assert f"  {command} " in text
