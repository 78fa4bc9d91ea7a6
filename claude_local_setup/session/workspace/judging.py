"""What a file that a session has left could do outside the jail: by the table, by git's folders, by what git's config
names."""

from __future__ import annotations

import os

from ..git import left
from ..linux.files import is_inside, leads_to, read_whole
from . import obeyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# What package managers unpack: only its programs are anybody's business, and what git would obey there.
_UNPACKED = ("node_modules", ".venv")
_PROGRAMS = ([".bin"], ["bin"])
_HOOK = r"/(pre-[^/]*|post-[^/]*|[^/]*-msg|update|proc-receive|push-to-checkout|reference-transaction)$"
_SCRIPTS = rb'"(pre|post)?(install|prepare|pack|publish)"\s*:'
_COMMIT_HOOKS = rb'"(lint-staged|simple-git-hooks|husky|pre-commit)"\s*:\s*[\[{]'
_EXCHANGED = "it is being exchanged all the time"


class Judge:
    """For one workspace: what of its root are links, and what git's config names there."""

    __slots__ = ("hooks", "links", "origins", "own", "programs", "root")

    def __init__(
        self, root: str, own: str, hooks: Sequence[str], programs: Sequence[str], origins: Sequence[str]
    ) -> None:
        """`own`: git's folder of the workspace, "" if it has none; of git's config the folders of hooks, the files that
        it runs, and those that it is read from."""
        self.root = root
        self.own = own
        self.hooks = hooks
        self.programs = programs
        self.origins = origins
        # What lies where a link leads that the table names is obeyed as well.
        links = ((f"{root}/{name}", name) for name in obeyed.heads())
        self.links = [(leads_to(path), name) for path, name in links if os.path.islink(path)]

    def what_runs(self, path: str) -> str:
        """Who runs or obeys the file; "" if nobody does."""
        try:
            return self._of_config(path) or left.what_git_does(path, self.root, self.own) or self._of_table(path)
        except OSError:
            return _EXCHANGED

    def named(self, path: str) -> str:
        """What is named instead of the file: of what is unpacked, the folder of its programs."""
        parts = path.split("/")
        unpacked = next((place for place, part in enumerate(parts) if part in _UNPACKED), len(parts))
        return "/".join(parts[: unpacked + 2]) if parts[unpacked + 1 : unpacked + 2] in _PROGRAMS else path

    def _of_config(self, path: str) -> str:
        import re

        relative = path[len(self.root) :]
        if path in self.programs:
            return "git runs it (its config names it)"
        if path in self.origins and not left.is_harmless(path, self.root):
            return left.OBEYS
        named = (
            is_inside(path, folder) and (folder != self.root or re.search(_HOOK, relative)) for folder in self.hooks
        )
        return "git runs it (core.hooksPath)" if any(named) else ""

    def _of_table(self, path: str) -> str:
        relative = path[len(self.root) :] if is_inside(path, self.root) else path
        parts = relative.split("/")
        names = [name + path[len(target) :] for target, name in self.links if is_inside(path, target)]
        unpacked = next((place for place, part in enumerate(parts) if part in _UNPACKED), -1)
        if unpacked >= 0 and parts[unpacked + 1 : unpacked + 2] in _PROGRAMS:
            names.append("/".join(parts[unpacked : unpacked + 2]))
        elif unpacked < 0 and ".git" not in parts:  # no other program looks there
            if parts[-1] == "package.json" and (reason := _of_package(path)):
                return reason
            names.append(relative)
        return next(filter(None, map(obeyed.who_obeys, names)), "")


def _of_package(path: str) -> str:
    import re

    text = read_whole(path)
    if text is None or re.search(_SCRIPTS, text):
        return "npm runs its install scripts"
    return left.RUNS if re.search(_COMMIT_HOOKS, text) else ""
