"""The kinds of entries, by the names that manifests know them by."""

from __future__ import annotations

from collections.abc import Mapping

from .bwrap_copy import BwrapCopy
from .claude_program import ClaudeProgram
from .directory import Directory
from .entry import Entry
from .file import File
from .link import Link
from .marked_block import Block
from .merged_json import MergedJson
from .model_server import ModelServer
from .packages import Packages
from .program import Program
from .seed import Seed
from .set_aside import SetAside
from .wheel import Wheel

_KINDS: tuple[type[Entry], ...] = (
    *(Packages, BwrapCopy, ClaudeProgram, ModelServer, Wheel),
    *(Directory, File, Program, Seed, MergedJson, Block, Link, SetAside),
)
KINDS: Mapping[str, type[Entry]] = {kind.__name__: kind for kind in _KINDS}
