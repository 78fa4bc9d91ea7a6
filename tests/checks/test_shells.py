"""The shell blocks, in the real shells: what a new terminal finds."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shlex import quote

import pytest

from claude_local_setup.session.battery.leaving import why
from tests.homes import Home

SHELLS = {
    "bash": (".bashrc", ["bash", "-lic"]),
    "zsh": (".zshrc", ["zsh", "-lic"]),
    "fish": (".config/fish/config.fish", ["fish", "-lic"]),
}


LOGIN = '[ -n "$BASH_VERSION" ] && . "$HOME/.bashrc"\n'  # as Debian's


def ask(home: Home, shell: str, question: str) -> str:
    """What a fresh login shell answers, without ~/.local/bin on the PATH that it starts with."""
    words = ["setsid", *SHELLS[shell][1], question]
    done = subprocess.run(
        words, env=home.env, cwd=home.path, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30
    )
    return done.stdout.strip()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_new_terminal_finds_claude_local_and_nothing_of_the_users_is_lost(home: Home, shell: str) -> None:
    home.write(".profile", LOGIN)
    rc = home.write(SHELLS[shell][0], "echo mine\n")
    home.write("project/file", "")
    assert home.json("apply", "-y")["failed"] == 0
    assert ask(home, shell, "true") == "mine"
    said = ask(
        home,
        shell,
        "cd project; and claude-local --explain" if shell == "fish" else "cd project && claude-local --explain",
    )
    assert f"workspace  {home.path}/project" in said
    assert f"{home.path}/.local/bin" in ask(home, shell, "printenv PATH")
    assert rc.read_text().startswith("echo mine\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_no_anthropic_variable_is_exported(plain_home: Home, shell: str) -> None:
    plain_home.write(SHELLS[shell][0], "")
    plain_home.json("apply", "-y")
    assert "ANTHROPIC" not in ask(plain_home, shell, "env")


@pytest.mark.parametrize("shell", SHELLS)
def test_verify_asks_each_shell_that_has_a_block(plain_home: Home, shell: str) -> None:
    plain_home.write(".profile", LOGIN)
    rc = plain_home.write(SHELLS[shell][0], "")
    plain_home.json("apply", "-y")
    checks = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["check"].startswith(f"shell: {shell}")]
    assert len(checks) == 4
    assert [finding for finding in checks if not finding["ok"]] == []
    assignment = "set -gx PATH /usr/bin" if shell == "fish" else "PATH=/usr/bin; unalias claude-local"
    rc.write_text(rc.read_text() + f"{assignment}\n")
    after = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["check"].startswith(f"shell: {shell}")]
    assert [finding for finding in after if not finding["ok"]]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_claude_in_a_folder_that_is_called_like_ours_is_the_normal_one(plain_home: Home, shell: str) -> None:
    claude = plain_home.write("claude-local-test/claude-local/claude", "#!/bin/sh\n")
    claude.chmod(0o755)
    plain_home.write(".profile", LOGIN)
    rc = plain_home.write(SHELLS[shell][0], f"PATH={claude.parent}:$PATH\n")
    plain_home.json("apply", "-y")
    name = f"shell: {shell} starts the normal claude"
    for more, is_ok in (("", True), ("alias claude='~/.local/bin/claude-local -c'\n", False)):
        rc.write_text(rc.read_text() + more)
        (found,) = [each for each in plain_home.json("verify")["hosts"][0]["findings"] if each["check"] == name]
        assert found["ok"] == is_ok, more


def test_a_user_of_zsh_with_a_folder_of_their_own_for_it_gets_the_block_there(plain_home: Home) -> None:
    plain_home.extra["ZDOTDIR"] = str(plain_home.path / "zsh files")
    rc = plain_home.write("zsh files/.zshrc", "mine=1\n")
    plain_home.json("apply", "-y")
    assert "claude-local" in rc.read_text()
    assert not (plain_home.path / ".zshrc").exists()


def test_a_bash_login_file_that_does_not_read_bashrc_gets_the_path(plain_home: Home) -> None:
    plain_home.write(".bash_profile", "export MINE=1\n")
    plain_home.write(".bashrc", "")
    plain_home.json("apply", "-y")
    assert f"{plain_home.path}/.local/bin" in ask(plain_home, "bash", "printenv PATH")


def test_named_rc_files_are_the_only_ones_changed(plain_home: Home) -> None:
    plain_home.write(".bashrc", "mine\n")
    plain_home.write(".config/claude-local-setup/config.toml", '[shell]\nrc = ["~/.my rc"]\n')
    plain_home.json("apply", "-y")
    assert (plain_home.path / ".bashrc").read_text() == "mine\n"
    assert "claude-local" in (plain_home.path / ".my rc").read_text()


def test_an_empty_list_of_rc_files_changes_none(plain_home: Home) -> None:
    plain_home.write(".bashrc", "mine\n")
    plain_home.write(".config/claude-local-setup/config.toml", "[shell]\nrc = []\n")
    answer = plain_home.json("apply", "-y")
    assert (plain_home.path / ".bashrc").read_text() == "mine\n"
    assert not [step for step in answer["hosts"][0]["steps"] if step["name"].startswith("shell block")]


@pytest.mark.parametrize(
    ("shell", "line", "number"),
    [
        ("bash", "alias claude-local='echo OLD'", 9),
        ("bash", "unalias claude-local\nclaude-local() { echo OLD; }", 10),
        ("zsh", "alias claude-local='echo OLD'", 9),
        ("fish", "function claude-local; echo OLD; end", 8),
    ],
)
def test_another_definition_of_claude_local_is_found_where_it_is(
    plain_home: Home, shell: str, line: str, number: int
) -> None:
    plain_home.write(".profile", LOGIN)
    rc = plain_home.write(SHELLS[shell][0], "")
    plain_home.json("apply", "-y")
    rc.write_text(rc.read_text() + f"{line}\n")
    (problem,) = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["id"] == FINDS.format(shell)]
    assert problem["problem"] == f"another definition of {rc}, line {number}, stands before it"
    taken_over = line.startswith("alias")  # by the next apply
    edited = f'"${{EDITOR:-vi}}" +{number} {quote(str(rc))}'
    assert problem["remedy"] == ("claude-local-setup apply" if taken_over else edited)
    assert rc.read_text().splitlines()[number - 1] == line.splitlines()[-1]


FINDS = "shell.{}-finds-claude-local"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_claude_local_of_ones_own_that_scripts_would_run_is_found(plain_home: Home, shell: str) -> None:
    plain_home.write(".profile", LOGIN)
    rc = plain_home.write(SHELLS[shell][0], "")
    plain_home.json("apply", "-y")
    own = plain_home.write("own/claude-local", "#!/bin/sh\necho OLD\n")
    own.chmod(0o755)
    rc.write_text(rc.read_text() + "PATH=$HOME/own:$PATH\n")
    (problem,) = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["id"] == FINDS.format(shell)]
    assert problem["problem"] == f"{own} comes first on PATH"
    plain_home.run("sh", "-c", problem["remedy"])
    (found,) = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["id"] == FINDS.format(shell)]
    assert found["ok"], found


def test_an_rc_file_that_never_ends_is_said(plain_home: Home) -> None:
    plain_home.write(".profile", LOGIN)
    rc = plain_home.write(".bashrc", "")
    plain_home.json("apply", "-y")
    rc.write_text(rc.read_text() + "sleep 1000\n")
    (problem,) = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["id"] == FINDS.format("bash")]
    assert problem["problem"] == "its files take more than 15 seconds"


PLACE, LEAVES = "starts another program in the shell's place", "leaves where there is no terminal"


@pytest.mark.parametrize("shell", SHELLS)
def test_an_rc_file_that_takes_the_shell_away_is_a_note(plain_home: Home, shell: str) -> None:
    plain_home.write(".profile", LOGIN)
    rc = plain_home.write(SHELLS[shell][0], "")
    plain_home.json("apply", "-y")
    rc.write_text(rc.read_text() + "exec sh -l\n")
    checks = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["id"].startswith(f"shell.{shell}")]
    assert [(f["id"], f["ok"]) for f in checks] == [(FINDS.format(shell), True)]
    assert f"line {rc.read_text().count(chr(10))}, {PLACE}" in checks[0]["problem"], checks[0]
    assert checks[0]["remedy"] == "type claude-local"


AWAY = [  # a line of .bashrc, what is said of it where the shell did not answer, and where it did
    ("[ -z $ZSH_VERSION ] && [ -x /bin/zsh ] && exec /bin/zsh -l", PLACE, ""),
    ('[[ $- == *i* ]] && exec -l "$HOME/bin/fish"', PLACE, ""),
    ('[ -z "$TMUX" ] && { tmux new -A -s main; exit; }', "starts a terminal multiplexer", "leaves early"),
    ("command -v screen >/dev/null && screen -RR", "starts a terminal multiplexer", ""),
    ("[[ -t 0 ]] || exit", LEAVES, LEAVES),
    ("if ! tty -s; then return; fi", LEAVES, LEAVES),
    ("case $TERM in dumb) exit ;; esac", LEAVES, LEAVES),
    ("  exit 0", "leaves early", "leaves early"),
    ("exec 2>/dev/null", "", ""),
    ("# exec zsh", "", ""),
    ("alias exitcode='echo $?'", "", ""),
]


@pytest.mark.parametrize(("line", "unanswered", "answered"), AWAY)
def test_what_takes_a_shell_away_is_told_by_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, unanswered: str, answered: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".bashrc").write_text(f"mine=1\n{line}\n")
    for is_answered, said in ((False, unanswered), (True, answered)):
        assert why("bash", answered=is_answered) == (said and f"~/.bashrc, line 2, {said}")


def test_so_is_one_that_leaves_without_a_terminal_before_our_lines(plain_home: Home) -> None:
    plain_home.write(".profile", LOGIN)
    plain_home.write(".bashrc", "[ -t 0 ] || return\n")
    plain_home.json("apply", "-y")
    (found,) = [f for f in plain_home.json("verify")["hosts"][0]["findings"] if f["id"].startswith("shell.bash")]
    assert found["ok"]
    assert found["problem"].startswith("~/.bashrc, line 1, leaves where there is no terminal")
