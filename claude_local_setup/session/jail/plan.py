"""All that the helper is told of a run, as data."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..network.inside import Place
    from .mounts import Mount


class Plan:
    """All that the helper needs to know; it goes as it is to the one that runs below a copy of bubblewrap."""

    __slots__ = (
        "bwrap",
        "command",
        "environment",
        "listen",
        "makes",
        "mounts",
        "nested",
        "options",
        "private",
        "processes",
        "root",
        "seccomp",
    )

    bwrap: str
    mounts: Sequence[Mount]
    root: str  # an empty folder of the host's, over which the jail's root is built
    makes: Sequence[str]  # the folders in the jail in which what is missing may be made
    private: bool  # a network of its own
    listen: Sequence[Place]  # addresses and ports in it that lead out
    nested: bool
    processes: int
    seccomp: bytes
    options: Sequence[str]  # bubblewrap's own
    environment: Sequence[str]  # NAME=VALUE
    command: Sequence[str]

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
