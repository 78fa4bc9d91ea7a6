"""A claude-local by other hands, in use before the first apply: said, taken over, and given back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, tree
from tests.session.kept.states import PROGRAM, session, set_up

ALIAS = "alias claude-local='HOME=~/.claude-local ANTHROPIC_BASE_URL=http://127.0.0.1:8080 claude'"
OWN = "#!/bin/sh\nHOME=~/.claude-local exec claude\n"
OWN_SETTINGS = {"theme": "dark", "permissions": {"allow": ["Read(src/**)"]}, "env": {"MINE": "1"}}


@pytest.fixture
def used(home: Home) -> Home:
    """By an alias with HOME=~/.claude-local, and a program of the user's own."""
    home.write(".bashrc", f"mine=1\n{ALIAS}\nlast=1")
    home.write(".bash_aliases", f'if true; then\n  {ALIAS} # local\r\nfi\nalias cl="claude-local --resume"\n')
    home.write("bin/claude-local", OWN).chmod(0o755)
    home.write(".claude-local/.claude/settings.json", json.dumps(OWN_SETTINGS))
    home.write(".claude-local/.claude/CLAUDE.md", "Mine.")
    home.write(".claude-local/.claude/agents/mine.md", "my agent\n")
    project = home.workspace()
    named = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(project))
    line = json.dumps({"cwd": str(project), "sessionId": "s", "text": "earlier work"})
    home.write(f".claude-local/.claude/projects/{named}/s.jsonl", f"{line}\n")
    return home


def test_what_is_taken_over_is_said_before_the_question(used: Home) -> None:
    said = used.setup("apply", "--dry-run").stdout
    for line in (
        "an alias claude-local in ~/.bashrc, line 2, is put out of force",
        "an alias claude-local in ~/.bash_aliases, line 2, is put out of force",
        "~/bin/claude-local, which is not ours, is kept as ~/bin/claude-local.before-claude-local-setup",
        "~/.claude-local/.claude has settings and sessions of an earlier claude-local: used from there, not changed",
    ):
        assert line in said.splitlines()
    assert "moved    ~/bin/claude-local  to ~/bin/claude-local.before-claude-local-setup" in said


def test_a_session_has_the_earlier_settings_instructions_agents_and_transcripts(used: Home, api: MessagesApi) -> None:
    set_up(used, api)
    script = "cd ~/.claude-local && cat settings.json CLAUDE.md agents/mine.md projects/*/*.jsonl"
    seen = session(used, used.path / "project", script).stdout
    for own in ('"theme": "dark"', "Read(src/**)", '"MINE": "1"', "Mine.", "my agent", "earlier work"):
        assert own in seen


def test_another_program_in_the_wrapper_s_place_is_said_and_comes_back(plain_home: Home) -> None:
    own = plain_home.write(".local/bin/claude-local", OWN)
    own.chmod(0o750)
    before = tree(plain_home.path)
    said = plain_home.setup("apply", "-y")
    assert "~/.local/bin/claude-local is not ours: it is replaced, and remove brings it back" in said.stdout
    assert "not ours" not in plain_home.setup("apply", "-y").stdout
    assert plain_home.json("remove", "-y")["failed"] == 0
    assert tree(plain_home.path) == before


def test_what_a_link_in_the_wrapper_s_place_leads_to_is_not_written(plain_home: Home) -> None:
    own = plain_home.write("src/mine.sh", OWN)
    link = plain_home.write(".local/bin/x", "").with_name("claude-local")
    link.symlink_to(own)
    done = plain_home.setup("apply", "-y")
    assert (done.returncode, own.read_text()) == (1, OWN)
    assert f"{link} is a link to {own}, which is not ours" in done.stderr
    pasted = done.stderr.partition("remedy: ")[2].splitlines()[0]
    assert plain_home.run("bash", "-c", pasted).returncode == 0
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert own.read_text() == OWN


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_shell_starts_the_earlier_one(used: Home, api: MessagesApi, shell: str) -> None:
    if shell == "zsh":
        used.write(".zshrc", f"{ALIAS}\nPATH=~/bin:$PATH\n")
    elif shell == "fish":
        used.write(".config/fish/config.fish", f"{ALIAS}\nset -gx PATH ~/bin $PATH\n")
    else:
        used.write(".profile", "PATH=~/bin:$PATH\n. ~/.bashrc; . ~/.bash_aliases\n")
    set_up(used, api)
    ask = "functions claude-local" if shell == "fish" else "alias claude-local"
    said = used.run(shell, "-lic", f"{ask}; type -a claude-local").stdout
    assert "ANTHROPIC_BASE_URL" not in said
    assert f"{used.path}/bin/claude-local" not in said
    checks = {item["check"]: item["ok"] for item in used.json("verify")["hosts"][0]["findings"]}
    assert checks[f"shell: {shell} finds claude-local"]


def test_it_changes_nothing_twice_and_gives_all_back(used: Home, api: MessagesApi) -> None:
    used.write("bin/claude", PROGRAM).chmod(0o755)
    before = tree(used.path)
    set_up(used, api)
    assert used.json("apply", "-y")["changed"] == 0
    assert (used.path / ".bash_aliases").read_bytes().count(b"in a jail") == 0
    assert used.json("remove", "-y", "--purge")["failed"] == 0
    shutil.rmtree(used.path / ".config", ignore_errors=True)  # the test's own config
    assert tree(used.path) == before


