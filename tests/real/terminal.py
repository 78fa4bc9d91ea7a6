"""A terminal that a person would sit at: tmux runs a command, keys are typed, the screen is read."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from tests.homes import Home, wait_until


class Terminal:
    """One command in a tmux window of its own; everything in it is ended on leaving."""

    def __init__(self, home: Home, words: Sequence[str], cwd: Path) -> None:
        self._socket = str(home.path / ".tmux-test")
        self._env = home.env
        self._home = re.escape(str(home.path))
        self._tmux("new-session", "-d", "-x", "140", "-y", "50", "-c", str(cwd), shlex.join(words))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server", check=False)
        wait_until(lambda: not self._is_running())  # a session that is told to hang up may still write

    def _is_running(self) -> bool:
        words = ["pgrep", "-f", "--", f"{self._home}/.local/bin/claude-local"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def type(self, *keys: str) -> None:
        for key in keys:
            self._tmux("send-keys", key)
            time.sleep(0.3)  # as fast as a person: the screen redraws between two keys

    def send(self, line: str) -> None:
        """Types a line as it stands, and Enter."""
        self._tmux("send-keys", "-l", line)
        self._tmux("send-keys", "Enter")

    def answer(self, question: str, key: str = "Enter") -> None:
        """Types the key until the question is gone: a dialog is deaf for a moment after it has been drawn."""
        self.wait(question)
        for _ in range(10):
            self.type(key)
            if question not in self.screen():
                return
        raise AssertionError(f"{question!r} cannot be answered:\n{self.screen()}")

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", check=False)

    def attributed(self) -> str:
        """The screen with the attributes of its text."""
        return self._tmux("capture-pane", "-e", "-p", check=False)

    def resize(self, columns: int, lines: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def wait(self, *wanted: str, seconds: float = 90) -> str:
        """The screen as soon as it shows one of the texts."""
        return self.wait_for(lambda screen: any(text in screen for text in wanted), f"one of {wanted}", seconds)

    def wait_for(self, is_there: Callable[[str], bool], what: str, seconds: float = 90) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen = self.screen()
            if is_there(screen):
                return screen
            time.sleep(0.2)
        raise AssertionError(f"{what} did not come; the screen shows:\n{self.screen()}")

    def _tmux(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *words],
            env=self._env, capture_output=True, text=True, check=False, timeout=20,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done.stdout
