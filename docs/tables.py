"""Writes the tables in docs/ that the code has: `python docs/tables.py`. A test compares them."""

from __future__ import annotations

from pathlib import Path

from claude_local_setup.session.workspace.obeyed import ROWS

OBEYED = Path(__file__).with_name("obeyed.md")
_HEAD = """\
# What is obeyed by itself

What programs outside the jail run, load or obey without being asked, by its name in a workspace. "Read-only" is so in
a session, where it is there, in the workspace's root; in any folder both are named after a session that made or changed
them. A folder stands for all in it. git's own folders are known by what they are made of, not by a name:
[boundary.md](boundary.md).
"""


def obeyed() -> str:
    lines = []
    kind = ""
    for this, reason, kept, named in ROWS:
        if this != kind:
            lines += ["", f"## {this}", "", "| read-only | named | |", "|---|---|---|"]
            kind = this
        lines.append(f"| {_code(kept)} | {_code(named)} | {reason} |")
    return _HEAD + "\n".join(lines) + "\n"


def _code(names: str) -> str:
    return " ".join(f"`{name}`" for name in names.split())


if __name__ == "__main__":
    OBEYED.write_text(obeyed())
