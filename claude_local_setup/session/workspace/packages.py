"""What package.json has npm and git's hooks run unasked."""

from __future__ import annotations

from ..git.left import RUNS
from ..linux.files import read_whole

_SCRIPTS = frozenset("""
preinstall install postinstall preprepare prepare postprepare prepublish prepublishOnly prepack postpack dependencies
""".split())  # fmt: skip  # noqa: SIM905
_OF_COMMITS = ("lint-staged", "simple-git-hooks", "husky", "pre-commit", "pre-push", "gitHooks")
_INSTALLS = "npm runs its install scripts"


def what_npm_runs(path: str) -> str:
    """ "" for a file that says nothing of the kind; one that nobody can read may say anything."""
    import json

    text = read_whole(path)
    try:
        said = json.loads(text) if text is not None else None
    except ValueError:
        return ""  # nor can npm read it
    except RecursionError:
        text = None
    if text is None:
        return _INSTALLS
    if not isinstance(said, dict):
        return ""
    scripts = said.get("scripts")
    if isinstance(scripts, dict) and not _SCRIPTS.isdisjoint(scripts):
        return _INSTALLS
    return RUNS if any(said.get(name) for name in _OF_COMMITS) else ""
