"""Where links and PATH lead: what a session could have put there is not followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.jail.jailed import jailed


@pytest.mark.parametrize("wide", ["/", "..", "/run"])
def test_a_link_to_what_is_too_wide_is_refused_too(plain_home: Home, work: Path, wide: str) -> None:
    (plain_home.path / "link").symlink_to(wide)
    plain_home.setup("config", "set", "isolation.read", "~/link")
    plain_home.json("apply", "-y")
    done = jailed(plain_home, work, "true")
    assert done.returncode == 1
    assert "isolation.read names ~/link, which is too wide" in done.stderr


def test_a_home_behind_a_link_has_its_config_directory_and_programs(plain_home: Home) -> None:
    real = plain_home.path / "real"
    real.mkdir()
    link = plain_home.path / "link"
    link.symlink_to(real)
    home = Home(link)
    home.write(".local/bin/claude", "#!/bin/sh\n").chmod(0o755)
    home.extra["PATH"] = f"{link}/.local/bin:/usr/bin:/bin"
    assert home.json("apply", "-y")["failed"] == 0
    done = jailed(home, home.workspace(), 'ls -A ~; ls "$CLAUDE_CONFIG_DIR/.claude.json"; command -v claude')
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_link_that_a_session_put_where_it_may_write_is_not_followed_by_the_next(plain_home: Home, work: Path) -> None:
    plain_home.write("Documents/private", "secret")
    (plain_home.path / "open/bin").mkdir(parents=True)
    (plain_home.path / "open/cache/deep").mkdir(parents=True)
    plain_home.setup("config", "set", "isolation.write", "~/open,~/open/cache/deep")
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.extra["PATH"] = f"{plain_home.path}/open/bin:/usr/bin:/bin"
    plant = "cd ~/open; mv bin b; ln -s ../Documents bin; rm -r cache; mkdir cache; ln -s ../../Documents cache/deep"
    assert jailed(plain_home, work, plant).returncode == 0
    done = jailed(plain_home, work, "cat ~/Documents/private; echo x >>~/Documents/private")
    assert done.stdout == ""
    assert (plain_home.path / "Documents/private").read_text() == "secret"


def test_a_link_in_a_workspace_with_a_very_long_name_is_not_followed_either(plain_home: Home, work: Path) -> None:
    plain_home.write("Documents/private", "secret")
    long = plain_home.path.joinpath(*["d" * 60] * 4)
    (long / "bin").mkdir(parents=True)
    plain_home.extra["PATH"] = f"{long}/bin:/usr/bin:/bin"
    up = "/".join([".."] * 4)
    assert jailed(plain_home, long, f"rmdir bin && ln -s {up}/Documents bin").returncode == 0
    assert jailed(plain_home, work, "cat ~/Documents/private").stdout == ""


@pytest.mark.parametrize(
    ("path", "variable", "seen"),
    [("~/work/bin", "", False), ("~/tools/jdk/bin", "", True), ("", "~/work", False), ("", "~/tools/jdk", True)],
)
def test_a_folder_of_programs_brings_its_installation_along_and_no_folder_of_projects(
    plain_home: Home, work: Path, path: str, variable: str, seen: bool
) -> None:
    for name in ("work/bin/tool", "work/other/beside", "tools/jdk/bin/java", "tools/jdk/lib/beside"):
        plain_home.write(name, "here")
    home = str(plain_home.path)
    plain_home.extra["PATH"] = f"{path.replace('~', home)}:/usr/bin:/bin"
    plain_home.extra["JAVA_HOME"] = variable.replace("~", home)
    done = jailed(plain_home, work, "cat ~/work/other/beside ~/tools/jdk/lib/beside")
    assert done.stdout == ("here" if seen else "")


def test_a_folder_on_path_is_no_workspace(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    tools = plain_home.workspace("mytools")
    plain_home.extra["PATH"] = f"{tools}:/usr/bin:/bin"
    done = plain_home.local("--jail", "true", cwd=tools)
    assert done.returncode == 1
    assert "your PATH leads there" in done.stderr


def test_a_link_on_path_shows_what_it_leads_to_and_not_the_project_around_it(plain_home: Home, work: Path) -> None:
    plain_home.write("otherproject/run.sh", "#!/bin/sh\necho ran\n").chmod(0o755)
    plain_home.write("otherproject/.env", "secret")
    plain_home.write(".local/bin/x", "")
    (plain_home.path / ".local/bin/mytool").symlink_to("../../otherproject/run.sh")
    plain_home.extra["PATH"] = f"{plain_home.path}/.local/bin:/usr/bin:/bin"
    done = jailed(plain_home, work, "mytool; cat ~/otherproject/.env")
    assert done.stdout == "ran\n"
