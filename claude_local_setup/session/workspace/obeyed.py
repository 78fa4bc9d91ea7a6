"""What in a workspace is run, loaded or obeyed by itself by something outside the jail: one table, each row with who
obeys it. The protection, the report after a session, `--explain`, the model's instructions and the docs read it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_VSCODE = "VS Code obeys it: tasks, settings, extensions"
_IDE = "the IDE obeys it: run configurations"
_GIT_RUNS = "git runs it at your next commit"
_HOOKS = "claude runs the hooks that it names"
_CLAUDE = "claude obeys it"
_AGENT = "that agent obeys it: servers, hooks, commands"
_MISE = "mise obeys it when you enter the folder"
_PACKAGES = "the package manager obeys it"
_CI = "it runs on your CI when you push"

# (what, who obeys it, whether it is read-only where it lies in the workspace's root). A folder stands for all in it;
# `*` for any part of a name. What is kept is also named where a session has made it.
ROWS: tuple[tuple[str, str, bool], ...] = (
    # editors
    (".vscode", _VSCODE, True),
    ("*.code-workspace", _VSCODE, False),
    (".idea", _IDE, True),
    (".run", _IDE, True),
    (".fleet", _IDE, True),
    (".zed", "Zed obeys it: tasks, settings, language servers", True),
    ("*.sublime-project", "Sublime Text obeys it: build systems", False),
    (".exrc", "vim runs it where its option exrc is set", True),
    (".nvimrc", "vim runs it where its option exrc is set", True),
    (".nvim.lua", "vim runs it where its option exrc is set", True),
    (".dir-locals.el", "Emacs obeys it", True),
    (".devcontainer", "VS Code builds and runs what it names", True),
    (".devcontainer.json", "VS Code builds and runs what it names", True),
    # agents
    (".mcp.json", "claude starts the servers that it names", True),
    (".claude/settings.json", _HOOKS, True),
    (".claude/settings.local.json", _HOOKS, True),
    (".claude/hooks", "settings name what lies there", True),
    (".claude/skills", _CLAUDE, True),
    (".claude/commands", _CLAUDE, True),
    (".claude/agents", _CLAUDE, True),
    (".claude/output-styles", _CLAUDE, True),
    (".claude/rules", _CLAUDE, True),
    (".claude/plugins", "claude loads it", True),
    (".claude-plugin", "claude loads it", True),
    (".cursor", _AGENT, True),
    (".windsurf", _AGENT, True),
    (".gemini", _AGENT, True),
    (".codex", _AGENT, True),
    (".opencode", _AGENT, True),
    ("opencode.json", _AGENT, True),
    ("opencode.jsonc", _AGENT, True),
    (".roo", _AGENT, True),
    (".kiro", _AGENT, True),
    (".amazonq", _AGENT, True),
    (".aider.conf.yml", _AGENT, True),
    # shells and what acts on entering a folder
    (".envrc", "direnv runs it when you enter the folder", True),
    (".rvmrc", "rvm runs it when you enter the folder", True),
    (".autoenv", "autoenv runs it when you enter the folder", True),
    ("mise.toml", _MISE, True),
    (".mise.toml", _MISE, True),
    ("mise.local.toml", _MISE, True),
    (".mise.local.toml", _MISE, True),
    ("mise/config.toml", _MISE, True),
    ("mise/config.local.toml", _MISE, True),
    (".mise", _MISE, True),
    (".config/mise.toml", _MISE, True),
    (".config/mise", _MISE, True),
    # version control beside git, and what git's hooks run
    (".husky", _GIT_RUNS, False),
    (".githooks", _GIT_RUNS, False),
    ("lefthook.y*ml", _GIT_RUNS, False),
    (".lefthook.y*ml", _GIT_RUNS, False),
    (".pre-commit-config.y*ml", _GIT_RUNS, False),
    (".lintstagedrc*", _GIT_RUNS, False),
    ("lint-staged.config.*", _GIT_RUNS, False),
    (".simple-git-hooks.*", _GIT_RUNS, False),
    (".hg/hgrc", "Mercurial runs the hooks that it names", True),
    (".jj/repo/config.toml", "jj obeys it, and it can name programs to run", True),
    # package managers
    (".npmrc", _PACKAGES, False),
    (".yarnrc", _PACKAGES, False),
    (".yarnrc.yml", _PACKAGES, False),
    (".pnpmfile.cjs", _PACKAGES, False),
    (".pnpmfile.mjs", _PACKAGES, False),
    (".cargo/config", "cargo obeys it, and it can name programs to run", False),
    (".cargo/config.toml", "cargo obeys it, and it can name programs to run", False),
    # CI
    (".github/workflows", _CI, False),
    (".github/actions", _CI, False),
    (".gitlab-ci.yml", _CI, False),
    (".circleci", _CI, False),
    (".woodpecker", _CI, False),
    (".woodpecker.yml", _CI, False),
    (".forgejo/workflows", _CI, False),
    (".gitea/workflows", _CI, False),
)


def kept() -> Iterator[tuple[str, str]]:
    """(path below the workspace, who obeys it) of what is read-only there."""
    return ((name, reason) for name, reason, is_kept in ROWS if is_kept)


def who_obeys(relative: str) -> str:
    """Who obeys a file, by its path below any folder; "" if nobody does."""
    from fnmatch import fnmatchcase

    parts = relative.strip("/").split("/")
    plain, patterns = _by_head()
    for start, part in enumerate(parts):
        for rest, reason in plain.get(part, ()):
            if parts[start + 1 : start + 1 + len(rest)] == rest:
                return reason
    return next((reason for pattern, reason in patterns if fnmatchcase(parts[-1], pattern)), "")


def heads() -> list[str]:
    """The first part of each row's name, each once."""
    return list(dict.fromkeys(name.partition("/")[0] for name, *_ in ROWS))


_Rows = dict[str, list[tuple[list[str], str]]]
_index: list[tuple[_Rows, list[tuple[str, str]]]] = []


def _by_head() -> tuple[_Rows, list[tuple[str, str]]]:
    """The rows by the first part of their name, and those whose name (of one part) is a pattern."""
    if not _index:
        plain: _Rows = {}
        for name, reason, _ in ROWS:
            head, *rest = name.split("/")
            if "*" not in name:
                plain.setdefault(head, []).append((rest, reason))
        _index.append((plain, [(name, reason) for name, reason, _ in ROWS if "*" in name]))
    return _index[0]
