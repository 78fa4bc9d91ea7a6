"""How much of the prompt a second session with another first message evaluates again, by llama-server's own count.

Run it from a checkout after ./test.sh, as an unprivileged user: `.venv/bin/python -m benchmarks.warm_cache`.
The model is a scripted one with a small vocabulary; a real one counts about as many tokens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.fakes.scripted_model import gguf
from tests.homes import Home
from tests.real.claudes import CLAUDES
from tests.real.llama import Llama

WORDS = ("Say hi", "Something else altogether, in other words")
# Without this tool, which this llama-server refuses for its schema: a real default session would not get an answer.
DEFAULTS = ["--disallowedTools", "Workflow"]


def ours(home: Home, claude: Path, base_url: str, words: str) -> None:
    config = home.path / ".config/claude-local-setup/config.toml"
    if not config.exists():
        home.write(str(config), f'[server]\nbase_url = "{base_url}"\n[claude]\npath = "{claude}"\n')
        home.setup("apply", "-y")
    home.local("-p", words, cwd=home.workspace())


def defaults(home: Home, claude: Path, base_url: str, words: str) -> None:
    home.extra = {
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_AUTH_TOKEN": "llamacpp",
        "ANTHROPIC_MODEL": "local",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    home.run(str(claude), "-p", words, *DEFAULTS, cwd=home.workspace())


def evaluated(session: Callable[[Home, Path, str, str], None], claude: Path) -> tuple[int, int]:
    """The tokens that the first and the second session had the server evaluate, each in a home of its own."""
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="bench-") as folder:
        home = Home(Path(folder))
        model = home.path / "model.gguf"
        model.write_bytes(gguf())
        with Llama(home.path, "-m", str(model), "-c", "65536") as server:
            counts = []
            for words in WORDS:
                before = len(server.evaluated)
                session(home, claude, server.base_url, words)
                counts.append(sum(server.evaluated[before:]))
    return counts[0], counts[1]


def main() -> None:
    print(f"{'tokens evaluated':<28} {'first session':>14} {'second session':>15}")
    for claude in CLAUDES:
        for name, session in (("claude-local", ours), ("Claude Code's defaults", defaults)):
            first, second = evaluated(session, claude)
            print(f"{claude.parent.name} {name:<20} {first:>14,} {second:>15,}")


if __name__ == "__main__":
    main()
