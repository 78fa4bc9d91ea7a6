"""What other programs are asked about a workspace, begun as soon as it is known: they take as long as the rest."""

from __future__ import annotations

from ..git.config import GitConfig
from ..linux.files import is_inside, leads_to
from ..words import Refusal, config_set
from .search import Search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .place import Workspace


class Questions:
    __slots__ = ("_mask", "_root", "before", "config")

    def __init__(self, workspace: Workspace, home: str, mask: Sequence[str] = ()) -> None:
        """`mask`: names of files that are wanted too."""
        self.config = GitConfig(workspace.opened, workspace.root, home)
        names = [word for name in mask for word in ("-o", "-name", name)][1:]
        self._mask, self._root = bool(names), workspace.root
        wanted = ("!", "-type", "d", "(", *names, ")", "-printf", r"f%P\0") if names else ()
        self.before = Search(workspace.opened, wanted)  # what there is before the session

    def masked(self) -> list[str]:
        """The files that are called so, and what links that are lead to. Raises Refusal where not all could be looked
        for."""
        if not self._mask:
            return []
        if not self.before.said()[1]:
            problem = "the workspace is too large to look for what isolation.mask names"
            raise Refusal(problem, remedy=config_set("isolation.mask", "[]"))
        paths = [f"{self._root}/{path}" for path in self.before.others()]
        return list(dict.fromkeys(target for path in paths if is_inside(target := leads_to(path), self._root)))
