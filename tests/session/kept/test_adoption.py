"""A home of 0.1.0: its sessions are found again, and it can be removed."""

from __future__ import annotations

import json
import lzma
from hashlib import sha256
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, tree
from tests.session.kept.states import PROGRAM, STATE, session

OLD = Path(__file__).with_name("home-0.1.0.json.xz")  # a home as its apply left it; @HOME@ stands for the home
OLD_ONLY = (".claude-local/enforced.json", ".claude-local/seccomp.bpf", ".claude-local/model")


@pytest.fixture
def old(plain_home: Home, api: MessagesApi) -> Home:
    """0.1.0, set up and used in two projects."""
    home = plain_home.path
    for name, (kind, mode, text) in json.loads(lzma.decompress(OLD.read_bytes())).items():
        path, content = home / name, text.replace("@HOME@", str(home)).encode("latin-1")
        if kind == "folder":
            path.mkdir(exist_ok=True)
            path.chmod(mode)
        elif kind == "link":
            path.symlink_to(content.decode())
        else:
            path.write_bytes(content)
            path.chmod(mode)
    manifest = home / ".local/state/claude-local-setup/manifest.json"
    known = json.loads(manifest.read_text())
    for entry in known["entries"]:
        if "sha256" in entry:
            entry["sha256"] = sha256(Path(entry["path"]).read_bytes()).hexdigest()
    manifest.write_text(json.dumps(known))
    config = home / ".config/claude-local-setup/config.toml"
    config.write_text(config.read_text().replace("http://127.0.0.1:9099", api.base_url))
    plain_home.write("bin/claude", PROGRAM).chmod(0o755)
    used(plain_home)
    return plain_home


def encoded(path: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in path)


def used(home: Home) -> None:
    """Transcripts as Claude Code writes them: beside `a-b` one of `a/b`, whose folder has the same name."""
    projects = {}
    for name in ("a-b", "a/b", "a/b/below", "other", "a-b-c"):
        work = home.path / name
        work.mkdir(parents=True)
        number = encoded(name) + str(name.count("/"))
        lines = [{"type": "summary"}, {"type": "user", "cwd": str(work), "message": f"secret of {name}"}]
        file = home.path / ".claude-local/projects" / encoded(str(work)) / f"{number}.jsonl"
        home.write(str(file.relative_to(home.path)), "".join(json.dumps(line) + "\n" for line in lines))
        told = {"hasTrustDialogAccepted": True, "history": [f"secret of {name}"], "mcpServers": {"x": {}}}
        projects[str(work)] = told
    known = {"hasCompletedOnboarding": True, "projects": projects, "mcpServers": {"planted": {"command": "x"}}}
    home.write(".claude-local/.claude.json", json.dumps(known))
    home.write(".claude-local/history.jsonl", '{"display": "secret of all"}\n')


def test_apply_takes_the_old_files_away_and_the_users_stay(old: Home) -> None:
    answer = old.json("apply", "-y")
    assert (answer["failed"], old.json("apply", "-y")["changed"]) == (0, 0)
    assert [name for name in OLD_ONLY if (old.path / name).exists()] == []
    settings = json.loads((old.path / ".claude-local/settings.json").read_text())
    assert settings["theme"] == "dark"
    assert ".claude-local/model" not in json.dumps(settings)
    assert (old.path / ".claude-local/CLAUDE.md").read_text().startswith("My own line.\n")
    assert (old.path / ".bashrc").read_text().startswith("mine\n")
    assert old.local("--jail", "true", cwd=old.path / "other").returncode == 0


@pytest.mark.parametrize("name", ["a-b", "a/b", "other", "a-b-c"])
def test_sessions_are_found_again_by_their_workspace_and_only_by_that(old: Home, name: str) -> None:
    assert old.json("apply", "-y")["failed"] == 0
    script = (
        "cat ~/.claude-local/projects/*/*.jsonl; cat ~/.claude-local/history.jsonl; cat ~/.claude-local/.claude.json"
    )
    done = session(old, old.path / name, script)
    found = {line.split("secret of ")[1].split('"')[0] for line in done.stdout.splitlines() if "secret of" in line}
    assert found == {item for item in (name, f"{name}/below") if item == name or name == "a/b"}, done.stderr
    known = json.loads("{" + done.stdout.partition("\n{\n")[2])
    assert str(old.path / name) in known["projects"]
    assert all(folder.startswith(str(old.path / name)) for folder in known["projects"])
    assert "mcpServers" not in json.dumps(known)


def test_the_old_sessions_stay_where_they_were_too(old: Home) -> None:
    """Nothing of the user's is lost where he goes back."""
    before = tree(old.path / ".claude-local/projects")
    old.json("apply", "-y")
    for name in ("a-b", "other"):
        session(old, old.path / name, "echo more >>~/.claude-local/projects/*/*.jsonl")
    assert tree(old.path / ".claude-local/projects") == before


@pytest.mark.parametrize("purge", [(), ("--purge",)])
def test_it_can_be_removed_as_if_it_had_been_the_new_one_from_the_start(old: Home, purge: tuple[str, ...]) -> None:
    kept = tree(old.path / ".claude-local/projects")
    old.json("apply", "-y")
    session(old, old.path / "other", "true")
    answer = old.json("remove", *purge, "-y")
    assert (answer["failed"], answer["problems"]) == (0, 0), answer
    assert (old.path / ".bashrc").read_text() == "mine\n"
    assert not (old.path / ".local/bin/claude-local").exists()
    assert not (old.path / ".local/share/claude-local").exists()
    assert [name for name in OLD_ONLY if (old.path / name).exists()] == []
    assert (old.path / ".claude-local/CLAUDE.md").read_text() == "My own line.\n"
    assert json.loads((old.path / ".claude-local/settings.json").read_text()) == {"theme": "dark"}
    if not purge:
        assert tree(old.path / ".claude-local/projects") == kept
        assert list((old.path / STATE).glob("**/projects/*/other0.jsonl"))
