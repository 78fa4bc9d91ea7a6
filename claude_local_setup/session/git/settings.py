"""What git is told in a session beside its configuration, through its environment (git-config(1), GIT_CONFIG_COUNT)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = (
    ("core.fsmonitor", "false"),  # a program that `git status` starts
    # gc would write in all worktrees' folders, and forget worktrees that no session sees.
    ("gc.reflogExpire", "never"),
    ("gc.reflogExpireUnreachable", "never"),
    ("gc.worktreePruneExpire", "never"),
)


def environment() -> Iterator[tuple[str, str]]:
    yield "GIT_CONFIG_COUNT", str(len(_SETTINGS))
    for number, (name, value) in enumerate(_SETTINGS):
        yield f"GIT_CONFIG_KEY_{number}", name
        yield f"GIT_CONFIG_VALUE_{number}", value
