"""Layers over caches: what the machine has is there, what sessions add is their workspace's own, and is kept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from claude_local_setup.session.kept import layers
from tests.homes import Home, wait_until

ADD = "echo theirs >~/.cache/uv/old; echo new >~/.cache/uv/new; rm -r ~/.cache/uv/gone; mv ~/.cache/uv/a ~/.cache/uv/b"
TOOL = "mkdir -p ~/.cache/some-tool && echo kept >~/.cache/some-tool/x"


@pytest.fixture
def ready(plain_home: Home) -> Iterator[Home]:
    for name in ("uv/old", "uv/gone/x", "uv/a/x", "mozilla/secret"):
        plain_home.write(f".cache/{name}", "the host's\n")
    plain_home.write(".cargo/credentials.toml", "secret\n")
    plain_home.write(".cargo/registry/x", "the host's\n")
    assert plain_home.json("apply", "-y")["failed"] == 0
    yield plain_home
    assert not (plain_home.path / "victim/planted").exists()


def said(home: Home, script: str, work: Path) -> str:
    done = home.local("--jail", "sh", "-c", script, cwd=work)
    assert done.stderr == ""
    return done.stdout


def state_of(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything of it that anybody could tell apart but the times of reading."""
    return {
        str(path): (told.st_ino, told.st_mode, told.st_mtime_ns, told.st_ctime_ns, told.st_size)
        for path in (folder, *folder.rglob("*"))
        for told in (path.lstat(),)
    }


def test_what_a_session_adds_is_there_in_the_next_one_and_the_machines_keeps_every_byte(ready: Home) -> None:
    work, cache = ready.workspace(), ready.path / ".cache"
    before = state_of(cache)
    assert said(ready, f"cat ~/.cache/uv/old ~/.cargo/registry/x; {ADD}; {TOOL}", work) == "the host's\n" * 2
    look = "cd ~/.cache; ls uv; cat uv/old uv/b/x some-tool/x"
    assert said(ready, look, work) == "b\nnew\nold\ntheirs\nthe host's\nkept\n"
    assert state_of(cache) == before
    ready.write(".cache/uv/later", "the host's\n")
    assert said(ready, "cat ~/.cache/uv/later", work) == "the host's\n"


def test_no_other_workspace_sees_it(ready: Home) -> None:
    said(ready, f"{ADD}; {TOOL}", ready.workspace())
    look = "cd ~/.cache; ls; ls uv; cat uv/old; ls -A ~/.cargo"
    assert said(ready, look, ready.workspace("other")) == "uv\na\ngone\nold\nthe host's\nregistry\n"


def test_nothing_else_of_the_folders_is_shown(ready: Home) -> None:
    assert said(ready, "ls -A ~/.cache ~/.cargo | sort", ready.workspace()).split() == sorted(
        [f"{ready.path}/.cache:", f"{ready.path}/.cargo:", "uv", "registry"]
    )


def test_at_strict_they_are_empty_and_can_be_written(ready: Home) -> None:
    ready.setup("config", "set", "isolation.level", "strict")
    assert ready.json("apply", "-y")["failed"] == 0
    work = ready.workspace()
    assert said(ready, f"ls -A ~/.cache; {TOOL}", work) == ""
    assert said(ready, "ls -A ~/.cache", work) == "some-tool\n"


def test_sessions_beside_each_other_have_layers_of_their_own(ready: Home) -> None:
    work, local = ready.workspace(), str(ready.path / ".local/bin/claude-local")
    words = "echo $0 >~/.cache/uv/mine; touch up-$0; while [ ! -e go ]; do sleep 0.1; done; cat ~/.cache/uv/mine"
    started = [
        subprocess.Popen(
            [local, "--jail", "sh", "-c", words, str(number)], cwd=work, env=ready.env, stdout=-1, text=True
        )
        for number in range(3)
    ]
    wait_until(lambda: all((work / f"up-{number}").exists() for number in range(3)), seconds=60)
    (work / "go").touch()
    assert sorted(process.communicate(timeout=60)[0] for process in started) == ["0\n", "1\n", "2\n"]


def test_several_may_make_their_folders_at_once(tmp_path: Path) -> None:
    names = [f"home/{number}/deep/er" for number in range(300)]

    def make(_: int) -> list[str]:
        return [layers._made(str(tmp_path), name) for name in names]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(8)))
    assert made == [[f"{tmp_path}/{name}" for name in names]] * 8
    assert (tmp_path / names[-1]).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("place", [".cache/uv", ".cache", ".cargo/registry"])
def test_what_a_session_puts_in_their_place_leads_nowhere(ready: Home, place: str) -> None:
    """The machine gets a cache by that name later, so it becomes a layer."""
    work, victim = ready.workspace(), ready.workspace("victim")
    shutil.rmtree(ready.path / ".cache")
    shutil.rmtree(ready.path / ".cargo")
    local = ready.path / ".claude-local/workspaces"
    ready.local(
        "--jail", "sh", "-c", f"mkdir -p ~/{place} && rm -r ~/{place}; ln -s {victim} ~/{place}; true", cwd=work
    )
    for folder in local.glob("*/caches/home"):  # as a session that could exchange even more would leave it
        path = folder / place
        if not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(victim)
    ready.write(".cache/uv/old", "the host's\n")
    ready.write(".cargo/registry/x", "the host's\n")
    done = ready.local("--jail", "sh", "-c", f"echo x >~/{place}/planted; cat ~/.cache/uv/old", cwd=work)
    assert (done.stdout, done.stderr) == ("the host's\n", "")
    assert list(victim.iterdir()) == []


