"""sudo on this machine, where it wants a password."""

from __future__ import annotations

import shlex
import sys

import pexpect

from tests.commands.test_bad_input import bare_path
from tests.homes import Home

PASSWORD = 'it\'s "a" $HOME ø\\ `x` #1'
# With timestamp_timeout=0: what was typed for one command is forgotten at the next.
SUDO = f"""\
#!/bin/bash
typed=
while [[ $1 == -* ]]; do
  case $1 in
    -v) read -r -p 'its own: ' typed </dev/tty && [[ $typed == {shlex.quote(PASSWORD)} ]] && exit ;;
    -n) echo 'sudo: a password is required' >&2 && exit 1 ;;
    -S) read -r typed ;;
    -p) shift ;;
  esac
  shift
done
[[ $typed == {shlex.quote(PASSWORD)} ]] || exit 1
exec "$@"
"""
APT = """\
#!/bin/bash
case " $* " in *' install '*) ln -s /usr/bin/bwrap "${0%/*}/bwrap" ;; esac
"""


def test_a_sudo_that_remembers_nothing_is_given_the_password_each_time(plain_home: Home) -> None:
    plain_home.extra["PATH"] = bare_path(plain_home, "bwrap", "sudo", "apt-get")
    for name, script in (("sudo", SUDO), ("apt-get", APT)):
        program = plain_home.write(f"bin-without/{name}", script)
        program.chmod(0o755)
    child = pexpect.spawn(
        sys.executable, ["-m", "claude_local_setup", "apply", "-y"], env=plain_home.env, cwd=str(plain_home.path),
        encoding="utf-8", timeout=120,
    )  # fmt: skip
    child.expect_exact("its own: ")
    child.sendline(PASSWORD)
    child.expect_exact("once more, for all of the commands")
    child.expect_exact("password: ")
    child.sendline(PASSWORD)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    assert PASSWORD not in (child.before or "")
    assert (plain_home.path / "bin-without/bwrap").is_symlink()
