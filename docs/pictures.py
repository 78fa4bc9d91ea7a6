"""Makes the terminal pictures in docs/pictures from real runs, in a home that is made for them.

Run it from a checkout after ./test.sh, as an unprivileged user: `.venv/bin/python docs/pictures.py`.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

sys.path.insert(0, str(Path(__file__).parents[1]))

import pexpect
from rich.console import Console
from rich.text import Text

from tests.fakes.scripted_model import gguf
from tests.homes import Home
from tests.real.claudes import CLAUDES
from tests.real.llama import Llama
from tests.screen import stage

PICTURES = Path(__file__).with_name("pictures")
COLUMNS = 100
SCREEN_COLUMNS = 80
# picture -> its title, and the lines typed
TYPED: dict[str, tuple[str, Sequence[str]]] = {
    "run": (
        "a plan, the proof, and why",
        (
            "claude-local-setup apply --dry-run",
            "claude-local-setup apply -y | tail -n 1",
            "claude-local-setup verify",
            "cd ~/project",
            "claude-local --explain ~/.ssh/id_ed25519",
            "claude-local --explain docs.example.org",
            "claude-local --jail touch ~/x",
        ),
    ),
    "explain": ("what a session here could do", ("cd ~/project", "claude-local --explain")),
}
# rich's own frame, without a font that would be loaded from elsewhere.
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, "DejaVu Sans Mono", monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder, tempfile.TemporaryDirectory() as place:
        home, model = newcomer(Path(folder)), Path(place, "model.gguf")
        model.write_bytes(gguf())
        with Llama(Path(place), "-m", str(model), "-c", "65536", "--alias", "your-model") as server:
            home.write(".config/claude-local-setup/config.toml", f'[server]\nbase_url = "{server.base_url}"\n')
            for name, (title, lines) in TYPED.items():
                shown = "".join(run(home, lines)).replace(server.base_url[7:], "127.0.0.1:8080")
                (PICTURES / f"{name}.svg").write_text(drawn(name, title, shown.replace(folder, "/home/you"), COLUMNS))
    for name, text in stage.shown(SCREEN_COLUMNS, attributed=True):
        title = stage.SCREENS[name].title
        (PICTURES / f"screen-{name}.svg").write_text(drawn(f"screen-{name}", title, text, SCREEN_COLUMNS))


def newcomer(path: Path) -> Home:
    """Somebody with Claude Code and a project, and our command."""
    home = Home(path)
    for name, target in (
        ("claude", CLAUDES[-1]),
        ("claude-local-setup", Path(sys.executable).with_name("claude-local-setup")),
    ):
        link = path / ".local/bin" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    home.write(".bashrc", "# yours\n")
    home.write(".profile", '. ~/.bashrc\nPATH="$HOME/.local/bin:$PATH"\n')
    home.run("git", "init", "-q", cwd=home.workspace())
    home.extra["PATH"] = f"{path}/.local/bin:/usr/bin:/bin"
    return home


def run(home: Home, lines: Sequence[str]) -> Iterator[str]:
    """What a terminal shows of each line."""
    cwd = home.path
    for line in lines:
        yield f"\x1b[1;32m$\x1b[0m \x1b[1m{line}\x1b[0m\n"
        if line.startswith("cd ~/"):
            cwd = home.path / line[5:]
            continue
        said = pexpect.run(f"bash -c {quote(line)}", env=home.env, cwd=str(cwd), dimensions=(200, COLUMNS), timeout=300)
        yield plain_kernel(said.decode().replace("\r\n", "\n"))


def plain_kernel(text: str) -> str:
    return re.sub(r"(kernel \d+\.\d+)[^ ,]*", r"\1", text)


def drawn(name: str, title: str, shown: str, columns: int) -> str:
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(shown), soft_wrap=False)
    return console.export_svg(title=title, code_format=FRAME, unique_id=name)


if __name__ == "__main__":
    main()
