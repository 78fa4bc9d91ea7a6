"""A small Debian with nothing on it: Enter to each question, and over SSH; at the end a model makes a tool call.

Nothing leaves it: packages come from its own disk, wheels from a folder, model and claude from stand-ins there.
"""

from __future__ import annotations

import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claude_local_setup.servers.good_models import MODELS
from tests.fakes.model_hub import ModelHub
from tests.fakes.scripted_model import SCRIPTS, gguf
from tests.fakes.vendor import NAME, Vendor
from tests.homes import CACHE, Home
from tests.real.claudes import CLAUDES, trust_the_folder
from tests.real.machines import Machine, Site, opened
from tests.real.terminal import Terminal

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the wheels are for x86_64"),
]

PIP = "[global]\nno-index = true\nfind-links = /srv/cache/packages /srv/cache/wheels\n"
CERTIFY = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=v -keyout {0}.key -out {0} -addext {1}"


def seen_there(path: Path) -> Path:
    return Path("/srv/cache") / path.relative_to(CACHE)


@contextmanager
def far_side(site: Site, machine: Machine, user: str) -> Iterator[None]:
    """The hub of the models and the vendor's site, on the machine's own loopback: it has no other way out."""
    certificate = site.folder / "vendor.pem"
    words = CERTIFY.format(certificate, f"subjectAltName=DNS:{NAME}").split()
    subprocess.run(words, check=True, capture_output=True)
    (machine.root / "etc/vendor.pem").write_bytes(certificate.read_bytes())
    certificate.write_bytes(certificate.read_bytes() + Path(f"{certificate}.key").read_bytes())
    with machine.network():
        hub = ModelHub(gguf(), repository=MODELS[-1].source.partition(":")[0])
        vendor = Vendor(certificate, seen_there(CLAUDES[-1]))
    with hub, vendor:
        (machine.root / "etc/profile.d/mirror.sh").write_text(f"export HF_ENDPOINT={hub.base_url}\n")
        curl = f'connect-to = "{NAME}:443:127.0.0.1:{vendor.port}"\ncacert = /etc/vendor.pem\n'
        (machine.home(user) / ".curlrc").write_text(curl)
        yield


def login(site: Site, machine: Machine, user: str) -> Terminal:
    options = ("-i", str(site.key), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null")
    home = Home(site.control, extra={"PATH": site.env["PATH"]})
    return Terminal(home, site.words("ssh", "-tt", *options, f"{user}@{machine.address}"), site.control)


def enter(terminal: Terminal, question: str, typed: str = "", seconds: float = 90) -> None:
    terminal.wait(question, seconds=seconds)
    terminal.type(*filter(None, [typed]), "Enter")


@pytest.mark.real_claude
def test_enter_to_each_question_ends_in_a_session_that_makes_a_tool_call() -> None:
    with opened(1, disk="8g") as site:
        (machine,) = site.machines
        (machine.root / "etc/pip.conf").write_text(PIP)
        machine.put_checkout("typist")
        machine.inside("apt-get", "-q", "purge", "-y", "--auto-remove", "python3*", "git")
        with far_side(site, machine, "typist"), login(site, machine, "typist") as terminal:
            enter(terminal, "typist@machine-1:~$", "cd checkout && ./install.sh")
            began = time.monotonic()
            enter(terminal, "install.sh: Python 3.10 or newer is needed. Install it?")
            enter(terminal, "[sudo] password for typist:", "correct horse")
            enter(terminal, "Enter to install that one, or the address of another [install]:", seconds=300)
            enter(terminal, "Install it by (native, npm, apt, never) [native]:")
            enter(terminal, "Level (session, strict, bash, config) [session]:")
            enter(terminal, "Internet names it may reach")
            enter(terminal, "Do this? [Y/n")
            screen = terminal.wait("to undo all of it:", "remedy:", seconds=300)
            assert "0 problems in" in screen
            for line in screen.partition("\nnext:\n")[2].splitlines()[:3]:
                terminal.type(line.strip(), "Enter")
            trust_the_folder(terminal)
            terminal.wait("65536 tokens")
            terminal.type("USE_BASH please", "Enter")
            terminal.answer("Do you want to proceed?")
            terminal.wait(SCRIPTS["<|done|>"][0])
            print(f"{time.monotonic() - began:.0f} s from the first Enter to the tool call")
        assert (machine.home("typist") / "project/made-by-bash.txt").read_text() == "scripted\n"


@pytest.mark.real_claude
@pytest.mark.parametrize(("suite", "install", "hosts"), [("", "auto", 2), ("sid", "apt", 1)])
def test_a_host_of_an_inventory_gets_a_server_and_verify_is_clean_there(suite: str, install: str, hosts: int) -> None:
    """In sid by the distribution's own packages. A neighbour that asks for none gets none."""
    with opened(hosts, suite=suite, disk="1g") as site:
        first, *others = site.machines
        (first.root / "etc/pip.conf").write_text(PIP)
        (first.root / "srv/scripted.gguf").write_bytes(gguf())
        (first.root / "usr/local/bin/claude").symlink_to(seen_there(CLAUDES[-1]))
        data = {"claude_local_server_install": install, "claude_local_server_model_source": "/srv/scripted.gguf"}
        inventory = site.inventory([site.host(first, **data), *map(site.host, others)])
        applied = site.json("apply", "-y", "-i", inventory)
        assert (applied["rc"], applied["failed"]) == (0, 0), applied
        verified = site.json("verify", "-i", inventory, "--limit", first.name)
        assert (verified["rc"], verified["problems"]) == (0, 0), verified
        found = {item["check"]: item["ok"] for item in verified["by"][first.name]["findings"]}
        assert found["server: makes a tool call from the jail"]
        assert (first.root / "usr/bin/llama-server").exists() == (install == "apt")
        assert not any((other.home() / ".local/share/claude-local-server").exists() for other in others)
