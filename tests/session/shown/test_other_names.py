"""A workspace by the names that links give it, and PATH entries that are not there yet."""

from __future__ import annotations

import pytest

from tests.homes import Home
from tests.session.jail.jailed import jailed


@pytest.fixture
def linked(plain_home: Home) -> Home:
    """~/lnk -> ~/real, with a project and a neighbour in it."""
    for name in ("project/bin", "neighbour"):
        (plain_home.path / "real" / name).mkdir(parents=True)
    plain_home.write("real/neighbour/private", "private\n")
    (plain_home.path / "lnk").symlink_to("real")
    assert plain_home.json("apply", "-y")["failed"] == 0
    return plain_home


def test_the_workspace_is_there_by_the_name_of_a_link_in_the_home(linked: Home) -> None:
    work = linked.path / "real/project"
    done = jailed(linked, work, "echo x >~/lnk/project/new; ls ~/lnk; cat ~/lnk/neighbour/private")
    assert done.stdout == "project\n", done.stderr
    assert (work / "new").read_text() == "x\n"
    assert (
        f"write      {linked.path}/lnk/project: the workspace's other name"
        in linked.local("--explain", cwd=work).stdout
    )


def test_and_by_the_name_by_which_the_shell_came(linked: Home) -> None:
    work = linked.path / "real/project"
    deep = linked.path / "links/to"
    deep.parent.mkdir()
    deep.symlink_to(work)
    linked.extra["PWD"] = f"{deep}/bin"
    assert jailed(linked, work / "bin", f"pwd; cd {deep}/bin && ls -d {deep}/bin").stdout.endswith(f"\n{deep}/bin\n")
    venv = work / ".venv"
    linked.run("python3", "-m", "venv", "--without-pip", str(linked.path / "lnk/project/.venv"))
    linked.extra |= {"VIRTUAL_ENV": f"{linked.path}/lnk/project/.venv", "PWD": str(work)}
    linked.extra["PATH"] = f"{linked.path}/lnk/project/.venv/bin:/usr/bin:/bin"
    script = "command -v python; python -c 'import sys; print(sys.prefix)'; $VIRTUAL_ENV/bin/python -c 'print(1)'"
    assert jailed(linked, work, script).stdout.split() == [f"{venv}/bin/python", str(venv), "1"]


@pytest.mark.parametrize("name", ["../..", "..", "/", "/usr/lnk", "{home}/real/neighbour"])
def test_a_variable_makes_nothing_else_of_it(linked: Home, name: str) -> None:
    linked.extra["PWD"] = name.format(home=linked.path)
    assert (
        jailed(linked, linked.path / "real/project", "ls -d ~/*n*; cat ~/real/neighbour/private").stdout
        == f"{linked.path}/lnk\n"
    )


def test_a_link_that_a_session_made_gives_no_name(linked: Home) -> None:
    work = linked.path / "real/project"
    assert jailed(linked, linked.path / "real/neighbour", "ln -s ../project there").returncode == 0
    linked.extra["PWD"] = f"{linked.path}/real/neighbour/there"
    assert jailed(linked, work, "ls ~/real").stdout == "project\n"


def test_entries_of_path_stay_that_mean_the_workspace(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    lost = plain_home.path / "gone/bin"
    plain_home.extra["PATH"] = f"node_modules/.bin:{work}/build/bin:{lost}:/usr/bin:"
    script = """
    mkdir -p build/bin node_modules/.bin; for name in build/bin/one node_modules/.bin/two three; do
    printf '#!/bin/sh\\necho $0\\n' >$name; chmod +x $name; done; one; two; three; echo $PATH
    """
    done = jailed(plain_home, work, script)
    assert done.stdout.split() == [
        *(f"{work}/build/bin/one", "node_modules/.bin/two", "./three"),
        f"node_modules/.bin:{work}/build/bin:/usr/bin:.",
    ], done.stderr
    assert f"dropped    of PATH: {lost} (not there" in plain_home.local("--explain", cwd=work).stdout
