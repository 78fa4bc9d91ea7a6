"""After the session: what it has created or changed in the workspace and would run, or be obeyed, outside the jail.

What was there before is read-only; what was not there cannot be mounted over, so it is named here. A report that no
terminal has shown is kept (untold.py), and said again at the next start.
"""

from __future__ import annotations

import os
import time

from ..linux.files import is_inside
from ..words import printable
from . import links, obeyed, untold
from .aliases import Aliases, shown_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .changes import Watched
    from .judging import Judge

_MOST = 20  # lines
_PATIENCE = 20.0  # seconds, for what is made to be judged slowly
_TOGETHER = 4  # files of one folder that the same is said of
_UNLISTED = "it cannot be looked into, and what is in it can be obeyed all the same"
_NOT_ALL = "it is too large: not all that this session left was looked through"
_THIS = "this session made or changed files that run outside the jail; look at them first:"
_EARLIER = "since an earlier session here these are new or changed, and they run outside the jail; look at them first:"


def tell_planted(watched: Sequence[Watched], judge: Judge, folder: str) -> bool:
    """Says what there is of it, and keeps what no terminal shows: whether that could be kept. `folder`: beside the
    workspace's state."""
    begun = watched[0].since
    earliest, told = untold.handed(folder, judge.root, begun)
    for one in watched:
        one.count_from(earliest)
    found = {path: reason for path, reason in _planted(watched, judge) if untold.mark_of(path) not in told}
    said = _said(_THIS, found, judge.root)
    untold.hand_over(folder, judge.root, begun, found)
    is_kept = untold.add(folder, untold.UNSAID, {path: why for path, why in found.items() if path not in said})
    if not os.isatty(2):
        is_kept = untold.add(folder, untold.UNSEEN, said) and is_kept
    links.offer(said)
    return is_kept


def tell_earlier(folder: str, root: str) -> None:
    """What nobody has said of earlier sessions; on a terminal, also what none has shown."""
    look_after_the_dead(folder)
    unsaid, unseen = (untold.known(folder, name) for name in (untold.UNSAID, untold.UNSEEN))
    is_shown = os.isatty(2)
    said = _said(_EARLIER, unsaid | unseen if is_shown else unsaid, root)
    if is_shown:
        untold.drop(folder, untold.UNSEEN, said)
    else:
        untold.add(folder, untold.UNSEEN, said)
    untold.drop(folder, untold.UNSAID, said)


def look_after_the_dead(folder: str) -> None:
    """What sessions have left that did not get to their report is unsaid from now on."""
    for record, judge, watched in untold.of_the_dead(folder):
        if untold.add(folder, untold.UNSAID, dict(_planted(watched, judge))):
            untold.forget(record)


def _said(head: str, found: dict[str, str], root: str) -> dict[str, str]:
    """What of it could be said: nothing where nobody listens, and of too much the gravest."""
    if not found:
        return {}
    lines = list(folded(found, root))
    rest = sum(len(paths) for _, paths in lines[_MOST:])
    more = f"  and {rest} more: claude-local --explain\n" if rest else ""
    text = f"claude-local: {head}\n" + "".join(f"  {line}\n" for line, _ in lines[:_MOST]) + more
    try:
        os.write(2, text.encode("utf-8", "replace"))
    except OSError:
        return {}
    return {path: found[path] for _, paths in lines[:_MOST] for path in paths}


def folded(found: dict[str, str], root: str, *, whole: bool = False) -> Iterator[tuple[str, list[str]]]:
    """(line, paths) in words that no terminal obeys, what git does first; where they are too many and not `whole`, one
    line for a folder."""
    groups: dict[tuple[str, str], list[str]] = {}
    ranks = obeyed.ranks()
    for path, reason in sorted(found.items(), key=lambda item: ranks.get(item[1], 0)):
        groups.setdefault((os.path.dirname(path), reason), []).append(path)
    for (folder, reason), paths in groups.items():
        if not whole and len(found) > _MOST and len(paths) > _TOGETHER:
            yield f"{_named(folder, root)}: {len(paths)} files: {reason}", paths
        else:
            yield from ((f"{_named(path, root)}: {reason}", [path]) for path in paths)


def _named(path: str, root: str) -> str:
    return printable(path[len(root) :].lstrip("/") or "." if is_inside(path, root) else path)


def _planted(watched: Sequence[Watched], judge: Judge) -> Iterator[tuple[str, str]]:
    """(path, who obeys it)"""
    for one in watched:
        one.end()
    end = time.monotonic() + _PATIENCE
    for one in watched:
        yield from ((path, _UNLISTED) for path in one.unlisted)
        aliases = Aliases(one.links, one.path)
        for path in sorted(_with_indexes(one.changed), key=_is_slow):
            if time.monotonic() > end:
                one.is_whole = False
                break
            if reason := judge.what_runs(path) or _by_another_name(path, aliases, judge):
                yield judge.named_instead(path), reason
        for link in aliases.led_elsewhere(one.aliases):
            if reason := judge.what_runs(link):
                yield link, f"{reason}, and it leads to another file now"
        if not one.is_whole:
            yield one.path, _NOT_ALL


def _with_indexes(changed: Sequence[str]) -> list[str]:
    """What an index says depends on the config beside it."""
    beside = (f"{path.removesuffix('config')}index" for path in changed if path.endswith("/config"))
    return list(dict.fromkeys([*changed, *filter(os.path.isfile, beside)]))


def _is_slow(path: str) -> bool:
    """What takes long to judge is judged last."""
    return path.endswith("/index") or "/sharedindex." in path


def _by_another_name(path: str, aliases: Aliases, judge: Judge) -> str:
    """Of a link, also what it shows."""
    shown = list(shown_by(path)) if os.path.islink(path) else ()
    for name in (*aliases.of(path), *shown):
        if reason := judge.what_runs(name):
            return f"{reason}, as {_named(name, judge.root)}"
    return ""
