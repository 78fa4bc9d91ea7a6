"""What in a workspace is run, loaded or obeyed by itself by something outside the jail: one table. The protection, the
report after a session, `--explain`, the model's instructions and the docs read it. git's own folders are known by what
they are made of: session/git.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ENTERED = "when you enter the folder"
_GIT_RUNS = "git's hooks run it at your next commit"
_CLAUDE = "claude obeys it: what it may run unasked, and what it is told"
_IDE = "the IDE obeys it: run configurations, tools"

# (kind, who obeys it and what that can do, read-only where it lies in the workspace's root, named only). A folder
# stands for all in it; `*` for any part of a name. What is read-only is also named where a session has made it.
ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("editors", "VS Code obeys it: tasks, settings, extensions", ".vscode .theia", "*.code-workspace"),
    ("editors", "VS Code builds and runs what it names", ".devcontainer .devcontainer.json", ""),
    ("editors", _IDE, ".idea .run .fleet .vs .nova .bsp .bloop nbproject .externalToolBuilders .kateproject .idx",
     "*.launch"),
    ("editors", "Zed obeys it: tasks, settings, language servers", ".zed", ""),
    ("editors", "Helix obeys it: language servers", ".helix", ""),
    ("editors", "Sublime Text obeys it: build systems", "", "*.sublime-project"),
    ("editors", "vim runs it where its option exrc is set",
     ".exrc .vimrc _vimrc .nvimrc .nvim.lua .exrc.lua .lazy.lua .lvimrc .local.vimrc", ""),
    ("editors", "Emacs obeys it", ".dir-locals.el .dir-locals-2.el", ""),
    ("editors", "coc.nvim obeys it: language servers", ".vim/coc-settings.json", ""),
    ("editors", "the language server runs what it names", "hie.yaml .merlin", ""),
    ("editors", "an interpreter or debugger runs it when it starts here",
     ".Rprofile .Renviron .ghci .irbrc .pryrc .ocamlinit .iex.exs .octaverc .gdbinit .lldbinit .utoprc",
     "jupyter_*_config.py"),
    ("editors", "linters load, and run, what it names", "", ".pylintrc pylintrc .flake8 mypy.ini .mypy.ini .gitlint"),
    ("editors", "editors and git's hooks run it unasked", "", ".venv/bin venv/bin node_modules/.bin"),
    ("agents", "claude starts the servers that it names", ".mcp.json", ""),
    ("agents", "claude runs the hooks that it names", ".claude/settings.json .claude/settings.local.json", ""),
    ("agents", "settings name what lies there", ".claude/hooks", ""),
    ("agents", _CLAUDE, ".claude/skills .claude/commands .claude/agents .claude/output-styles .claude/rules"
     " .claude/workflows", ".claude/agent-memory"),
    ("agents", "claude loads it", ".claude/plugins .claude-plugin", ""),
    ("agents", "agents are told what it says, and what it imports",
     "", "CLAUDE.md CLAUDE.local.md AGENTS.md AGENTS.override.md AGENT.md GEMINI.md QWEN.md WARP.md CRUSH.md"
     " .goosehints .cursorrules .windsurfrules .clinerules .roorules .rules .github/copilot-instructions.md"
     " .github/instructions"),
    ("agents", "that agent obeys it: servers, hooks, commands",
     ".cursor .windsurf .gemini .codex .opencode opencode.json opencode.jsonc .roo .roomodes .kilocode .kilocodemodes"
     " .kiro .amazonq .aider.conf.yml .aider.model.settings.yml .cline .continue .junie .trae .qwen .crush crush.json"
     " .crush.json .goose .augment .factory .amp .agents .openhands .qoder .warp .copilot .serena/project.yml .vibe"
     " .forge forge.yaml .pi .zencoder .tabnine .agent .grok .iflow .codebuddy .rovodev conductor.json"
     " .github/hooks .github/agents .github/prompts", ""),
    ("shells", f"direnv runs it {_ENTERED}", ".envrc", ""),
    ("shells", f"direnv runs it {_ENTERED}, where .envrc asks for it",
     "", "flake.nix shell.nix devenv.nix devbox.json .envrc.* .direnv"),
    ("shells", f"rvm runs it {_ENTERED}", ".rvmrc", ""),
    ("shells", f"autoenv runs it {_ENTERED}", ".autoenv .autoenv.zsh .autoenv_leave.zsh", ".env"),
    ("shells", f"mise obeys it {_ENTERED}",
     "mise.toml .mise.toml mise.local.toml .mise.local.toml mise/config.toml mise/config.local.toml .mise"
     " .config/mise.toml .config/mise .rtx.toml", "mise.*.toml .mise.*.toml"),
    ("shells", "asdf and mise run the versions that it names", ".tool-versions", ""),
    ("shells", "rustup runs the toolchain that it names", "", "rust-toolchain rust-toolchain.toml"),
    ("version control", _GIT_RUNS, "",
     ".husky .huskyrc* .githooks .git-hooks lefthook.y*ml .lefthook.y*ml lefthook.toml lefthook.json"
     " lefthook-local.* .lefthook .pre-commit-config.y*ml prek.toml .lintstagedrc* lint-staged.config.*"
     " .simple-git-hooks.* simple-git-hooks.* .overcommit.yml .commitlintrc* commitlint.config.* hk.pkl"
     " .rusty-hook.toml .cargo-husky captainhook.json grumphp.yml .pre-commit"),
    ("version control", "lazygit obeys it: commands", ".lazygit.yml", ""),
    ("version control", "git-lfs obeys it: where your files are sent", "", ".lfsconfig"),
    ("version control", "Mercurial runs the hooks that it names", ".hg/hgrc .hg/hgrc-not-shared .hg/sharedpath", ""),
    ("version control", "jj obeys it, and it can name programs to run",
     ".jj/repo/config.toml .jj/workspace-config.toml .jj/config.toml", ""),
    ("version control", "Sapling, darcs or Pijul runs what it names", ".sl/config _darcs/prefs .pijul/config", ""),
    ("packages", "the package manager obeys it",
     "", ".npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs .pnpmfile.mjs bunfig.toml .bundle/config uv.toml pip.conf .pdm.toml"
     " .pdm-python poetry.toml .pixi/config.toml .swiftpm/configuration nuget.config NuGet.Config NuGet.config"),
    ("packages", "yarn runs it", "", ".yarn/releases .yarn/plugins .pnp.cjs .pnp.loader.mjs"),
    ("packages", "npm builds it, and runs what it names", "", "binding.gyp"),
    ("packages", "cargo obeys it, and it can name programs to run", "", ".cargo/config .cargo/config.toml"),
    ("packages", "the build tool runs what it names", "",
     ".mvn gradle/wrapper gradle.properties .bazelrc .bazeliskrc .bazelversion tools/bazel global.json"
     " Directory.Build.props Directory.Build.targets"),
    ("CI", "it runs on your CI when you push", "",
     ".github/workflows .github/actions .gitlab-ci.yml .gitlab/ci .circleci .woodpecker .woodpecker.y*ml"
     " .forgejo/workflows .gitea/workflows Jenkinsfile azure-pipelines.y*ml .azure-pipelines bitbucket-pipelines.yml"
     " .travis.yml appveyor.yml .appveyor.yml .drone.yml .drone.jsonnet .drone.star .cirrus.yml .cirrus.star .buildkite"
     " .teamcity .semaphore .builds .build.yml cloudbuild.yaml buildspec.yml .tekton .gitpod.yml netlify.toml"
     " vercel.json"),
)  # fmt: skip


def kept() -> Iterator[tuple[str, str]]:
    """(path below the workspace, who obeys it) of what is read-only there."""
    return ((name, reason) for _, reason, names, _ in ROWS for name in names.split())


def every() -> Iterator[tuple[str, str]]:
    """(name, who obeys it) of all."""
    return ((name, reason) for _, reason, *both in ROWS for names in both for name in names.split())


def who_obeys(relative: str) -> str:
    """Who obeys a file, by its path below any folder; "" if nobody does."""
    parts = relative.strip("/").split("/")
    plain, _ = _by_head()
    for start, part in enumerate(parts):
        for rest, reason in plain.get(part, ()):
            if parts[start + 1 : start + 1 + len(rest)] == rest:
                return reason
    return who_obeys_name(parts[-1])


def who_obeys_name(name: str) -> str:
    """The same of a file in a folder that nobody obeys."""
    plain, patterns = _by_head()
    for rest, reason in plain.get(name, ()):
        if not rest:
            return reason
    likely = [*patterns.get(name[:2], []), *patterns[""]]
    for begin, end, reason in likely:
        if len(name) >= len(begin) + len(end) and name.startswith(begin) and name.endswith(end):
            return reason
    return ""


def below(head: str) -> list[str]:
    """What is obeyed below a folder of that name."""
    return ["/".join(rest) for rest, _ in _by_head()[0].get(head, ()) if rest]


def ranks() -> dict[str, int]:
    """How grave a reason is: 1, read-only where it exists; 2, only named. git's own are not in the table."""
    return {reason: 2 for _, reason in every()} | {reason: 1 for _, reason in kept()}


def heads() -> list[str]:
    """The first part of each row's name, each once."""
    return list(dict.fromkeys(name.partition("/")[0] for name, _ in every()))


_Rows = dict[str, list[tuple[list[str], str]]]
_Patterns = dict[str, list[tuple[str, str, str]]]
_index: list[tuple[_Rows, _Patterns]] = []


def _by_head() -> tuple[_Rows, _Patterns]:
    """The rows by the first part of their name; and those whose name (of one part) is a pattern, by how it begins."""
    if not _index:
        plain: _Rows = {}
        patterns: _Patterns = {"": []}
        for name, reason in every():
            if "*" in name:
                begin, _, end = name.partition("*")
                patterns.setdefault(begin[:2], []).append((begin, end, reason))
            else:
                head, *rest = name.split("/")
                plain.setdefault(head, []).append((rest, reason))
        _index.append((plain, patterns))
    return _index[0]