def test_a_closed_one_is_opened_again(ready: Home) -> None:
    work = ready.workspace()
    said(ready, f"{TOOL}; chmod 000 ~/.cache/some-tool ~/.cache/uv", work)
    assert said(ready, "cat ~/.cache/uv/old; ls -d ~/.cache/some-tool", work).startswith("the host's\n")


def test_variables_move_them(ready: Home, tmp_path: Path) -> None:
    """Elsewhere in the home, within another one, and in the workspace, where it is writable anyway."""
    work = ready.workspace()
    ready.write("big/pip/wheel", "the host's\n")
    ready.write(".cache/my-npm/_cacache/x", "the host's\n")
    ready.write(".cache/my-npm/token", "secret\n")
    moved = {
        "PIP_CACHE_DIR": f"{ready.path}/big/pip", "npm_config_cache": f"{ready.path}/.cache/my-npm",
        "UV_CACHE_DIR": f"{work}/.uv", "GOPATH": f"{ready.path}/none/go",
    }  # fmt: skip
    home = Home(ready.path, moved)
    script = "cat $PIP_CACHE_DIR/wheel; ls $npm_config_cache; for f in $PIP_CACHE_DIR $npm_config_cache $GOPATH; do"
    script += ' echo x >$f/new; done; mkdir "$UV_CACHE_DIR"; ls -A ~/big ~/none/go'
    lines = said(home, script, work).splitlines()
    assert lines[:2] == ["the host's", "_cacache"]
    assert lines[2:] == [f"{ready.path}/big:", "pip", "", f"{ready.path}/none/go:", "new"]
    assert (work / ".uv").is_dir()
    assert not (ready.path / "big/pip/new").exists()
    assert not (ready.path / "none").exists()


def test_one_that_names_a_project_or_the_home_shows_nothing_of_it(ready: Home) -> None:
    work, project = ready.workspace(), ready.workspace("other")
    ready.write("other/.git/HEAD", "x")
    for place in (project, ready.path):
        home = Home(ready.path, {"PIP_CACHE_DIR": str(place)})
        seen = home.local("--jail", "sh", "-c", f"ls -A {project}; ls -A ~", cwd=work).stdout.split()
        assert ".git" not in seen
        assert ".bashrc" not in seen


def test_what_a_variable_names_is_no_way_to_the_home_or_out_of_the_jails_root(ready: Home) -> None:
    work = ready.workspace()
    before = sorted(path.name for path in ready.path.iterdir())
    up = f"{ready.path}/../../../.."
    odd = [f"{ready.path}/x/../..", f"{ready.path}/..", str(ready.path), "/", f"{ready.path}/.claude-local/x", "/usr"]
    odd += [f"{up}{ready.path}/planted", f"{ready.path}/.local/bin"]
    for value in odd:
        home = Home(ready.path, {"PIP_CACHE_DIR": value, "XDG_CACHE_HOME": value})
        touch = (
            f"for f in ~ ~/.local/bin /usr /usr/bin {ready.path.parent}; do touch $f/planted; done 2>/dev/null; true"
        )
        said(home, f"{touch}; ! ls ~/planted ~/.local/bin/planted /usr/planted 2>/dev/null", work)
        assert sorted(path.name for path in ready.path.iterdir()) == before, value
        assert not (ready.path.parent / "planted").exists()


def test_the_claude_program_cannot_be_changed_where_it_lies_in_a_cache(ready: Home) -> None:
    """A session could leave one that does not ask any more for the next."""
    program = ready.write(".cache/uv/node_modules/claude-code/cli", "#!/bin/sh\necho asks\n")
    program.chmod(0o755)
    ready.setup("config", "set", "claude.path", str(program))
    assert ready.json("apply", "-y")["failed"] == 0
    work = ready.workspace()
    change = f"echo x >{program}; mv {program} {program}.x; rm -r {program.parent}; cd ~/.cache/uv; mv node_modules n"
    ready.local("--jail", "sh", "-c", f"{change}; true", cwd=work)
    assert said(ready, str(program), work) == "asks\n"
    assert said(ready, "echo x >~/.cache/uv/other; cat ~/.cache/uv/other", work) == "x\n"


def test_a_link_in_what_isolation_read_shows_opens_no_more(ready: Home) -> None:
    ready.write("private/x", "secret\n")
    (ready.workspace("docs") / "cache").symlink_to("../private")
    ready.setup("config", "set", "isolation.read", "~/docs")
    assert ready.json("apply", "-y")["failed"] == 0
    home = Home(ready.path, {"PIP_CACHE_DIR": f"{ready.path}/docs/cache"})
    assert said(home, "ls ~/docs/cache/ 2>/dev/null; true", ready.workspace()) == ""


