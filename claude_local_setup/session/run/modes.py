"""How a terminal is set: raw for the user's while a session has it, sane for the session's own; and what is written to
it so that it shows what comes next, whatever a session has told it."""

from __future__ import annotations

import _signal
import os
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


# Nothing that it obeys begins otherwise; in UTF-8 the last but one begins each of the others, and text as well.
_OBEYED = (b"\x1b", b"\x0e", b"\xc2", b"\x9b")
# Ends an unfinished sequence (CAN, ST); keys as they were, no reverse screen, no insertion, line ends kept, letters for
# letters, a cursor, no colour and nothing concealed; nothing below.
_PLAIN = "\x18\x1b\\{}\x1b[?5;6l\x1b[4l\x1b[?7h\x1b(B\x0f\x1b[?25h\x1b[0m\x1b[J"
# Not the alternate screen, no margins (DECSTR), no reports of the mouse, of focus or of pastes.
_OF_EMULATORS = "\x1b[?1047l\x1b[!p\x1b[?1000;1002;1003;1004;1006;1015;2004l\x1b[<9u\x1b[>4m"


def is_obeyed(said: bytes) -> bool:
    """Whether a terminal would take any of it for more than text."""
    return any(byte in said for byte in _OBEYED)


def plain(kind: str) -> bytes:
    """For a terminal of that kind (TERM)."""
    if kind in ("", "dumb"):
        return b""
    return _PLAIN.format("" if kind.startswith(("linux", "vt")) else _OF_EMULATORS).encode()


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
