"""What sessions keep: each workspace its own, over what is the user's; and what version 0.1.0 had kept for all."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, tree

PROGRAM = '#!/bin/bash\neval "${!#}"\n'  # instead of claude: it does what its last argument says
STATE = ".claude-local/workspaces"


@pytest.fixture(scope="module")
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as started:
        yield started


@pytest.fixture(scope="module")
def made(api: MessagesApi) -> Iterator[Home]:
    """One home for all: each test has workspaces of its own."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        home = Home(Path(folder))
        home.write(".claude-local/CLAUDE.md", "Mine, for all.\n")
        home.write(".claude-local/commands/mine.md", "my command\n")
        home.write(".claude-local/skills/mine/SKILL.md", "my skill\n")
        home.write("dotfiles/agents/mine.md", "my agent\n")
        (home.path / ".claude-local/agents").symlink_to("../dotfiles/agents")
        home.write(".claude-local/settings.json", '{"theme": "dark", "mine": 1}\n')
        set_up(home, api)
        yield home


def set_up(home: Home, api: MessagesApi, level: str = "session") -> None:
    home.write("bin/claude", PROGRAM).chmod(0o755)
    text = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[isolation]\nlevel = "{level}"\n'
    home.write(".config/claude-local-setup/config.toml", text)
    assert home.json("apply", "-y")["failed"] == 0


def session(home: Home, cwd: Path, command: str) -> subprocess.CompletedProcess[str]:
    return home.local(str(home.path / "bin/claude"), command, cwd=cwd)


def workspaces(home: Home) -> tuple[Path, Path]:
    one, other = (Path(tempfile.mkdtemp(dir=home.path, prefix=f"{name}-")) for name in ("one", "other"))
    return one, other


KEEP = """
cd ~/.claude-local && mkdir -p projects/x todos plugins/p file-history &&
echo secret | tee projects/x/1.jsonl history.jsonl todos/1.json plugins/p/x file-history/x paste >/dev/null &&
echo '{"projects": {}, "secret": 1}' >.claude.json && echo '{"secret": 2}' >settings.local.json
"""


def test_what_one_workspaces_sessions_keep_no_other_sees_and_they_see_it_again(made: Home) -> None:
    one, other = workspaces(made)
    assert session(made, one, KEEP).returncode == 0
    look = "grep -rl secret ~/.claude-local | grep -v enforced | sort"
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


def shared(home: Home) -> dict[str, tuple[int, bytes | str]]:
    """The shared config directory, without the workspaces' states."""
    places = [path for path in (home.path / ".claude-local").iterdir() if path.name != "workspaces"]
    names = {path.name: (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in places}
    folders = [path for path in (*places, home.path / "dotfiles") if path.is_dir()]
    return {**names, **{f"{path.name}/{name}": seen for path in folders for name, seen in tree(path).items()}}


def state_of(home: Home, work: Path) -> Path:
    """The folder on the host that sessions in that workspace have as ~/.claude-local."""
    assert session(home, work, "touch ~/.claude-local/here").returncode == 0
    found = next((home.path / STATE).rglob("here"))
    found.unlink()
    return found.parent


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


# --- a state folder that an earlier session has left as it liked


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_out(path: Path) -> None:
    path.symlink_to("../../../victim")


def link_up(path: Path) -> None:
    path.symlink_to("../..")


def folder(path: Path) -> None:
    path.mkdir()
    (path / "full").write_text("x")


def plain(path: Path) -> None:
    path.write_text("not what is expected")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)
        made.bind(path.name)


def gone(path: Path) -> None:
    pass


KINDS = (fifo, link_out, link_up, folder, plain, circle, endless, listening, gone)
PLACES = (
    *("settings.json", ".claude.json", "projects", "commands", "CLAUDE.md", "agents", "skills", "ide"),
    *("keybindings.json", "settings.local.json"),
)
LOOK = "echo well; cat ~/.claude-local/commands/mine.md; grep -c mine ~/.claude-local/settings.json"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_hostile_state_neither_stops_a_start_nor_leads_it_elsewhere(made: Home, kind: Callable[[Path], None]) -> None:
    made.write("victim/file", "mine\n")
    one, _ = workspaces(made)
    state = state_of(made, one)
    before = tree(made.path / "victim") | shared(made)
    for name in PLACES:
        remove(state / name)
        kind(state / name)
        done = session(made, one, LOOK)
        assert done.stdout == "well\nmy command\n1\n", (name, done.stderr)
        assert tree(made.path / "victim") | shared(made) == before, name
        assert "Traceback" not in done.stderr


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("kind", [link_up, link_out, circle, plain, fifo, listening], ids=lambda kind: kind.__name__)
def test_what_is_no_folder_is_no_state(made: Home, kind: Callable[[Path], None]) -> None:
    made.write("victim/file", "mine\n")
    (made.path / "victim").chmod(0o755)
    one, _ = workspaces(made)
    state = state_of(made, one)
    remove(state)
    kind(state)
    done = session(made, one, LOOK)
    assert done.returncode == 1 and done.stdout == ""
    assert f"{state.parent}, where sessions here keep what they keep, cannot be used: " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (made.path / "victim").stat().st_mode & 0o777 == 0o755


def test_a_state_that_the_user_has_cleared_is_made_anew(made: Home) -> None:
    one, _ = workspaces(made)
    state = state_of(made, one)
    remove(state)
    assert session(made, one, LOOK).stdout == "well\nmy command\n1\n"
    assert state.stat().st_mode & 0o777 == 0o700


def test_names_that_a_start_might_use_are_taken(made: Home) -> None:
    one, _ = workspaces(made)
    state = state_of(made, one)
    for number in range(os.getpid(), os.getpid() + 20_000):
        (state / f".settings.{number}").symlink_to("../../../victim")
    done = session(made, one, "echo well")
    assert done.stdout == "well\n", done.stderr
    assert not (made.path / "victim").is_file()


def test_a_session_may_clear_what_it_has_kept(made: Home) -> None:
    one, _ = workspaces(made)
    session(made, one, KEEP)
    session(made, one, "rm -rf ~/.claude-local/projects ~/.claude-local/todos")
    assert session(made, one, "echo well").stdout == "well\n"


def test_while_one_session_runs_another_of_the_same_workspace_starts(made: Home) -> None:
    one, _ = workspaces(made)
    words = [str(made.path / ".local/bin/claude-local"), str(made.path / "bin/claude"), "echo up; read x; echo $x"]
    first = subprocess.Popen(words, cwd=one, env=made.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert first.stdout
    assert first.stdout.readline() == "up\n"
    assert session(made, one, "echo two >~/.claude-local/two; echo well").stdout == "well\n"
    assert first.communicate("three\n", timeout=60)[0] == "three\n"


# --- from version 0.1.0

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