def test_where_they_cannot_be_made_one_sentence_says_so(ready: Home) -> None:
    work = ready.workspace()
    said(ready, "true", work)
    (caches,) = ready.path.glob(".claude-local/workspaces/*/caches")
    ready.run("rm", "-rf", str(caches))
    caches.write_text("in the way")
    done = ready.local("--jail", "true", cwd=work)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.endswith(": claude-local-setup caches clear\n")
    assert ready.setup("caches", "clear").returncode == 0
    assert said(ready, "cat ~/.cache/uv/old", work) == "the host's\n"


def test_what_isolation_read_shows_is_a_layer_as_a_whole(ready: Home) -> None:
    ready.setup("config", "set", "isolation.read", "~/.cache")
    assert ready.json("apply", "-y")["failed"] == 0
    work = ready.workspace()
    assert said(ready, "cat ~/.cache/mozilla/secret; echo x >~/.cache/mozilla/new", work) == "the host's\n"
    assert not (ready.path / ".cache/mozilla/new").exists()
    assert said(ready, "cat ~/.cache/mozilla/new", work) == "x\n"


def test_what_isolation_hide_names_is_not_there(ready: Home) -> None:
    ready.setup("config", "set", "isolation.hide", "~/.cache/uv/gone,~/.cargo/registry")
    assert ready.json("apply", "-y")["failed"] == 0
    assert said(ready, "ls -A ~/.cache/uv/gone ~/.cargo/registry | grep -v :", ready.workspace()).split() == []


@pytest.mark.root
def test_where_no_layer_can_be_written_it_stays_in_memory_and_that_is_said(plain_home: Home, tmp_path: Path) -> None:
    """A home on another overlay, as in a container."""
    plain_home.write(".cache/uv/old", "the host's\n")
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.local("--jail", "true", cwd=plain_home.workspace())
    (caches,) = (plain_home.path / ".claude-local/workspaces").glob("*/caches")
    for folder in (tmp_path / name for name in ("lower", "upper", "work")):
        folder.mkdir()
    options = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "none", caches], check=True)
    try:
        script = "cat ~/.cache/uv/old; echo x >~/.cache/uv/old; cat ~/.cache/uv/old; ls /run/claude-local"
        done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
    finally:
        subprocess.run(["umount", caches], check=True)
    assert done.stdout.splitlines()[:2] == ["the host's", "x"]
    assert "upper" not in done.stdout
    said = f"claude-local: what tools add to these is gone after the session: {plain_home.path}/.cache/uv\n"
    assert done.stderr == said
    assert (plain_home.path / ".cache/uv/old").read_text() == "the host's\n"


def test_the_command_says_how_much_there_is_and_clears_it(ready: Home) -> None:
    work, other = ready.workspace(), ready.workspace("other ünd more")
    deep = "(cd ~/.cache; for i in $(seq 1200); do mkdir d; cd d; done)"
    go = f"{deep}; mkdir -p ~/.cache/go/mod; head -c 300000 /dev/zero >~/.cache/go/mod/x; chmod -R a-w ~/.cache/go"
    for folder in (work, other):
        said(ready, f"{go}; {ADD}", folder)
    found = ready.json("caches")
    assert {one["workspace"] for one in found["caches"]} == {str(work), str(other)}
    assert all(300_000 <= one["bytes"] < 600_000 for one in found["caches"])
    done = ready.setup("caches")
    assert "  in all; to clear: claude-local-setup caches clear" in done.stdout.splitlines()[-1]
    child = subprocess.Popen(
        [str(ready.path / ".local/bin/claude-local"), "--jail", "sh", "-c", "touch up; sleep 60"],
        cwd=work,
        env=ready.env,
    )
    wait_until((work / "up").exists, seconds=60)
    done = ready.setup("caches", "clear")
    assert (done.returncode, str(work) in done.stderr) == (1, True)
    assert [one["workspace"] for one in ready.json("caches")["caches"]] == [str(work)]
    child.kill()
    child.wait()
    wait_until(lambda: ready.setup("caches", "clear", str(work)).returncode == 0, seconds=30)
    assert ready.json("caches") == {"caches": [], "bytes": 0}
    assert "no session has added anything" in ready.setup("caches").stdout
    assert "the host's\n" in said(ready, "cat ~/.cache/uv/old", work)
    done = ready.setup("caches", "clear", str(ready.path / "none"))
    assert (done.returncode, done.stderr.count("claude-local-setup caches")) == (1, 1)


@pytest.mark.parametrize("purge", [True, False])
def test_remove_takes_them_away(ready: Home, purge: bool) -> None:
    said(ready, f"{ADD}; {TOOL}; mkdir ~/.cache/closed; chmod 500 ~/.cache/closed", ready.workspace())
    done = ready.setup("remove", "-y", *["--purge"] * purge)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(ready.path.glob(".claude-local/workspaces/*/caches"))
    assert (ready.path / ".claude-local").exists() != purge
    assert {path.name for path in (ready.path / ".cache").iterdir()} == {"mozilla", "uv"}
