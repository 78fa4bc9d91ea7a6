"""`config set`, `unset`, `edit`: odd values, what is said, and that sessions say until apply that it is not applied."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from claude_local_setup.session.values import config_sum
from tests.homes import Home

CONFIG = ".config/claude-local-setup/config.toml"
LATER = "set; takes effect with: claude-local-setup apply\n"
NOT_YET = "claude-local: the config was changed and is not applied yet: claude-local-setup apply\n"


@pytest.mark.parametrize(
    ("key", "written", "value", "file"),
    [
        ("settings", "{}", "{}", ""),
        ("settings", '{"theme": "dark", "a": {"b": [1]}}', '{"theme": "dark", "a": {"b": [1]}}', "[settings]\n"),
        ("settings", '{ theme = "dark" }', '{"theme": "dark"}', "[settings]\n"),
        ("network.ports", "3000,4000", "[3000, 4000]", "[3000, 4000]"),
        ("isolation.mask", "12,.env", '["12", ".env"]', '["12", ".env"]'),
        ("isolation.read", '"~/a, b","/c"', '["~/a, b", "/c"]', '"~/a, b"'),
        ("server.context_tokens", "24000", "24000", "24000"),
        ("server.model", "", "", 'model = ""'),
    ],
)
def test_odd_values_are_right(plain_home: Home, key: str, written: str, value: str, file: str) -> None:
    done = plain_home.setup("config", "set", key, written)
    assert (done.returncode, done.stdout) == (0, LATER), done.stderr
    assert plain_home.setup("config", "get", key).stdout == f"{value}\n"
    assert file in (plain_home.path / CONFIG).read_text()


@pytest.mark.parametrize(
    ("key", "written", "said"),
    [
        ("network.ports", "3000,abc", "'abc' must be a whole number"),
        ("network.ports", "3000,70000", "70000 is not a port"),
        ("settings", '{"a": null}', "only what TOML can say"),
        ("settings", "dark", "must be a table"),
        ("settings", "[1]", "must be a table"),
        ("server.context_tokens", "1000", "must be 0, or 24000 or more"),
        ("isolation.write", "/", "too wide"),
        ("claude.path", "claude", "must begin with /"),
    ],
)
def test_what_can_never_work_is_refused(plain_home: Home, key: str, written: str, said: str) -> None:
    done = plain_home.setup("config", "set", key, written)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (plain_home.path / CONFIG).exists()


@pytest.mark.parametrize(
    ("key", "written"),
    [("claude.path", "/nope"), ("isolation.write", "/does/not/exist"), ("isolation.read", "~/nope"),
     ("server.model_source", "~/nope.gguf")],
)  # fmt: skip
def test_what_is_not_there_yet_is_taken_and_said(plain_home: Home, key: str, written: str) -> None:
    done = plain_home.setup("config", "set", key, written)
    assert (done.returncode, done.stdout, done.stderr) == (0, LATER, f"{written} is not there yet\n")


def test_unset_takes_a_key_out_and_keeps_the_rest(plain_home: Home) -> None:
    file = plain_home.write(CONFIG, "# mine\n[server] # kept\nmodel = 'x' # why\n\n[isolation]\nlevel = 'strict'\n")
    assert "unset; takes effect" in plain_home.setup("config", "unset", "isolation.level").stdout
    assert file.read_text() == "# mine\n[server] # kept\nmodel = 'x' # why\n\n"
    assert plain_home.setup("config", "unset", "isolation.level").stdout == "it was not set\n"
    done = plain_home.setup("config", "unset", "isolation.levle")
    assert done.returncode == 2
    assert "did you mean isolation.level?" in done.stderr


def test_a_mistake_in_the_file_can_be_unset(plain_home: Home) -> None:
    file = plain_home.write(CONFIG, "[server]\nmodle = 'x'\nmodel = 'y'\n")
    assert plain_home.setup("config", "unset", "server.modle").returncode == 0
    assert file.read_text() == "[server]\nmodel = 'y'\n"
    file.write_text("server = 3\n")
    done = plain_home.setup("config", "set", "server.model", "x")
    assert done.returncode == 2
    assert "server must be a table" in done.stderr


def test_the_key_comes_from_standard_input_and_nobody_else_reads_it(plain_home: Home) -> None:
    plain_home.write(CONFIG, "").chmod(0o644)
    plain_home.setup("apply", "-y")
    words = [sys.executable, "-m", "claude_local_setup", "config", "set", "server.auth_token", "-"]
    assert plain_home.run(*words, given="s3cret-0ne\n").stdout == LATER
    assert (plain_home.path / CONFIG).stat().st_mode & 0o777 == 0o600
    assert plain_home.setup("config", "get", "server.auth_token").stdout == "s3cret-0ne\n"
    for words in (["apply", "--dry-run", "--diff"], ["apply", "--dry-run", "--json"], ["apply", "-y"]):
        done = plain_home.setup(*words)
        assert "(hidden, another one)" in done.stdout or words[-1] == "-y"
        assert "s3cret-0ne" not in done.stdout + done.stderr
    plain_home.setup("config", "set", "server.auth_token", "another")
    done = plain_home.setup("apply", "--dry-run", "--json")
    assert "s3cret-0ne" not in done.stdout
    assert "another" not in done.stdout.replace("another one", "")


def test_a_session_says_until_apply_that_the_config_is_not_applied(plain_home: Home) -> None:
    work = plain_home.workspace()

    def told() -> str:
        return plain_home.local("--jail", "true", cwd=work).stderr

    assert plain_home.setup("config", "set", "isolation.tmp_percent", "40").stdout == LATER
    plain_home.setup("apply", "-y")
    assert told() == ""
    assert plain_home.setup("config", "set", "isolation.tmp_percent", "30").stdout == LATER
    assert told() == NOT_YET
    assert (
        plain_home.setup("config", "set", "isolation.tmp_percent", "40").stdout == "set; it is what was applied last\n"
    )
    file = plain_home.path / CONFIG
    file.write_text(f"# a comment\n\n{file.read_text()}")
    assert told() == ""
    assert plain_home.json("apply", "-y")["changed"] == 0
    file.unlink()
    assert told() == NOT_YET
    plain_home.setup("apply", "-y")
    assert told() == ""


def test_comments_and_empty_lines_are_no_change() -> None:
    assert config_sum(b"# x\n\n [a]\nb = 1\r\n") == config_sum(b"[a]\n# y\nb = 1") != config_sum(b"[a]\nb = 2")
    assert config_sum(None) == config_sum(b"") == config_sum(b"\n# x") == 0


EDITORS = {
    "nosucheditor": "the editor nosucheditor cannot be started: No such file or directory",
    "/etc": "cannot be started: Permission denied",
    "false": "false failed; nothing was changed",
    "'": "EDITOR is no command: '",
    "rm": "rm left no text",
    "sh -c 'printf \\\\377 >$0'": "sh left no text",
}


@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_that_does_not_edit_is_said_in_a_sentence(plain_home: Home, editor: str) -> None:
    plain_home.extra["EDITOR"] = editor
    done = plain_home.setup("config", "edit")
    assert done.returncode == 1
    assert EDITORS[editor] in done.stderr
    assert done.stderr.count("remedy:") == 1
    assert "Traceback" not in done.stderr


BROKEN = "sed -i '1i [server'"


def test_an_edit_that_is_not_valid_is_kept_and_gone_on_with(plain_home: Home) -> None:
    file = plain_home.write(CONFIG, "[isolation]\nlevel = 'strict'\n")
    kept = file.with_name("config.toml.edited")
    plain_home.extra["EDITOR"] = BROKEN
    done = plain_home.setup("config", "edit")
    assert done.returncode == 2
    assert f"nothing was changed, {kept} keeps your edit" in done.stderr
    assert file.read_text() == "[isolation]\nlevel = 'strict'\n"
    assert kept.read_text() == "[server\n[isolation]\nlevel = 'strict'\n"
    plain_home.extra["EDITOR"] = "sed -i '1s/.*/[server]/'"
    assert plain_home.setup("config", "edit").stdout == "changed; takes effect with: claude-local-setup apply\n"
    assert file.read_text() == "[server]\n[isolation]\nlevel = 'strict'\n"
    assert not kept.exists()


def edited(home: Home, answers: str) -> tuple[int, str]:
    """An edit at a terminal with these answers."""
    words = ["-m", "claude_local_setup", "config", "edit"]
    child = pexpect.spawn(sys.executable, words, env=home.env, cwd=home.path, timeout=60, encoding="utf-8")
    said = ""
    for answer in answers:
        child.expect_exact("What now?")
        said += str(child.before)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus or 0, said + str(child.before)


def test_at_a_terminal_one_may_edit_again_or_throw_it_away(plain_home: Home, tmp_path: Path) -> None:
    file = plain_home.write(CONFIG, "[isolation]\nlevel = 'strict'\n")
    plain_home.extra["EDITOR"] = BROKEN
    code, said = edited(plain_home, "ex")
    assert (code, said.count("not valid TOML")) == (2, 2)
    assert "your edit was thrown away" in said
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]
    plain_home.extra["EDITOR"] = "sed -i -e 's/strict/bash/;t' -e 's/bash/open/;t' -e 's/open/config/'"
    file.write_text("[isolation]\nlevel = 'bash'\n")
    code, said = edited(plain_home, "e")
    assert code == 0
    assert "must be one of" in said
    assert file.read_text() == "[isolation]\nlevel = 'config'\n"
