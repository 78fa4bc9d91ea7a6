"""Where Claude Code is missing and the config asks for it; and package commands where there is no apt."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from claude_local_setup.config.keys import Claude, Config
from claude_local_setup.entries import claude_program
from claude_local_setup.entries.actions import Step, root_commands
from claude_local_setup.host.actual import Actual
from claude_local_setup.host.probe import probe_here
from claude_local_setup.state.plan import plan
from claude_local_setup.state.target import probed_paths, target_state
from tests.fakes.vendor import Vendor
from tests.homes import Home

TOOLS = {
    "apt": "/usr/bin/apt-get", "sudo": "/usr/bin/sudo", "npm": "/usr/bin/npm", "bwrap": "/usr/bin/bwrap",
    "socat": "/usr/bin/socat", "claude": "", "loader": "/usr/bin/wget", "certificates": "1",
}  # fmt: skip


def recorded(os_release: str = "ID=debian\n", **facts: str) -> Actual:
    here = probe_here(probed_paths(Config()))
    return replace(here, os_release=os_release, facts={**here.facts, **TOOLS, **facts})


def planned(install: str, actual: Actual) -> dict[str, Step]:
    config = Config(claude=Claude(install=install))
    return {step.name: step for step in plan(target_state(config, actual), actual)}


@pytest.mark.parametrize("install", ["never", "native", "npm", "apt"])
def test_a_claude_that_is_there_is_never_touched(install: str) -> None:
    step = planned(install, recorded(claude="/opt/claude")).get("claude")
    assert step is None or step.change == "none"


def test_never_is_the_default_and_puts_nothing() -> None:
    assert "claude" not in planned(Config().claude.install, recorded())


def test_what_the_vendors_installer_is_fetched_with_is_installed_where_it_is_missing() -> None:
    def asked(**facts: str) -> list[list[str]]:
        return [list(one.words) for one in root_commands([planned("native", recorded(**facts))["packages"]])]

    assert asked() == []
    assert asked(loader="", certificates="")[-1][-2:] == ["curl", "ca-certificates"]
    assert asked(loader="", claude="/opt/claude") == []


@pytest.mark.parametrize("install", ["native", "npm", "apt"])
def test_each_command_is_a_line_of_the_plan(install: str) -> None:
    step = planned(install, recorded())["claude"]
    assert step.action
    assert [line[:2] for line in step.diff.splitlines()] == ["+ "] * len(step.action.commands)


def test_npm_installs_for_the_user_alone_without_root() -> None:
    actual = recorded()
    step = planned("npm", actual)["claude"]
    assert root_commands([step]) == []
    assert " npm install --global --no-fund --no-audit " in step.diff
    assert f" --prefix {actual.home}/.local {claude_program.PACKAGE}\n" in step.diff


def test_apt_trusts_the_vendor_s_key_for_the_vendor_s_repository_only_once_it_is_checked() -> None:
    commands = [" ".join(one.words) for one in root_commands([planned("apt", recorded())["claude"]])]
    fetched = next(number for number, line in enumerate(commands) if "download-file" in line)
    checked = next(number for number, line in enumerate(commands) if claude_program.FINGERPRINT in line)
    trusted = next(number for number, line in enumerate(commands) if line.startswith("mv "))
    named = next(number for number, line in enumerate(commands) if "signed-by=/etc/apt/keyrings" in line)
    assert fetched < checked < trusted < named
    assert commands[-1].endswith("install claude-code")


@pytest.mark.parametrize(
    ("install", "facts", "error"), [("npm", {"npm": ""}, "there is no npm"), ("apt", {"apt": ""}, "there is no apt")]
)
def test_a_way_that_is_not_there_is_one_clear_sentence(install: str, facts: dict[str, str], error: str) -> None:
    step = planned(install, recorded(**facts))["claude"]
    assert step.change == "failed"
    assert error in step.error
    assert step.remedy


def test_npm_installs_it_then_leaves_it_alone(plain_home: Home) -> None:
    npm = plain_home.write(
        "bin/npm",
        '#!/bin/sh\nwhile [ $# -gt 1 ]; do [ "$1" = --prefix ] && prefix=$2; shift; done\n'
        "mkdir -p $prefix/bin\nprintf '#!/bin/sh\\necho 2.1.330\\n' >$prefix/bin/claude\nchmod +x $prefix/bin/claude\n",
    )
    npm.chmod(0o755)
    plain_home.extra["PATH"] = f"{npm.parent}:/usr/bin:/bin"
    plain_home.write(".config/claude-local-setup/config.toml", '[claude]\ninstall = "npm"\n')
    first = plain_home.json("apply", "-y")
    assert first["failed"] == 0
    assert (plain_home.path / ".local/bin/claude").is_file()
    normal = [f for f in first["hosts"][0]["findings"] if f["check"].startswith("normal claude")]
    assert all(finding["ok"] for finding in normal)
    assert plain_home.json("apply", "-y")["changed"] == 0
    assert "2.1.330" in plain_home.local("--version", cwd=plain_home.workspace()).stdout


INSTALLER = """#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = -o ] || [ "$1" = -O ] && file=$2; url=$1; shift; done
[ "$url" = https://claude.ai/install.sh ] || exit 3
cat >"$file" <<'EOF'
#!/bin/bash
mkdir -p ~/.local/bin ~/.local/share/claude/versions
printf '#!/bin/sh\\necho 2.1.330\\n' >~/.local/share/claude/versions/2.1.330
chmod 755 ~/.local/share/claude/versions/2.1.330
ln -s ../share/claude/versions/2.1.330 ~/.local/bin/claude
EOF
"""


@pytest.mark.parametrize("loader", ["curl", "wget"])
def test_the_vendors_installer_is_run_then_left_alone(plain_home: Home, loader: str) -> None:
    folder = plain_home.path / "bin"
    plain_home.write(f"bin/{loader}", INSTALLER).chmod(0o755)
    for program in Path("/usr/bin").iterdir():
        if program.name not in ("curl", "wget", "claude"):
            (folder / program.name).symlink_to(program)
    plain_home.extra["PATH"] = str(folder)
    plain_home.write(".config/claude-local-setup/config.toml", '[claude]\ninstall = "native"\n')
    first = plain_home.json("apply", "-y")
    assert first["failed"] == 0, first
    assert plain_home.json("apply", "-y")["changed"] == 0
    assert "2.1.330" in plain_home.local("--version", cwd=plain_home.workspace()).stdout


def test_why_the_vendors_installer_failed_is_said(plain_home: Home) -> None:
    """With the real curl; the proxy is an address where nothing listens, and a company's certificates are its own."""
    plain_home.extra["HTTPS_PROXY"] = "http://127.0.0.1:9"
    plain_home.write(".config/claude-local-setup/config.toml", '[claude]\ninstall = "native"\n')
    answer = plain_home.json("apply", "-y")
    (step,) = [step for step in answer["hosts"][0]["steps"] if step["change"] == "failed"]
    assert step["name"] == "claude"
    assert "127.0.0.1 port 9" in step["error"]
    assert (plain_home.path / ".local/bin/claude-local").is_file()


def test_why_npm_failed_is_said(plain_home: Home) -> None:
    """With the real npm; the registry is an address where nothing listens."""
    plain_home.extra |= {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}
    plain_home.write(".config/claude-local-setup/config.toml", '[claude]\ninstall = "npm"\n')
    answer = plain_home.json("apply", "-y")
    (step,) = [step for step in answer["hosts"][0]["steps"] if step["change"] == "failed"]
    assert step["name"] == "claude"
    assert "ECONNREFUSED 127.0.0.1:9" in step["error"]
    assert (plain_home.path / ".local/bin/claude-local").is_file()


def test_npm_asks_where_the_company_says_and_trusts_its_certificate(plain_home: Home, tmp_path: Path) -> None:
    """A registry that only npm's global settings name, with a certificate that only this machine's bundle has."""
    certificate = signed_by_a_company(tmp_path)
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(Path("/etc/ssl/certs/ca-certificates.crt").read_bytes() + (tmp_path / "ca.pem").read_bytes())
    plain_home.write(".npmrc", f"prefix={plain_home.path}/global\n")
    plain_home.write(".config/claude-local-setup/config.toml", '[claude]\ninstall = "npm"\n')
    with Vendor(certificate, Path("/nowhere")) as registry:
        plain_home.write("global/etc/npmrc", f"registry=https://localhost:{registry.port}/\n")
        done = plain_home.run(
            *("bwrap", "--dev-bind", "/", "/", "--bind", str(bundle), "/etc/ssl/certs/ca-certificates.crt"),
            *(sys.executable, "-m", "claude_local_setup", "apply", "-y", "--json"),
        )
    (step,) = [step for step in json.loads(done.stdout)["hosts"][0]["steps"] if step["change"] == "failed"]
    assert "404" in step["error"], step["error"]  # of the registry's own: it has nothing


def signed_by_a_company(folder: Path) -> Path:
    """A certificate for localhost with its key; ca.pem is the company's."""
    authority = "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Company -days 2"
    wanted = "req -newkey rsa:2048 -nodes -keyout key -out wanted -subj /CN=localhost"
    signed = "x509 -req -in wanted -CA ca.pem -CAkey ca.key -CAcreateserial -out pem -days 2 -extfile names"
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for words in (authority, wanted, signed):
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "pem").read_bytes() + (folder / "key").read_bytes())
    return both


@pytest.mark.parametrize(
    ("os_release", "command"),
    [
        ("ID=fedora\n", "sudo dnf install -y bubblewrap socat"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install -y bubblewrap socat"),
        ("ID=arch\n", "sudo pacman -S --needed bubblewrap socat"),
        ("ID=manjaro\nID_LIKE=arch\n", "sudo pacman -S --needed bubblewrap socat"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "sudo zypper install bubblewrap socat"),
        ("ID=unheard-of\n", ""),
    ],
)
def test_where_apt_is_not_the_tool_the_exact_command_is_named(os_release: str, command: str) -> None:
    step = planned("never", recorded(os_release, apt="", bwrap="", socat=""))["packages"]
    assert (step.change, step.remedy) == ("failed", command)
    assert "bubblewrap and socat missing, and there is no apt here" in step.error


def test_packages_that_are_there_are_all_that_another_distribution_needs() -> None:
    steps = planned("never", recorded("ID=fedora\n", apt=""))
    assert not [step for step in steps.values() if step.change == "failed"]
