"""Other distributions than this machine's: the boundary, with the bubblewrap and socat that they bring; and a whole
life of it where other tools stand in the usual places. This machine's own is what tests/fleet and tests/servers try.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from packaging.version import Version

from tests.fakes.messages_api import MessagesApi
from tests.homes import CACHE, tree
from tests.real.claudes import CLAUDES
from tests.real.machines import PIP, Site, opened

pytestmark = pytest.mark.root


@pytest.fixture(scope="module", params=["trixie", "sid"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A machine with Debian 13, and one with what will be the next Debian: the newest bubblewrap there is."""
    with opened(1, suite=request.param, disk="1g") as one:
        yield one


@pytest.mark.real_claude
def test_a_fresh_machine_installs_it_by_one_command_and_is_as_before_at_the_end(site: Site) -> None:
    """With that distribution's own Python; claude is there, and a model server."""
    (machine,) = site.machines
    (machine.root / "etc/pip.conf").write_text(PIP)
    (machine.root / "usr/local/bin/claude").symlink_to("/srv/cache" / CLAUDES[-1].relative_to(CACHE))
    machine.put_checkout()
    before = tree(machine.home())
    with machine.network():
        server = MessagesApi(port=8080)
    with server:
        installed = machine.typed("cd checkout && ./install.sh -y").stdout
        assert "0 problems in" in installed, installed
        assert "0 problems in" in machine.typed("claude-local-setup verify").stdout
        assert machine.typed(SESSION.replace("~/.local/bin/", "")).stdout == "inside\n"
        removed = machine.typed("claude-local-setup remove -y --purge").stdout
    machine.typed(f"yes | {removed.rpartition('to remove claude-local-setup itself: ')[2].splitlines()[0]}")
    folders = (".local", ".local/bin", ".local/share")  # anybody's
    assert {name: what for name, what in tree(machine.home()).items() if name not in folders} == before
    site.renew(machine)


@pytest.mark.parametrize("level", ["session", "strict"])
def test_the_whole_battery_passes_with_a_newer_bubblewrap(site: Site, level: str) -> None:
    (machine,) = site.machines
    inventory = site.inventory([site.host(machine)], f"claude_local_isolation_level = '{level}'\n", level)
    assert site.json("apply", "-y", "-i", inventory)["rc"] == 0
    version = machine.inside("bwrap", "--version").stdout.split()[1]
    assert Version(version) > Version("0.11"), version
    findings = site.json("verify", "-i", inventory)["by"][machine.name]["findings"]
    boundary = [finding for finding in findings if finding["check"].startswith("boundary")]
    assert len(boundary) > 50
    assert [finding for finding in boundary if not finding["ok"]] == []
    assert site.json("apply", "-y", "-i", inventory)["changed"] == 0


# What Ubuntu 25.10 has in the usual places (coreutils and sudo in Rust), a temporary folder as CIS wants it, and a
# login shell that is no more than POSIX asks for.
OTHER_TOOLS = """
set -e
apt-get -q -y install sudo-rs rust-coreutils >/dev/null
ln -sf /usr/lib/cargo/bin/coreutils/* /usr/lib/cargo/bin/sudo /usr/bin/
mount -t tmpfs -o noexec,nosuid,nodev,mode=1777 tmpfs /tmp
usermod --shell /bin/dash typist
"""
SESSION = (
    'mkdir -p project && cd project && ~/.local/bin/claude-local --jail sh -c "touch inside && ls" && rm -r ~/project'
)


def test_a_life_of_it_with_rust_s_tools_a_password_and_a_tmp_without_programs(site: Site) -> None:
    site.renew(site.machines[0])
    (machine,) = site.machines
    machine.inside("sh", "-c", OTHER_TOOLS)
    assert "GNU" not in machine.inside("env", "--version").stdout
    assert "sudo-rs" in machine.inside("sh", "-c", "sudo --version 2>&1").stdout
    before = tree(machine.home("typist"))
    host = site.host(machine, ssh_user="typist", _sudo_password="correct horse")
    inventory = site.inventory([host], "claude_local_shell_rc = ['~/.profile']\n", "other")
    applied = site.json("apply", "-y", "-i", inventory)
    assert (applied["rc"], applied["failed"]) == (0, 0), applied
    problems = [found for found in applied["by"][machine.name]["findings"] if not found["ok"]]
    assert {found["check"].partition(":")[0] for found in problems} <= {"claude", "server"}  # there are none there
    assert machine.inside("su", "-", "typist", "-c", SESSION).stdout == "inside\n"
    assert site.json("remove", "-y", "--purge", "-i", inventory)["rc"] == 0
    assert tree(machine.home("typist")) == before
    site.renew(machine)


CLOSED = """
install -d -m 711 /srv/closed && install -d -o dev /srv/closed/project && chmod 711 /home
cd "$1" && su dev -c '~/.local/bin/claude-local --jail sh -c "touch inside && pwd"'
"""


@pytest.mark.parametrize("folder", ["/srv/closed/project", "/home/dev/project"])
def test_a_workspace_below_folders_that_cannot_be_read_works(site: Site, folder: str) -> None:
    """bubblewrap 0.12 wants to read every parent of a mount point that it makes; ours are in a root of our own."""
    (machine,) = site.machines
    assert site.json("apply", "-y", "-i", site.inventory([site.host(machine)]))["rc"] == 0
    machine.inside("install", "-d", "-o", "dev", "/home/dev/project")
    done = machine.inside("sh", "-c", CLOSED, "x", folder)
    assert done.stdout.strip() == folder, done.stderr
