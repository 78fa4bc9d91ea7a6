"""What sessions keep: each workspace its own, over what is the user's; and what version 0.1.0 had kept for all."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home
from tests.session.kept.states import KEEP, PROGRAM, session, set_up, shared, workspaces


def test_what_one_workspaces_sessions_keep_no_other_sees_and_they_see_it_again(made: Home) -> None:
    one, other = workspaces(made)
    assert session(made, one, KEEP).returncode == 0
    look = "grep -rl secret ~/.claude-local | grep -vE 'enforced|CLAUDE.md' | sort"
    seen = session(made, one, look).stdout.split()
    assert len(seen) == 8, seen
    for where in (other, one / "below"):
        where.mkdir(exist_ok=True)
        found = session(made, where, f"{look}; ls -d ~/.claude-local/workspaces 2>&1")
        assert "secret" not in found.stdout and ".jsonl" not in found.stdout
        assert "No such file" in found.stdout


PLANT = """
cd ~/.claude-local
echo '{"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "planted"}]}]}, "env": {"PATH": "/planted"},
  "statusLine": {"type": "command", "command": "planted"}, "apiKeyHelper": "planted", "theme": "light"}' >settings.json
echo '{"mcpServers": {"planted": {"command": "planted"}}}' >.claude.json
mkdir -p output-styles rules hooks themes workflows plugins
for name in commands agents skills/planted output-styles rules hooks plugins; do
  mkdir -p $name; echo planted >$name/planted.md; done
echo planted >>CLAUDE.md; echo planted >keybindings.json; echo planted >settings.local.json
true
"""
ASK = "cat ~/.claude-local/settings.json ~/.claude-local/.claude.json; grep -rl planted ~/.claude-local"


def test_what_a_session_plants_takes_effect_nowhere_else(made: Home) -> None:
    one, other = workspaces(made)
    before = shared(made)
    assert session(made, one, PLANT).returncode == 0
    assert "planted" not in session(made, other, ASK).stdout
    assert shared(made) == before


def test_its_own_settings_are_made_anew_with_nothing_that_names_a_program(made: Home) -> None:
    one, _ = workspaces(made)
    session(made, one, PLANT)
    settings = json.loads(session(made, one, "cat ~/.claude-local/settings.json").stdout)
    assert "planted" not in json.dumps(settings)
    assert (settings["theme"], settings["mine"]) == ("light", 1)


@pytest.mark.parametrize("level", ["config", "bash"])
def test_at_levels_without_a_jail_nothing_of_it_is_there(plain_home: Home, api: MessagesApi, level: str) -> None:
    set_up(plain_home, api)
    work = plain_home.workspace()
    session(plain_home, work, PLANT)
    assert "planted" in session(plain_home, work, ASK).stdout, "the plants are there for sessions of this workspace"
    set_up(plain_home, api, level)
    look = "cat $CLAUDE_CONFIG_DIR/settings.json $CLAUDE_CONFIG_DIR/.claude.json; ls -R $CLAUDE_CONFIG_DIR"
    done = session(plain_home, work, f"{look} --ignore workspaces; echo $PATH; echo well")
    assert done.stdout.endswith("well\n"), done.stderr
    assert "planted" not in done.stdout


MINE = {
    "CLAUDE.md": "Mine, for all.",
    "commands/mine.md": "my command",
    "skills/mine/SKILL.md": "my skill",
    "agents/mine.md": "my agent",
    "settings.json": '"mine": 1',
}


@pytest.mark.parametrize("name", MINE)
def test_what_is_the_users_is_seen_in_each_workspace_and_cannot_be_changed(made: Home, name: str) -> None:
    before = shared(made)
    for work in workspaces(made):
        assert MINE[name] in session(made, work, f"cat ~/.claude-local/{name}").stdout
        change = f"cd ~/.claude-local; echo x >{name}; rm -rf {name}; mv {name} x; rm -rf {name.split('/')[0]}"
        session(made, work, change)
        assert MINE[name] in session(made, work, f"cat ~/.claude-local/{name}").stdout
    assert shared(made) == before


def test_what_the_user_adds_later_is_seen_too(made: Home) -> None:
    one, _ = workspaces(made)
    session(made, one, "mkdir -p ~/.claude-local/rules; echo own >~/.claude-local/rules/own.md")
    made.write(".claude-local/rules/later.md", "later\n")
    assert session(made, one, "ls ~/.claude-local/rules").stdout == "later.md\n"
    shutil.rmtree(made.path / ".claude-local/rules")


def test_the_old_local_installation_starts_with_what_lies_beside_it(plain_home: Home, api: MessagesApi) -> None:
    """~/.claude/local/claude is a script that leads to node_modules; nothing else of ~/.claude is there."""
    home = plain_home
    local = home.path / ".claude/local"
    home.write(".claude/local/node_modules/x/cli", PROGRAM).chmod(0o755)
    (local / "node_modules/.bin").mkdir()
    (local / "node_modules/.bin/claude").symlink_to("../x/cli")
    home.write(".claude/local/claude", f'#!/bin/bash\nexec "{local}/node_modules/.bin/claude" "$@"\n').chmod(0o755)
    home.write(".claude/history.jsonl", "secret")
    home.write(
        ".config/claude-local-setup/config.toml",
        f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[claude]\npath = "~/.claude/local/claude"\n',
    )
    assert home.json("apply", "-y")["failed"] == 0
    done = home.local("-p", "ls -A ~/.claude; echo it works", cwd=home.workspace())
    assert done.stdout == "ide\nlocal\nit works\n", done.stderr
