"""The actual state of a host as data: what is at each path that was asked about, and facts as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..session.words import SETUP


@dataclass(frozen=True)
class Node:
    """One path on the host. `kind` and `mode` are those of what the path leads to; `real` is where that lies."""

    kind: str  # "file", "directory", "dangling" (a link to nothing), "other", "absent"
    mode: int = 0
    uid: int = -1
    real: str = ""
    to: str = ""  # what the link says, as it was written
    link: bool = False
    readable: bool = False
    writable: bool = False
    content: bytes | None = None


ABSENT = Node("absent")


@dataclass(frozen=True)
class Normal:
    """Fingerprints of the normal claude: its settings, its program, the rest; and how many of it are running."""

    settings: str = ""
    program: str = ""
    state: str = ""
    running: int = 0


@dataclass(frozen=True)
class Actual:
    """The actual state of one host. Paths are as the user's HOME spells them; `facts` are the probe's, as text."""

    facts: Mapping[str, str]
    os_release: str
    nodes: Mapping[str, Node]
    normal: Normal = field(default_factory=Normal)
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by real path: the names in it
    programs: Mapping[str, str] = field(default_factory=dict)  # by folder: the digest of a session program's files
    sessions: tuple[int, ...] = ()  # processes of claude-local sessions of this home
    listening: str = ""  # the lines of /proc/net/tcp and tcp6 that are of listening sockets
    setup: str = SETUP  # what calls claude-local-setup there
    server: str = ""  # the model server that answers there; "" where none does, or its address is pinned

    @property
    def home(self) -> str:
        return self.facts["home"]

    @property
    def is_root(self) -> bool:
        return self.facts["uid"] == "0"

    def path(self, written: str) -> str:
        """`~/x` as a path of this host; others as they are."""
        return self.home + written[1:] if written == "~" or written.startswith("~/") else written

    def node(self, path: str) -> Node:
        return self.nodes.get(path, ABSENT)

    def is_absent(self, path: str) -> bool:
        return self.node(path).kind == "absent"

    def names(self, folder: str) -> tuple[str, ...]:
        """What lies in a folder that was asked about, or that holds something that was."""
        return self.folders.get(self.node(folder).real or folder, ())

    def shown(self, path: str) -> str:
        """A path as people write it: `~` for the home."""
        return "~" + path[len(self.home) :] if path.startswith(self.home + "/") else path
