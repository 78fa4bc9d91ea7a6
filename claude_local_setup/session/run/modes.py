"""How a terminal is set: raw for the user's while a session has it, sane for the session's own."""

from __future__ import annotations

import _signal
import os
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_in_front(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True  # not our controlling terminal: nobody else's either


def raw(modes: list[Any]) -> list[Any]:
    changed = [*modes]
    changed[0] &= ~(
        termios.IGNBRK
        | termios.BRKINT
        | termios.PARMRK
        | termios.ISTRIP
        | termios.INLCR
        | termios.IGNCR
        | termios.ICRNL
        | termios.IXON
    )
    changed[1] &= ~termios.OPOST
    changed[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    changed[6] = [*modes[6]]
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    return changed


def sane(modes: list[Any]) -> list[Any]:
    """For a session that begins behind: a shell's line editor may have set the terminal for itself."""
    changed = [*modes]
    changed[0] = changed[0] & ~(termios.INLCR | termios.IGNCR) | termios.ICRNL
    changed[1] |= termios.OPOST | termios.ONLCR
    changed[3] |= termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN
    return changed


def without_output(modes: list[Any]) -> list[Any]:
    changed = [*modes]
    changed[1] &= ~termios.OPOST
    return changed


def set_modes(terminal: int, modes: list[Any]) -> None:
    """Also from behind: who sets a terminal's modes there is stopped unless it ignores that."""
    before = _signal.signal(_signal.SIGTTOU, _signal.SIG_IGN)
    try:
        termios.tcsetattr(terminal, termios.TCSADRAIN, modes)
    except termios.error:
        pass  # it is gone
    finally:
        _signal.signal(_signal.SIGTTOU, before)
