"""What a session's prompt costs: its characters, and the tokens of it that a real llama-server evaluates.

Run it from a checkout after ./test.sh, as an unprivileged user: `.venv/bin/python -m benchmarks.prompt`.
The model is a scripted one with a small vocabulary; a real one counts about as many tokens.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.messages_api import MessagesApi, Say
from tests.fakes.scripted_model import gguf
from tests.homes import Home
from tests.real.claudes import CLAUDES
from tests.real.llama import Llama

Session = Callable[[Home, Path, str, str], None]  # home, claude, base URL, first words

WORDS = ("Say hi", "Something else altogether, in other words")
# What 0.1.0 left in the prompt, by Claude Code's own names; and it had the skills.
LEFT_BY_0_1_0 = ("WebSearch", "ScheduleWakeup", "ReportFindings", "ListAgents", "CronCreate", "CronDelete", "CronList",
                 "Agent(statusline-setup)")  # fmt: skip
# Without this tool, which this llama-server refuses for its schema: a real default session would not get an answer.
DEFAULTS = ["--disallowedTools", "Workflow"]


def ours(home: Home, claude: Path, base_url: str, words: str, model: str = "") -> None:
    config = home.path / ".config/claude-local-setup/config.toml"
    if not config.exists():
        server = f'[server]\nbase_url = "{base_url}"\nmodel = "{model}"\nmanagement_url = ""\n'
        home.write(str(config), f'{server}[claude]\npath = "{claude}"\n')
        home.setup("apply", "-y")
    home.local("-p", words, cwd=home.workspace())


def named(home: Home, claude: Path, base_url: str, words: str) -> None:
    ours(home, claude, base_url, words, "scripted")


def as_in_0_1_0(home: Home, claude: Path, base_url: str, words: str) -> None:
    """By the program itself: claude-local takes no other rules than those that apply wrote."""
    home.write(
        ".config/claude-local-setup/config.toml",
        f'[server]\nbase_url = "{base_url}"\n[claude]\nbundled_skills = true\n',
    )
    home.setup("apply", "-y")
    rules = json.loads((home.path / ".local/share/claude-local/enforced.json").read_text())
    rules["permissions"]["deny"] = [name for name in rules["permissions"]["deny"] if name not in LEFT_BY_0_1_0]
    given = str(home.write("rules.json", json.dumps(rules)))
    home.extra = {"CLAUDE_CONFIG_DIR": f"{home.path}/.claude-local", "ANTHROPIC_BASE_URL": base_url}
    home.extra["ANTHROPIC_AUTH_TOKEN"] = "llamacpp"
    home.run(str(claude), "--settings", given, "-p", words, cwd=home.workspace())


def defaults(home: Home, claude: Path, base_url: str, words: str) -> None:
    home.extra = {
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_AUTH_TOKEN": "llamacpp",
        "ANTHROPIC_MODEL": "local",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    home.run(str(claude), "-p", words, *DEFAULTS, cwd=home.workspace())


@contextmanager
def new_home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="bench-") as folder:
        yield Home(Path(folder))


def characters(session: Session, claude: Path) -> int:
    """Of the first request: system prompt, tools and messages, as JSON."""
    with new_home() as home, MessagesApi([Say("hi")]) as api:
        session(home, claude, api.base_url, WORDS[0])
        body = next(request.body for request in api.requests if request.path.startswith("/v1/messages?"))
        return sum(len(json.dumps(body[part])) for part in ("system", "tools", "messages"))


def evaluated(session: Session, claude: Path, *, router: bool) -> tuple[int, int, float]:
    """The tokens that the first and the second session had the server evaluate; seconds until the second's end."""
    with new_home() as home:
        folder = home.path / "models"
        model = home.write("models/scripted.gguf", gguf())
        words: Sequence[str] = ("--models-dir", str(folder)) if router else ("-m", str(model))
        with Llama(home.path, *words, "-c", "65536") as server:
            counts, seconds = [], 0.0
            for said in WORDS:
                before, start = len(server.evaluated), time.monotonic()
                session(home, claude, server.base_url, said)
                counts.append(sum(server.evaluated[before:]))
                seconds = time.monotonic() - start
    return counts[0], counts[1], seconds


def main() -> None:
    rows: Sequence[tuple[str, Session]] = (
        ("claude-local", ours),
        ("claude-local, named model", named),
        ("claude-local 0.1.0's", as_in_0_1_0),
        ("Claude Code's defaults", defaults),
    )
    print(f"{'':<34} {'characters':>10} {'first session':>14} {'second session':>15}")
    for claude in CLAUDES:
        for name, session in rows:
            first, second, seconds = evaluated(session, claude, router=session is named)
            cost = f"{characters(session, claude):>10,} {first:>14,} {second:>15,}"
            print(f"{claude.parent.name} {name:<26} {cost} tokens evaluated; the second took {seconds:.1f} s")


if __name__ == "__main__":
    main()
