"""What a file that a session has left could do outside the jail: by the table, by git's folders, by what git's config
names.

A folder is looked at once: in most, only a file's own name counts.
"""

from __future__ import annotations

import os

from ..git.left import OBEYS, Left, is_harmless
from ..linux.files import is_inside, leads_to
from . import naming, obeyed
from .packages import what_npm_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OUT = "what is written to it is written there"
# What package managers unpack: only its programs are anybody's business, and what git would obey there.
_UNPACKED = ("node_modules", ".venv")
_PROGRAMS = ([".bin"], ["bin"], ["pip.conf"])
_HOOK = r"/(pre-[^/]*|post-[^/]*|[^/]*-msg|update|proc-receive|push-to-checkout|reference-transaction)$"
_EXCHANGED = "it is being exchanged all the time"
_NOBODYS = ("/dev/", "/proc/", "/run/", "/sys/", "/tmp/", "/var/tmp/")


class Judge:
    """For one workspace."""

    __slots__ = ("_heads", "_known", "_plain", "hooks", "left", "origins", "own", "root", "words")

    def __init__(
        self,
        root: str,
        own: str,
        hooks: Sequence[str],
        words: Sequence[str],
        origins: Sequence[str],
    ) -> None:
        """`own`: git's folder of the workspace, "" if it has none. Of git's config: the folders of hooks, the words
        that name what it runs, the files that it is read from."""
        self.root = root
        self.own = own
        self.hooks = hooks
        self.words = words
        self.origins = origins
        self.left = Left(root, own)
        self._heads = frozenset(obeyed.heads())
        self._plain: dict[str, bool] = {}
        self._known: dict[str, list[tuple[str, str]]] | None = None  # by its own name: (end of a path, who names it)

    def _named(self) -> dict[str, list[tuple[str, str]]]:
        """What is obeyed is read once a session has ended: it is read-only while that runs."""
        if self._known is None:
            self._known = {}
            hooks = [*self.hooks, *([f"{self.own}/hooks"] if self.own else [])]
            named = ("something that is obeyed names it", naming.words(self.root, hooks))
            git = ("git runs it (its config names it)", self.words)
            for reason, ends in (named, git):
                for end in ends:
                    self._known.setdefault(os.path.basename(end), []).append((f"/{end.lstrip('/')}", reason))
        return self._known

    def what_runs(self, path: str) -> str:
        """Who runs or obeys the file; "" if nobody does."""
        try:
            return self._of_config(path) or self._of_place(path) or self._of_link(path)
        except OSError:
            return _EXCHANGED
        except Exception as error:  # what nobody has thought of must not end the others' judgement
            return f"it could not be judged ({type(error).__name__})"

    def named_instead(self, path: str) -> str:
        """What is named instead of the file: of what is unpacked, the folder of its programs."""
        parts = path.split("/")
        unpacked = next((place for place, part in enumerate(parts) if part in _UNPACKED), len(parts))
        return "/".join(parts[: unpacked + 2]) if parts[unpacked + 1 : unpacked + 2] in _PROGRAMS else path

    def _of_config(self, path: str) -> str:
        for end, reason in self._named().get(path.rpartition("/")[2], ()):
            if path.endswith(end):
                return reason
        return OBEYS if path in self.origins and not is_harmless(path, self.root) else ""

    def _of_place(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        if folder not in self._plain:
            self._plain[folder] = self._is_plain(folder)
        if not self._plain[folder] or name in self._heads or name == ".git":
            return self._of_hooks(path) or self.left.what_git_does(path) or self._of_table(path)
        return what_npm_runs(path) if name == "package.json" else obeyed.who_obeys_name(name)

    def _is_plain(self, folder: str) -> bool:
        """Whether no folder on the way is git's, or in the table, or holds hooks."""
        within = is_inside(folder, self.root)
        parts = folder[len(self.root) + 1 :].split("/") if within else []
        is_known = any(part in self._heads or part in _UNPACKED or part == ".git" for part in parts)
        return within and not is_known and not self._is_of_hooks(folder) and not self.left.around(folder)

    def _of_hooks(self, path: str) -> str:
        import re

        folder = os.path.dirname(path)
        is_hook = self._is_of_hooks(folder) and (folder != self.root or re.search(_HOOK, path))
        return "git runs it (core.hooksPath)" if is_hook else ""

    def _is_of_hooks(self, folder: str) -> bool:
        """A part of a path means the same in each work tree of the repository."""
        return any(
            is_inside(folder, hooks)
            or (hooks != self.root and is_inside(hooks, self.root) and hooks[len(self.root) :] + "/" in folder + "/")
            for hooks in self.hooks
        )

    def _of_table(self, path: str) -> str:
        relative = path[len(self.root) :] if is_inside(path, self.root) else path
        parts = relative.split("/")
        unpacked = next((place for place, part in enumerate(parts) if part in _UNPACKED), -1)
        if unpacked >= 0:
            is_program = parts[unpacked + 1 : unpacked + 2] in _PROGRAMS
            return obeyed.who_obeys("/".join(parts[unpacked : unpacked + 2])) if is_program else ""
        if ".git" in parts:
            return ""  # no other program looks there
        return (what_npm_runs(path) if parts[-1] == "package.json" else "") or obeyed.who_obeys(relative)

    def _of_link(self, path: str) -> str:
        """A link that leads out, to where the user may write; or into git's folder."""
        if not os.path.islink(path) or (target := leads_to(path)).startswith(_NOBODYS):
            return ""
        if is_inside(target, self.root):
            is_gits = os.path.basename(target) == ".git" or self.left.around(target)
            return f"{OUT}: {target}" if is_gits and not self.left.around(os.path.dirname(path)) else ""
        return f"{OUT}: {target}" if os.access(target if os.path.lexists(target) else _above(target), os.W_OK) else ""


def _above(path: str) -> str:
    return os.path.dirname(path) or "/"
