"""A workspace as it was found: its path is a name only, another session may exchange folders meanwhile."""

from __future__ import annotations


class Workspace:
    """`root` and `cwd` are real paths; `opened` is a descriptor of the root."""

    __slots__ = ("cwd", "opened", "root")

    def __init__(self, root: str, cwd: str, opened: int) -> None:
        self.root = root
        self.cwd = cwd
        self.opened = opened
