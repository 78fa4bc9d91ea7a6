"""Repositories further down in a workspace: each has hooks and a config, and git obeys them where the user works."""

from __future__ import annotations

import os

from ..linux.asked import FOLDER, Asked
from ..linux.files import is_inside, open_beneath
from .folders import FOLDER as AS_FOLDER
from .folders import GitFolder, is_git_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .folders import Repository

_MOST = 500  # of more, none is read-only: they are named afterwards
_PATIENCE = 5.0  # seconds
_IGNORED = ("git", "-C", f"/proc/self/fd/{FOLDER}", "check-ignore", "--no-index", "-z", "--stdin")


def nested(heads: Sequence[str], tree: int, root: str, repository: Repository | None) -> Iterator[GitFolder]:
    """Those that the workspace's own repository does not ignore: what builds and package managers have cloned comes
    and goes. `heads`: the folders below with a file HEAD, "" for the workspace itself."""
    own = repository.paths if repository else []
    below = [path for path in heads if not any(is_inside(f"{root}/{path}", folder) for folder in own)]
    found = [path for path in below if is_git_folder(f"/proc/self/fd/{tree}/{path}")]
    if not found or len(found) > _MOST:
        return
    ignored = _ignored([path.removesuffix("/.git") for path in found if path], tree)
    for path in found:
        if path.removesuffix("/.git") not in ignored:
            try:
                yield GitFolder(open_beneath(tree, path, AS_FOLDER))
            except OSError:
                continue  # it was removed meanwhile


def _ignored(paths: Sequence[str], tree: int) -> set[str]:
    said, _ = Asked(_IGNORED, tree, said=b"".join(os.fsencode(path) + b"\0" for path in paths)).answer(_PATIENCE)
    return set(map(os.fsdecode, said.split(b"\0")))