def test_what_the_user_did_since_stays(used: Home, api: MessagesApi) -> None:
    set_up(used, api)
    used.write("bin/claude-local", "#!/bin/sh\n# another\n")
    used.write(".claude-local/settings.json", '{"theme": "light"}')
    told = used.json("remove", "-y")["hosts"][0]["findings"]
    assert any("/bin/claude-local by now" in item["problem"] for item in told)
    assert "another" in (used.path / "bin/claude-local").read_text()
    assert (used.path / "bin/claude-local.before-claude-local-setup").read_text() == OWN
    assert json.loads((used.path / ".claude-local/settings.json").read_text()) == {"theme": "light"}


def test_without_a_manifest_it_is_known_again(used: Home, api: MessagesApi) -> None:
    before = {name: (used.path / name).read_bytes() for name in (".bashrc", ".bash_aliases", "bin/claude-local")}
    set_up(used, api)
    (used.path / ".local/state/claude-local-setup/manifest.json").unlink()
    assert used.json("remove", "-y")["failed"] == 0
    assert {name: (used.path / name).read_bytes() for name in before} == before


OURS = (
    """alias claude-local='"$HOME/.local/bin/claude-local"'""",
    "alias claude-local='~/.local/bin/claude-local --model x'",
    "alias claude-local='claude-local --verbose'",
)
OTHERS = (
    "alias claude-locally=x",
    "echo alias claude-local=x",
    "alias claude-local='x",  # goes on in the next line
    "alias claude-local=x; export B=1",
    "# alias claude-local=x",
)


def test_an_alias_file_that_is_not_to_be_written_stops_nothing(plain_home: Home) -> None:
    """A file of somebody else's, or of a store of packages: verify names what shadows."""
    text = f"{ALIAS}\n"
    plain_home.write(".bash_aliases", text).chmod(0o444)
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert (plain_home.path / ".bash_aliases").read_text() == text


@pytest.mark.parametrize("line", [*OURS, *OTHERS])
def test_other_lines_are_not_touched(plain_home: Home, line: str) -> None:
    home = plain_home
    text = f"{line}\ntrue '\n"
    home.write(".bash_aliases", text)
    home.write(".bashrc", text)
    assert home.json("apply", "-y")["failed"] == 0
    assert (home.path / ".bash_aliases").read_text() == text
    assert (home.path / ".bashrc").read_text().startswith(text)


def test_a_link_to_our_wrapper_stays(plain_home: Home) -> None:
    home = plain_home
    assert home.json("apply", "-y")["failed"] == 0
    (home.path / "bin").mkdir()
    (home.path / "bin/claude-local").symlink_to(home.path / ".local/bin/claude-local")
    assert home.json("apply", "-y")["changed"] == 0


def test_earlier_settings_that_are_no_json_are_left_alone(used: Home) -> None:
    used.write(".claude-local/.claude/settings.json", "{nonsense")
    assert used.json("apply", "-y")["failed"] == 0
    assert (used.path / ".claude-local/.claude/settings.json").read_text() == "{nonsense"


@pytest.mark.parametrize("is_alias", [True, False])
def test_what_stands_before_it_is_one_problem_with_its_place_and_apply_mends_it(
    plain_home: Home, api: MessagesApi, is_alias: bool
) -> None:
    home = plain_home
    home.write(".profile", ". ~/.bashrc\nPATH=~/bin:$PATH\n")
    set_up(home, api)
    if is_alias:
        rc = home.path / ".bashrc"
        rc.write_text(rc.read_text() + 'alias claude-local="echo OLD"\n')
        place = f"{rc}, line {len(rc.read_text().splitlines())},"
    else:
        place = str(home.write("bin/claude-local", OWN))
        Path(place).chmod(0o755)
    bad = [item for item in home.json("verify")["hosts"][0]["findings"] if not item["ok"]]
    assert len(bad) == 1, bad
    (found,) = bad
    assert found["id"] == "shell.bash-finds-claude-local"
    assert place in found["problem"]
    assert found["remedy"] == "claude-local-setup apply"
    home.json("apply", "-y")
    assert home.json("verify")["problems"] == 0


@pytest.mark.parametrize("name", ["agents", "CLAUDE.md", "settings.json"])
def test_what_leads_out_of_the_earlier_home_is_not_taken_over(plain_home: Home, api: MessagesApi, name: str) -> None:
    """Nothing confined the claude that wrote there."""
    home = plain_home
    home.write(".ssh/id", '{"swordfish": 1}')
    home.write("documents/agents/x", '{"swordfish": 1}')
    target = "documents/agents" if name == "agents" else ".ssh/id"
    home.write(".claude-local/.claude/x", "").with_name(name).symlink_to(home.path / target)
    set_up(home, api)
    seen = session(home, home.workspace(), "cat ~/.claude-local/*  ~/.claude-local/*/* 2>/dev/null; true").stdout
    assert "swordfish" not in seen


def test_a_link_in_the_config_directory_leads_to_no_secrets(plain_home: Home, api: MessagesApi) -> None:
    home = plain_home
    home.write(".ssh/id", "swordfish")
    home.write("dotfiles/skills/mine", "my own")
    (home.path / ".claude-local").mkdir(0o700)
    (home.path / ".claude-local/agents").symlink_to(home.path / ".ssh")
    (home.path / ".claude-local/skills").symlink_to(home.path / "dotfiles/skills")
    home.write(".claude/rules/mine", "the normal one's")
    home.write(".claude/history.jsonl", "swordfish")
    (home.path / ".claude-local/rules").symlink_to(home.path / ".claude/rules")
    (home.path / ".claude-local/hooks").symlink_to(home.path / ".claude")
    set_up(home, api)
    seen = session(home, home.workspace(), "cat ~/.claude-local/*/* 2>/dev/null; true").stdout
    assert "my own" in seen
    assert "the normal one's" in seen
    assert "swordfish" not in seen
