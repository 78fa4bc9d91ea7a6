"""What a session keeps: its workspace's own, over what is the user's; and what an earlier version left is found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_local_setup.session.state import _NAME_MAX, _name, workspace_of
from tests.homes import Home
from tests.messages_api import MessagesApi

MANIFEST = ".local/state/claude-local-setup/manifest.json"


@pytest.fixture
def ready(plain_home: Home) -> Home:
    assert plain_home.json("apply", "-y")["failed"] == 0
    return plain_home


def jailed(home: Home, work: Path, script: str) -> str:
    done = home.local("--jail", "sh", "-c", script, cwd=work)
    return done.stdout


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60), st.text("/,%2C5", max_size=20))
def test_a_workspaces_name_leads_back_to_it_and_to_no_other(one: str, other: str) -> None:
    path = "/" + "/".join(part for part in f"{one}/{other}".split("/") if part)
    name = _name(path)
    assert "/" not in name
    assert len(name.encode()) <= max(_NAME_MAX, 65)
    assert workspace_of(name) in (path, "")


def test_sessions_of_one_workspace_see_nothing_of_anothers(ready: Home) -> None:
    one, other = ready.workspace("one"), ready.workspace("other")
    files = "projects/x/a.jsonl history.jsonl settings.json .claude.json"
    plant = f"mkdir -p projects/x commands hooks; echo secret | tee {files}"
    jailed(ready, one, f"cd ~/.claude-local && {plant}")
    assert "secret" in jailed(ready, one, "cat ~/.claude-local/history.jsonl")
    assert "secret" not in jailed(ready, other, "grep -rs secret ~/.claude-local; ls ~/.claude-local/workspaces")
    assert "secret" not in jailed(ready, one / "..", "true")
    assert not list((ready.path / ".claude-local").glob("history.jsonl"))


def test_what_is_the_users_is_seen_everywhere_and_cannot_be_changed(ready: Home) -> None:
    for name in ("commands/mine.md", "agents/mine.md", "skills/mine/SKILL.md", "rules/mine.md", "keybindings.json"):
        ready.write(f".claude-local/{name}", "mine\n")
        for work in (ready.workspace("one"), ready.workspace("other")):
            said = jailed(ready, work, f"cd ~/.claude-local; cat {name}; echo x >>{name}; rm -rf {name}; cat {name}")
            assert said == "mine\nmine\n", name
        assert (ready.path / ".claude-local" / name).read_text() == "mine\n"


@pytest.mark.parametrize("level", ["config", "bash"])
def test_levels_without_a_jail_use_nothing_that_a_session_wrote(plain_home: Home, level: str) -> None:
    stub = plain_home.write("claude", '#!/bin/sh\ngrep -rs planted "$CLAUDE_CONFIG_DIR" --exclude-dir=workspaces\n')
    stub.chmod(0o755)
    with MessagesApi() as api:
        plain_home.write(
            ".config/claude-local-setup/config.toml",
            f'[server]\nbase_url = "{api.base_url}"\n[claude]\npath = "{stub}"\n',
        )
        assert plain_home.json("apply", "-y")["failed"] == 0
        work = plain_home.workspace()
        jailed(
            plain_home,
            work,
            "cd ~/.claude-local; echo planted | tee settings.json .claude.json x; mkdir hooks; touch hooks/x",
        )
        plain_home.setup("config", "set", "isolation.level", level)
        assert plain_home.json("apply", "-y")["failed"] == 0
        assert plain_home.local("-p", "x", cwd=work).stdout == ""


def as_0_1_0_left_it(home: Home) -> None:
    """What binds a session in the config directory, sessions of two projects, and the manifest that names our files."""
    assert home.json("apply", "-y")["failed"] == 0
    manifest = json.loads((home.path / MANIFEST).read_text())
    for name in ("enforced.json", "seccomp.bpf", "model"):
        content = f"{name} of 0.1.0\n"
        file = home.write(f".claude-local/{name}", content)
        manifest["entries"].append(
            {
                "name": name,
                "kind": "File",
                "path": str(file),
                "sha256": hashlib.sha256(content.encode()).hexdigest(),
                "before": {"kind": "absent"},
            }
        )
    home.write(MANIFEST, json.dumps(manifest))
    for project in ("one", "one-more"):
        folder = home.workspace(project)
        encoded = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(folder))
        line = json.dumps({"type": "user", "cwd": str(folder), "message": f"said in {project}"})
        home.write(f".claude-local/projects/{encoded}/{project}.jsonl", f'{{"type": "summary"}}\n{line}\n')
    state = {
        "hasCompletedOnboarding": True,
        "mcpServers": {"planted": {"command": "evil"}},
        "projects": {str(home.path / "one"): {"hasTrustDialogAccepted": True, "mcpServers": {"x": {}}}},
    }
    home.write(".claude-local/.claude.json", json.dumps(state))
    home.write(".claude-local/history.jsonl", "said in other projects\n")


def test_an_upgrade_takes_the_old_files_and_each_workspace_finds_its_own_sessions(plain_home: Home) -> None:
    as_0_1_0_left_it(plain_home)
    assert plain_home.json("apply", "-y")["failed"] == 0
    left = {path.name for path in (plain_home.path / ".claude-local").iterdir()}
    assert left.isdisjoint({"enforced.json", "seccomp.bpf", "model"})
    for project, other in (("one", "one-more"), ("one-more", "one")):
        said = jailed(plain_home, plain_home.path / project, "grep -rs . ~/.claude-local")
        assert f'said in {project}"' in said
        assert f'said in {other}"' not in said
        assert "said in other projects" not in said
        assert "planted" not in said
    trusted = jailed(plain_home, plain_home.path / "one", "cat ~/.claude-local/.claude.json")
    assert json.loads(trusted)["projects"] == {str(plain_home.path / "one"): {"hasTrustDialogAccepted": True}}
    assert plain_home.json("apply", "-y")["changed"] == 0
    plain_home.json("remove", "-y", "--purge")
    assert not (plain_home.path / ".claude-local").exists()
    assert not (plain_home.path / ".local/share/claude-local").exists()


@pytest.mark.parametrize("harm", ["mkfifo projects/x", "rm -rf projects; touch projects", "ln -s / projects/link"])
def test_odd_things_among_old_transcripts_do_not_stop_a_first_start(plain_home: Home, harm: str) -> None:
    as_0_1_0_left_it(plain_home)
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.run("sh", "-c", f"cd ~/.claude-local; {harm}; mkfifo projects/*/pipe.jsonl; ln -s / projects/-home")
    wrapper = str(plain_home.path / ".local/bin/claude-local")
    done = plain_home.run("timeout", "30", wrapper, "--jail", "echo", "started", cwd=plain_home.path / "one")
    assert done.stdout == "started\n", done.stderr
