"""What of the home a session at level `session` can read: an allow-list, one row each, with the reason.

Paths are below the home. What is not in it is not there: other projects, documents, dotfiles, keys, histories.
Besides it there are the workspace, isolation.read, and where each entry of PATH leads (surroundings.py).
Configuration stands here only where it holds no credentials.
"""

from __future__ import annotations

PROGRAMS = "programs on PATH"
TOOLCHAIN = "a toolchain"
CONFIGURATION = "configuration without credentials"
CACHE = "what is there need not be loaded again"
GIT = "git's settings and your name"

_TOOLCHAINS = (
    *(".local/bin", "bin", ".local/lib", ".local/include", ".local/share/man", ".local/opt"),
    *(".cargo/bin", ".cargo/env", ".rustup", "go/bin", ".goenv", "sdk", ".local/go"),
    *(".nvm", ".fnm", ".local/share/fnm", ".volta", ".nodenv", ".nodebrew", "n", ".npm-global", ".npm-packages"),
    *(".local/share/pnpm", ".bun/bin", ".bun/install/global", ".deno/bin", ".yarn/bin", ".local/share/corepack"),
    *(".asdf", ".local/share/asdf", ".local/share/mise", ".local/share/rtx", ".local/share/aquaproj-aqua", ".proto"),
    *(
        ".pyenv",
        ".rye",
        ".local/share/uv/python",
        ".local/share/uv/tools",
        ".local/share/pipx",
        ".local/pipx",
        ".local/share/hatch",
    ),
    *(".local/share/virtualenvs", ".virtualenvs", ".local/share/pypoetry", ".local/share/pdm", ".pixi"),
    *("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", ".local/share/mamba", ".conda/envs"),
    *(".rbenv", ".rvm", ".gem/ruby", ".local/share/gem/ruby", ".local/share/rv", ".frum"),
    *(".sdkman", ".jenv", ".jdks", ".jbang/bin", ".local/share/coursier", ".sbt/boot", ".bloop"),
    *(
        ".dotnet/tools",
        ".dotnet/sdk",
        ".dotnet/shared",
        ".dotnet/host",
        ".dotnet/dotnet",
        ".dotnet/packs",
        ".ghcup",
        ".cabal/bin",
        ".cabal/store",
        ".local/state/cabal/store",
        ".stack/programs",
        ".opam",
    ),
    *(".elan", ".julia/juliaup", ".julia/packages", ".julia/artifacts", ".juliaup", ".local/share/juliaup"),
    *(".composer/vendor", ".config/composer/vendor", ".phpenv", ".plenv", "perl5", ".swiftly", ".local/share/swiftly"),
    *(
        ".zvm",
        ".local/share/zigup",
        ".luarocks/bin",
        ".luarocks/lib",
        ".luarocks/share",
        ".nimble/bin",
        ".nimble/pkgs2",
        ".mix",
        ".hex/packages",
        ".kiex",
        ".local/share/flutter",
        ".pub-cache/bin",
        ".pub-cache/hosted",
        ".pub-cache/git",
    ),
    *("R", ".local/share/R", ".TinyTeX", ".local/share/texlive", ".linuxbrew", ".nix-profile", ".local/state/nix"),
    *(".local/share/claude", ".local/share/fonts", ".fonts", ".terminfo"),
)
_CONFIGURATION = (
    *(".cargo/config.toml", ".cargo/config", ".cargo/.crates.toml", ".cargo/.crates2.json", ".config/go/env"),
    *(".tool-versions", ".asdfrc", ".config/mise/config.toml", ".config/rustfmt", ".rustfmt.toml", ".clang-format"),
    *(".editorconfig", ".inputrc", ".config/ripgrep", ".ripgreprc", ".config/ruff", ".config/flake8", ".pylintrc"),
    *(".config/black", ".config/matplotlib", ".config/fontconfig", ".config/pycodestyle", ".prettierrc", ".Rprofile"),
    *(".config/ccache", ".ccache/ccache.conf", ".gemrc", ".irbrc", ".gdbinit", ".config/gdb", ".latexmkrc", ".tidyrc"),
)
_CACHES = (
    *(".npm/_cacache", ".cargo/registry", ".cargo/git", "go/pkg", ".gradle/caches", ".gradle/wrapper", ".gradle/jdks"),
    *(".m2/repository", ".m2/wrapper", ".ivy2/cache", ".ivy2/local", ".nuget/packages", ".local/share/NuGet/v3-cache"),
    *(".ccache", ".pnpm-store", ".local/share/pnpm/store", ".yarn/berry/cache", ".yarn/cache", ".bundle/cache"),
    *(".stack/pantry", ".cabal/packages", ".konan", ".android/build-cache", ".local/share/virtualenv"),
)
# Of ~/.cache by name: browsers, mail programs and tokens lie there too.
_OF_CACHE = (
    *(
        "pip",
        "uv",
        "pre-commit",
        "prek",
        "pypoetry",
        "pipenv",
        "pdm",
        "hatch",
        "virtualenv",
        "rye",
        "mypy",
        "ruff",
        "black",
    ),
    *("pytest", "nox", "go-build", "golangci-lint", "gopls", "staticcheck", "yarn", "pnpm", "node", "node-gyp", "deno"),
    *("bun", "corepack", "typescript", "esbuild", "turbo", "vite", "ms-playwright", "ms-playwright-go", "Cypress"),
    *("puppeteer", "electron", "selenium", "huggingface/hub", "torch", "torch_extensions", "triton", "keras", "ccache"),
    *("sccache", "bazel", "bazelisk", "buck2", "cargo", "cargo-xwin", "zig", "zls", "coursier", "kotlin", "gradle"),
    *("composer", "R", "fontconfig", "matplotlib", "nix", "mise", "asdf", "fnm", "rattler", "conda", "jedi", "pylint"),
    *("hex", "rebar3", "dune", "opam", "julia", "tree-sitter", "vcpkg", "conan", "cpm", "ansible-compat", "shiv"),
)
_GIT = (
    ".gitconfig",
    ".config/git/config",
    ".config/git/ignore",
    ".config/git/attributes",
    ".gitignore",
    ".gitattributes",
)
_GIT_MORE = (
    ".gitignore_global",
    ".gitmessage",
    ".git-templates",
    ".config/git/template",
    ".hgignore",
    ".config/jj/config.toml",
)


