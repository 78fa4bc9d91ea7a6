"""What other programs are asked about a workspace, begun as soon as it is known: they take as long as the rest."""

from __future__ import annotations

from ..git.config import GitConfig
from .search import Search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .place import Workspace


class Questions:
    __slots__ = ("before", "config")

    def __init__(self, workspace: Workspace, home: str) -> None:
        self.config = GitConfig(workspace.opened, workspace.root, home)
        self.before = Search(workspace.opened)  # what there is before the session
