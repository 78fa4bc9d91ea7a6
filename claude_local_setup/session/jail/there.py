"""What is there, as the rules take it: found before, nothing looked at any more."""

from __future__ import annotations

from .mounts import Held, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..shown.mounted import Mounted
    from ..shown.surroundings import Found


Children = dict[str, list[tuple[str, str]]]  # by folder: its names, each with "folder", "file" or "link:TEXT"


class There:
    """Everything that the rules follow from. Paths are real ones, but for `home`, `links` and a Found's `place`."""

    strict: bool
    home: str
    real_home: str
    product: str  # the program's folder
    state: str  # this workspace's own config directory, on the host
    config: Sequence[Found]  # of the shared config directory, below it in `place`
    workspace: str
    names: Sequence[str]  # the workspace's other names, by links
    opened: int  # a descriptor of the workspace
    git: Sequence[tuple[str, int]]  # git's folders outside it, each with a descriptor
    writes: Sequence[Found]  # isolation.write
    protected: Sequence[Held]
    system: Sequence[Found]
    links: Sequence[tuple[str, str]]
    rows: Sequence[Found]  # of the home's table
    programs: Sequence[Found]  # where PATH and the variables lead, and the claude program
    own: Sequence[Found]  # of these the claude program
    reads: Sequence[Found]  # isolation.read
    caches: Sequence[Tree]  # what sessions of this workspace keep, and their layers
    hide: Sequence[str]  # isolation.hide
    children: Children  # of the folders above what is hidden
    mounted: Sequence[Mounted]
    masked: Sequence[str]  # files of the workspace that are seen empty
    devices: Sequence[str]
    sockets: Sequence[str]
    texts: Sequence[tuple[str, str, bytes]]  # (place, reason, content)
    editors: str  # where locks of editors are shown; "" at levels without
    tmp_percent: int

    def __init__(self, **known: object) -> None:
        self.__dict__.update(known)
