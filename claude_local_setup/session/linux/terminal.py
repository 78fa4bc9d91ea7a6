"""A question to the person at the terminal, wherever input and output lead."""

from __future__ import annotations

import os


def agreed(question: str) -> bool | None:
    """Whether the answer is yes; None where there is no terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        os.write(terminal, f"claude-local: {question}".encode())
        return os.read(terminal, 100).strip().lower() in (b"y", b"yes")
    except OSError:
        return False
    finally:
        os.close(terminal)
