"""The user's own settings: what git's name and include, and tools' configuration without the credentials in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.jail.jailed import jailed

INCLUDING = """
[user]
  name = Plain
  email = plain@example.org
[include]
  path = ~/dotfiles/git/common
  path = relative
[includeIf "gitdir:{home}/work/"]
  path = ~/work.gitconfig
[includeIf "onbranch:topic"]
  path = ~/topic.gitconfig
[core]
  hooksPath = ~/git-hooks
  excludesFile = ~/dotfiles/ignore
[commit]
  template = ~/dotfiles/template
[alias]
  mine = !~/scripts/mine
"""


@pytest.fixture
def repository(plain_home: Home) -> Path:
    plain_home.write(".gitconfig", INCLUDING.format(home=plain_home.path))
    plain_home.write("dotfiles/git/common", "[user]\n name = Common\n")
    plain_home.write("relative", "[init]\n defaultBranch = trunk\n")
    plain_home.write("work.gitconfig", "[user]\n email = work@example.org\n")
    plain_home.write("topic.gitconfig", "[user]\n name = Topic\n")
    plain_home.write("dotfiles/ignore", "*.ignored\n")
    plain_home.write("dotfiles/template", "why\n")
    plain_home.write("dotfiles/private", "not git's\n")
    plain_home.write("git-hooks/commit-msg", '#!/bin/sh\necho hooked >>"$1"\n').chmod(0o755)
    plain_home.write("scripts/mine", "#!/bin/sh\necho mine\n").chmod(0o755)
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.path / "work/project"
    work.mkdir(parents=True)
    plain_home.run("git", "init", "-q", cwd=work)
    return work


def test_commits_are_as_outside_whatever_the_settings_include(plain_home: Home, repository: Path) -> None:
    script = """
    set -e; touch a b.ignored; git add -A; git commit -qm one; git log -1 --format='%an <%ae>%n%B'; git ls-files
    git checkout -qb topic; git commit -q --allow-empty -m two; git log -1 --format=%an; git mine
    git branch | tail -1; cat ~/dotfiles/template
    """
    done = jailed(plain_home, repository, script)
    outside = ["Common <work@example.org>", "one", "hooked", "a", "Topic", "mine", "trunk", "why"]
    assert [line.strip() for line in done.stdout.split("\n") if line.strip("* ")] == outside, done.stderr
    assert "No such file" in jailed(plain_home, repository, "cat ~/dotfiles/private").stderr


def test_what_a_session_can_write_names_nothing_that_is_shown(plain_home: Home, repository: Path) -> None:
    """Where the settings lie in a workspace, or include what lies in one."""
    plain_home.write("private", "[user]\n name = private\n")
    dotfiles = plain_home.path / "dotfiles"
    show = "cat ~/private; git config --get user.name"
    for change in (
        "printf '[include]\\n path = ~/private\\n' >>git/common",
        "printf '[core]\\n hooksPath = ~/private\\n' >>git/common",
        "printf '[include]\\n path = deeper\\n' >>git/common; printf '[include]\\n path = ~/private\\n' >git/deeper",
    ):
        assert "Read-only" in jailed(plain_home, dotfiles, change).stderr
        plain_home.run("sh", "-c", change, cwd=dotfiles)  # as if it had not been
        assert "private" not in jailed(plain_home, dotfiles, show).stdout, change
        assert "private" not in jailed(plain_home, repository, show).stdout, change
    (plain_home.path / ".gitconfig").rename(dotfiles / "gitconfig")
    (plain_home.path / ".gitconfig").symlink_to("dotfiles/gitconfig")
    plain_home.run("sh", "-c", "printf '[include]\\n path = ~/private\\n' >>gitconfig", cwd=dotfiles)
    assert "private" not in jailed(plain_home, repository, show).stdout


def test_a_repositorys_own_settings_show_nothing_of_the_home(plain_home: Home, repository: Path) -> None:
    plain_home.write("private", "[user]\n name = private\n")
    plain_home.run("git", "config", "include.path", str(plain_home.path / "private"), cwd=repository)
    assert "private" not in jailed(plain_home, repository, "cat ~/private").stdout


def test_author_by_variables_and_settings_elsewhere(plain_home: Home, repository: Path) -> None:
    plain_home.extra |= {"GIT_AUTHOR_NAME": "By Variable", "XDG_CONFIG_HOME": str(plain_home.path / "settings")}
    plain_home.write("settings/git/config", "[user]\n name = Else\n email = elsewhere@example.org\n")
    plain_home.write("settings/nvim/init.lua", "x\n")
    plain_home.write("settings/gh/hosts.yml", "token\n")
    (plain_home.path / ".gitconfig").unlink()
    done = jailed(
        plain_home,
        repository,
        "git commit -q --allow-empty -m x; git log -1 --format='%an %ae'; ls $XDG_CONFIG_HOME; ls $XDG_CONFIG_HOME/gh",
    )
    assert done.stdout.split("\n")[:3] == ["By Variable elsewhere@example.org", "git", "nvim"], done.stderr
    assert "gh" not in done.stdout.split("\n")[1:]


KEPT = {
    ".npmrc": (
        "prefix=~/.npm-global\nsave-exact=true\n",
        '//registry.example/:_authToken=abc\n_auth=abc\nkey="abc"\nof-our-own=abc\n',
    ),
    ".config/pip/pip.conf": ("[global]\nno-binary = x\n", "index-url = https://me:abc@example.org/simple\n"),
    ".curlrc": ("silent\n--max-time 9\n", "-uabc:abc\nuser = abc\nheader = 'X: abc'\noauth2-bearer abc\ndata abc\n"),
    ".hgrc": (
        "[ui]\nusername = Me <me@example.org>\n",
        "[paths]\ndefault = https://me:abc@example.org/\nx.key = abc\n",
    ),
    ".gradle/gradle.properties": ("org.gradle.jvmargs=-Xmx1g\n", "nexusPwd=abc\nabc=abc\n"),
    ".Renviron": ("R_LIBS_USER=~/R\n", "GITHUB_PAT=abc\nSOME_KEY=abc\n"),
    ".wgetrc": ("tries = 1\n", "http_proxy = http://me:abc@example.org\n"),
}
UNCLEAN = {
    ".config/composer/config.json": '{\n"http-basic": {"x": {"password": "abc"}}\n}',
    ".condarc": "channels:\n  - https://conda.example/t/abc/mine\n",
    ".Rprofile": 'x <- "abc"\n',
    ".cargo/config.toml": '[net]\noffline = true\n[registry]\ntoken = "abc"\n',
    ".yarnrc.yml": "npmScopes:\n  x:\n    npmAuthToken: abc\n",
    ".m2/settings.xml": '<server><id k="x"/><password>abc</password></server>\n',
}
CLEAN = {
    ".cargo/config.toml": "[net]\noffline = true\n",
    ".condarc": "channels:\n  - conda-forge\n",
    ".m2/settings.xml": "<settings/>\n",
    ".vimrc": "set nu\n",
}


def test_configuration_is_there_without_its_credentials(plain_home: Home) -> None:
    for name, (kept, secret) in KEPT.items():
        plain_home.write(name, secret + kept)
    for name, text in CLEAN.items():
        plain_home.write(name, text)
    assert plain_home.json("apply", "-y")["failed"] == 0
    work = plain_home.workspace()
    for name, (kept, _) in KEPT.items():
        seen = jailed(plain_home, work, f"cat ~/{name}").stdout
        assert seen.endswith(kept), name
        assert "abc" not in seen, name
    for name, text in CLEAN.items():
        assert jailed(plain_home, work, f"cat ~/{name}").stdout == text, name
    done = jailed(plain_home, work, "echo x >>~/.npmrc; rm -f ~/.npmrc; mv ~/.npmrc x")
    assert done.stdout == ""
    assert (plain_home.path / ".npmrc").read_text().endswith(KEPT[".npmrc"][0])
    for name, text in UNCLEAN.items():
        plain_home.write(name, text)
    done = jailed(plain_home, work, f"cat {' '.join(f'~/{name}' for name in UNCLEAN)}")
    assert done.stdout == "", done.stdout
    assert "configuration, without lines that may hold credentials" in plain_home.local("--explain", cwd=work).stdout


def test_configuration_that_is_hidden_or_shown_whole_is_that(plain_home: Home) -> None:
    plain_home.write(".npmrc", "a=b\n_auth=abc\n")
    plain_home.write(".curlrc", "silent\n")
    plain_home.setup("config", "set", "isolation.read", "~/.npmrc")
    plain_home.setup("config", "set", "isolation.hide", "~/.curlrc")
    assert plain_home.json("apply", "-y")["failed"] == 0
    done = jailed(plain_home, plain_home.workspace(), "cat ~/.npmrc ~/.curlrc")
    assert done.stdout == "a=b\n_auth=abc\n"


def test_a_link_from_a_configuration_to_a_secret_is_not_followed(plain_home: Home) -> None:
    plain_home.write(".ssh/id", "abc\n")
    (plain_home.path / ".curlrc").symlink_to(".ssh/id")
    assert plain_home.json("apply", "-y")["failed"] == 0
    assert jailed(plain_home, plain_home.workspace(), "cat ~/.curlrc ~/.ssh/id").stdout == ""


def test_an_editor_off_path_is_there_and_what_lies_beside_it_is_not(plain_home: Home) -> None:
    plain_home.write("Documents/edit", "#!/bin/sh\necho edits\n").chmod(0o755)
    plain_home.write("Documents/private", "abc\n")
    plain_home.write("apps/nvim/bin/nvim", '#!/bin/sh\ncat "$(dirname "$0")/../share/runtime"\n').chmod(0o755)
    plain_home.write("apps/nvim/share/runtime", "runtime\n")
    plain_home.extra |= {
        "EDITOR": f"{plain_home.path}/Documents/edit --wait", "VISUAL": f"{plain_home.path}/apps/nvim/bin/nvim",
    }  # fmt: skip
    assert plain_home.json("apply", "-y")["failed"] == 0
    done = jailed(plain_home, plain_home.workspace(), "$EDITOR; $VISUAL; ls ~/Documents; cat ~/Documents/private")
    assert done.stdout == "edits\nruntime\nedit\n", done.stderr
