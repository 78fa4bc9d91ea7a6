"""What git is told in a session beside its configuration, through its environment (git-config(1), GIT_CONFIG_COUNT)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# What a model and a person are told: config is read-only, and git's own words for that are about a busy device.
INSTEAD = (
    ("git config NAME VALUE", "git -c NAME=VALUE COMMAND"),
    ("git branch -m NEW", "git switch -c NEW && git branch -D OLD"),
    ("git push -u", "git push REMOTE HEAD"),
    ("git checkout --track", "git checkout -b NAME REMOTE/NAME"),
    ("git submodule update", "git submodule foreach 'git checkout $sha1'"),
)
REFUSED = "git remote add, submodule add, sparse-checkout set, removing a repository"  # nothing instead
_SETTINGS = (
    ("core.fsmonitor", "false"),  # a program that `git status` starts
    # Keys are not there, nor who asks for their words; a commit that cannot be signed is not made.
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("push.gpgSign", "false"),
    ("branch.autoSetupMerge", "false"),  # checkout of a remote's branch writes config otherwise
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
