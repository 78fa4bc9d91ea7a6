"""Several that change the config at the same moment: nothing of any of them is lost."""

from __future__ import annotations

import subprocess
import sys

from tests.homes import Home

CONFIG = ".config/claude-local-setup/config.toml"
KEYS = {
    "server.model": "glm",
    "server.context_tokens": "32768",
    "isolation.level": "strict",
    "isolation.processes": "500",
    "isolation.tmp_percent": "10",
    "network.ports": "3000",
    "network.domains": "example.org",
    "claude.install": "npm",
}


def test_eight_that_set_a_key_at_once_all_do(plain_home: Home) -> None:
    plain_home.write(CONFIG, "# mine\n")
    words = [sys.executable, "-m", "claude_local_setup", "config"]
    each = [
        subprocess.Popen([*words, "set", key, value], env=plain_home.env, stdout=subprocess.DEVNULL)
        for key, value in KEYS.items()
    ]
    assert [one.wait() for one in each] == [0] * len(KEYS)
    text = (plain_home.path / CONFIG).read_text()
    assert [key for key in KEYS if f"\n{key.partition('.')[2]} = " not in text] == []
    assert text.startswith("# mine\n")


def test_what_another_command_set_is_not_lost_to_an_editor_that_was_open(plain_home: Home) -> None:
    plain_home.write(CONFIG, "# mine\n")
    other = f"{sys.executable} -m claude_local_setup config set server.model glm >/dev/null"
    editor = plain_home.write("editor", f'#!/bin/sh\n{other}\necho "# edited" >>"$1"\n')
    editor.chmod(0o755)
    plain_home.extra["EDITOR"] = str(editor)
    done = plain_home.setup("config", "edit")
    assert done.returncode == 2
    assert "changed by another command meanwhile" in done.stderr
    assert 'model = "glm"' in (plain_home.path / CONFIG).read_text()
    assert "# edited" in (plain_home.path / f"{CONFIG}.edited").read_text()