def _rows() -> tuple[tuple[str, str], ...]:
    return (
        *((name, TOOLCHAIN) for name in _TOOLCHAINS),
        *((name, CONFIGURATION) for name in _CONFIGURATION),
        *((name, CACHE) for name in _CACHES),
        *((f".cache/{name}", CACHE) for name in _OF_CACHE),
        *((name, GIT) for name in (*_GIT, *_GIT_MORE)),
    )


SHOWN = _rows()  # (path below the home, reason)

# Variables that only say where a toolchain is: passed on, and what they name is shown.
POINTERS = (
    *(
        "JAVA_HOME",
        "JDK_HOME",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "CONDA_EXE",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "GOPATH",
        "GOROOT",
    ),
    *("NVM_DIR", "NVM_BIN", "FNM_DIR", "VOLTA_HOME", "N_PREFIX", "PYENV_ROOT", "PIPX_HOME", "POETRY_HOME", "ASDF_DIR"),
    *(
        "ASDF_DATA_DIR",
        "MISE_DATA_DIR",
        "RBENV_ROOT",
        "GEM_HOME",
        "GEM_PATH",
        "SDKMAN_DIR",
        "GRADLE_HOME",
        "MAVEN_HOME",
    ),
    *("M2_HOME", "DOTNET_ROOT", "BUN_INSTALL", "DENO_INSTALL", "PNPM_HOME", "GHCUP_INSTALL_BASE_PREFIX", "OPAMROOT"),
    *("ANDROID_HOME", "ANDROID_SDK_ROOT", "FLUTTER_ROOT", "HOMEBREW_PREFIX", "JULIA_DEPOT_PATH", "R_LIBS_USER"),
)
