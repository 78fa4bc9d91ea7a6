"""The files in git's folders, by name: what it only stores, and what it takes at its word when work goes on.

An allow-list (gitrepository-layout(5), and the files of rebase, am and the sequencer): what is not in it is not git's.
"""

from __future__ import annotations

import os

from ..linux.files import leads_to, read_whole

UNKNOWN = "git's folder holds it, and it is none of git's files"
CONTINUES = "git runs what it names at your next rebase --continue"
_PROMPT = "your shell's prompt may run what it says: it should be a number"
_APPLIES = "git puts what is in that commit into your files at the next commit or rebase --continue"
_OPTIONS = "git am or rebase --continue obeys it, and can write what it names"
_READS = "git reads, and writes, what it names at your next commit"

_STORED = frozenset("""
HEAD index packed-refs ORIG_HEAD FETCH_HEAD MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD REBASE_HEAD AUTO_MERGE MERGE_MODE
MERGE_MSG SQUASH_MSG COMMIT_EDITMSG TAG_EDITMSG PULLREQ_EDITMSG EDIT_DESCRIPTION description shallow locked gitdir
commondir config config.worktree MERGE_RR gitk.cache
""".split())  # fmt: skip  # noqa: SIM905
_BEGIN = ("BISECT_", "NOTES_", "index.", "sharedindex.", "next-index", "fsmonitor--daemon", "tmp_", "gc.", "GITGUI_")
_FOLDERS = frozenset("""
objects refs logs hooks lfs annex rr-cache worktrees modules svn reftable filter-repo NOTES_MERGE_WORKTREE
""".split())  # fmt: skip  # noqa: SIM905
OWN = (
    _STORED | _FOLDERS | {"info", "rebase-merge", "rebase-apply", "sequencer", "MERGE_AUTOSTASH", "branches", "remotes"}
)
_INFO = frozenset(("exclude", "attributes", "sparse-checkout", "refs", "grafts"))
_UNDER_WAY = {
    "rebase-merge": frozenset("""
head-name onto orig-head git-rebase-todo git-rebase-todo.backup done author-script message amend stopped-sha
rewritten-list rewritten-pending strategy strategy_opts allow_rerere_autoupdate gpg_sign_opt quiet verbose interactive
drop_redundant_commits keep_redundant_commits no-reschedule-failed-exec reschedule-failed-exec refs-to-delete
update-refs patch squash-onto current-fixups message-squash message-fixup signoff cdate_is_adate ignore_date
""".split()),  # noqa: SIM905
    "rebase-apply": frozenset("""
final-commit author-script patch apply-opt head-name onto orig-head abort-safety applying rebasing threeway utf8 keep
keepcr quiet sign messageid scissors no_inbody original-commit dirtyindex rewritten info msg msg-clean quoted-cr
keep_cr
""".split()),  # noqa: SIM905
    "sequencer": frozenset(("head", "todo", "opts", "abort-safety")),
}  # fmt: skip
_NUMBERS = ("msgnum", "end", "next", "last")
_TODOS = ("git-rebase-todo", "todo")
_EXEC = rb"(?m)^[ \t]*(x|exec)([ \t\r]|$)"
_STRATEGIES = (b"ort", b"recursive", b"resolve", b"octopus", b"ours", b"subtree")
_APPLY_OPTION = (
    rb"-C\d+|-p\d+|--whitespace=[a-z-]+|--ignore-whitespace|--ignore-space-change|--reject"
    rb"|--(exclude|include|directory)=[^/].*"
)
_STRATEGY_OPTION = (
    rb"(--)?(ours|theirs|patience|histogram|minimal|renormalize|no-renormalize|no-renames|find-renames(=\d+%?)?"
    rb"|rename-threshold=\d+%?|diff-algorithm=[a-z]+|subtree(=[\w./-]+)?|ignore-(all-space|space-change|space-at-eol"
    rb"|cr-at-eol))"
)


def odd(parts: list[str], path: str, tree: str) -> str:
    """What is wrong with a file at `parts` below one of git's folders, whose work tree is `tree`; "" for nothing."""
    top, *rest = parts
    if top in _UNDER_WAY and rest:
        return _under_way(top, rest, path)
    if top == "MERGE_AUTOSTASH":
        return _APPLIES
    if top == "MERGE_RR":
        return _READS if _conflicts_out(path, tree) else ""
    if top == "info" and rest:
        return "" if rest[0] in _INFO else UNKNOWN
    is_stored = top in _FOLDERS if rest else top in _STORED or top.startswith(_BEGIN) or top.endswith(".lock")
    return "" if is_stored else UNKNOWN


def _under_way(top: str, rest: list[str], path: str) -> str:
    import re

    name = rest[0]
    if name in _NUMBERS and top != "sequencer":
        return "" if re.fullmatch(rb"\d{1,9}\s*", _text(path)) else _PROMPT
    if name == "autostash":
        return _APPLIES
    if name == "apply-opt":
        return "" if all(_is_harmless_option(word) for word in _split(_text(path))) else _OPTIONS
    if name == "strategy_opts":
        return "" if all(re.fullmatch(_STRATEGY_OPTION, word) for word in _split(_text(path))) else CONTINUES
    if name in _TODOS:
        return CONTINUES if re.search(_EXEC, _text(path)) else ""
    if (top, name) in (("rebase-merge", "strategy"), ("sequencer", "opts")):
        return CONTINUES if _has_strategies(name, path) else ""
    is_patch = top == "rebase-apply" and (name.isdecimal() or name.startswith("patch-merge-"))
    return "" if len(rest) == 1 and (name in _UNDER_WAY[top] or is_patch) else UNKNOWN


def _text(path: str) -> bytes:
    """What cannot be read, or is too large, is what nothing expects."""
    text = read_whole(path)
    return b"exec \n$()" if text is None else text


def _split(text: bytes) -> list[bytes]:
    """Words as git quotes them for a shell; what is not quoted so is no option of git's."""
    import shlex

    try:
        return [os.fsencode(word) for word in shlex.split(os.fsdecode(text))]
    except ValueError:
        return [b"?"]


def _is_harmless_option(word: bytes) -> bool:
    import re

    return re.fullmatch(_APPLY_OPTION, word, re.DOTALL) is not None and b".." not in word.replace(b"=", b"/").split(
        b"/"
    )


def _has_strategies(name: str, path: str) -> bool:
    """Whether it names one that is not git's own."""
    import re

    text = _text(path)
    named = [text] if name == "strategy" else re.findall(rb"(?i)strategy\s*=([^\n]*)", text)
    options = [] if name == "strategy" else re.findall(rb"(?i)strategy-option\s*=([^\n]*)", text)
    return (
        b"$()" in text
        or any(word.strip(b' \t\r\n"') not in _STRATEGIES for word in named)
        or not all(re.fullmatch(_STRATEGY_OPTION, word.strip(b' \t\r\n"')) for word in options)
    )


def _conflicts_out(path: str, tree: str) -> bool:
    """Whether a list of conflicts (HASH, tab, path, each ended by a zero) has one outside the work tree, or reached by
    a link."""
    text = read_whole(path)
    named = [entry.partition(b"\t")[2] for entry in (text or b"\t/").split(b"\0")]
    return any(
        name.startswith(b"/") or b".." in name.split(b"/") or _is_by_link(os.fsdecode(name), tree)
        for name in named
        if name
    )


def _is_by_link(name: str, tree: str) -> bool:
    return leads_to(f"{tree}/{name}") != f"{tree}/{name}"
