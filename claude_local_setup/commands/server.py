"""`server`: the model server that apply installed on this machine: what runs, starting, stopping, what it says."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from ..config.file import home
from ..errors import SetupError
from ..host import paths
from ..screen.output import say
from ..session.serving.held import process
from ..session.serving.serve import UNIT
from ..session.serving.served import Served, load
from ..session.words import APPLY, Remedy

LINES = 200


def show_server(*, as_json: bool) -> int:
    """What runs, since when, which model, where."""
    served = _installed()
    since = _since(served)
    state = "stopped" if since is None else "runs" if served.answers() else "loading"
    known = {"state": state, "since": since.isoformat(" ", "seconds") if since else "", "model": served.model}
    known |= {"address": served.url, "program": served.program, "run_by": "systemd" if _is_unit() else "session"}
    if as_json:
        click.echo(json.dumps(known, indent=2))
        return 0
    for name in ("state", "since", "model", "address", "program"):
        if known[name]:
            say(f"{name:<9} {known[name]}")
    say(_how_it_runs())
    return 0


def start_server() -> int:
    _check_unit(_installed())
    _systemctl("start", UNIT)
    say(f"started; it is loading: {_COMMAND}")
    return 0


def stop_server() -> int:
    _check_unit(_installed())
    _systemctl("stop", UNIT)
    say(f"stopped until the next login; to start it: {_COMMAND} start")
    return 0


def show_logs() -> int:
    """The last lines that it has said."""
    served = _installed()
    if _is_unit():
        words = ["journalctl", "--user", "--no-pager", "-n", str(LINES), "-u", UNIT]
        return subprocess.run(words, env=_env(), check=False).returncode
    log = Path(served.log)
    for line in log.read_text(errors="replace").splitlines()[-LINES:] if log.exists() else ():
        say(line)
    return 0


_COMMAND = "claude-local-setup server"


def _installed() -> Served:
    return load(paths.real(paths.SERVER, str(home())))


def _is_unit() -> bool:
    return Path(paths.real(paths.UNIT, str(home()))).is_file()


def _check_unit(served: Served) -> None:
    if not _is_unit():
        state = "it runs now" if process(served.folder) else "none runs now"
        problem = f"there is no systemd for users here: sessions start and stop the server; {state}"
        raise SetupError(problem, remedy=Remedy("claude-local"))


def _how_it_runs() -> str:
    if _is_unit():
        return "by systemd, while you are logged in; for longer: loginctl enable-linger"
    return "it starts with the first session and stops with the last"


def _since(served: Served) -> datetime | None:
    number = _main_process() if _is_unit() else process(served.folder)
    if not number:
        return None
    now = datetime.now().astimezone()
    running = subprocess.run(["ps", "-o", "etimes=", "-p", str(number)], capture_output=True, text=True, check=False)
    return now - timedelta(seconds=int(running.stdout.strip() or 0))


def _main_process() -> int:
    return int(_systemctl("show", "--property=MainPID", "--value", UNIT).strip() or 0)


def _systemctl(*words: str) -> str:
    asked: Sequence[str] = ("systemctl", "--user", *words)
    try:
        done = subprocess.run(asked, env=_env(), capture_output=True, text=True, check=False)
    except OSError:
        raise SetupError("there is no systemctl here", remedy=APPLY) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["systemd refused"])[-1]
        raise SetupError(said, remedy=Remedy("claude-local-setup server logs"))
    return done.stdout


def _env() -> dict[str, str]:
    """A connection without a login of its own does not say where the user's systemd is reached."""
    return {"XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}", **os.environ}
