"""What a jail's file system is made of, as data: each thing says where it is, what it is for, and reads aloud.

A list of these is the whole policy of the jail's files. building.py carries it out; `--explain` and the tests read it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["folder", "file", "socket"]


class Mount:
    """One thing in the jail's file system. `place` is its path there, `reason` what it is for."""

    __slots__ = ("place", "reason")

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.values())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.values() == other.values()

    def __hash__(self) -> int:
        return hash(repr(self))

    def values(self) -> list[tuple[str, object]]:
        names = [name for kind in reversed(type(self).__mro__) for name in getattr(kind, "__slots__", ())]
        return [(name, getattr(self, name)) for name in names]


class Folder(Mount):
    """A folder of the jail's own, empty until something is put in it, and read-only then."""

    __slots__ = ()


class Link(Mount):
    """A link of the jail's own."""

    __slots__ = ("to",)

    def __init__(self, place: str, reason: str, to: str) -> None:
        super().__init__(place, reason)
        self.to = to


class Text(Mount):
    """A file of the jail's own, read-only. `over`: it hides the file that is there."""

    __slots__ = ("content",)

    def __init__(self, place: str, reason: str, content: bytes) -> None:
        super().__init__(place, reason)
        self.content = content


class Room(Mount):
    """An empty, writable place in memory that is gone afterwards; `percent` of the machine's memory at most."""

    __slots__ = ("percent",)

    def __init__(self, place: str, reason: str, percent: int) -> None:
        super().__init__(place, reason)
        self.percent = percent


class Tree(Mount):
    """A folder or file of the host's. `source` has no link in it; `opened` is a descriptor of it, or -1.

    `optional`: where it is gone meanwhile, the jail goes without it.
    """

    __slots__ = ("opened", "optional", "source", "writable")

    def __init__(
        self,
        place: str,
        reason: str,
        source: str = "",
        *,
        writable: bool = False,
        opened: int = -1,
        optional: bool = True,
    ) -> None:
        super().__init__(place, reason)
        self.source = source or place
        self.writable = writable
        self.opened = opened
        self.optional = optional


class Layer(Tree):
    """A folder of the host's, `source`, below one of the session's own, `upper`: that gets what is written.

    `work` is the file system's own, beside it; both are "" where what is written stays in memory.
    """

    __slots__ = ("upper", "work")

    def __init__(self, place: str, reason: str, source: str, upper: str, work: str) -> None:
        super().__init__(place, reason, source, writable=True)
        self.upper = upper
        self.work = work


class Held(Mount):
    """Something in a writable tree that is a mount of its own: it cannot be moved away, and is read-only or not.

    Where it is not there, nothing is done: there are no stubs.
    """

    __slots__ = ("writable",)

    def __init__(self, place: str, reason: str, *, writable: bool = False) -> None:
        super().__init__(place, reason)
        self.writable = writable


class Cover(Mount):
    """What is there is not seen: an empty folder or file lies over it."""

    __slots__ = ("kind",)

    def __init__(self, place: str, reason: str, kind: Kind) -> None:
        super().__init__(place, reason)
        self.kind = kind


class Mailbox(Mount):
    """A folder that the session reads and the program outside writes, also while the session runs."""

    __slots__ = ()
