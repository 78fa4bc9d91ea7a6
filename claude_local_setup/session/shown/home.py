"""What of the home a session at level `session` can read: an allow-list, one row each, with the reason.

Paths are below the home. What is not in it is not there: other projects, documents, dotfiles, keys, histories.
Besides it there are the workspace, isolation.read, where each entry of PATH leads (programs.py), and caches.
Configuration stands here only where it holds no credentials.
"""

from __future__ import annotations

PROGRAMS = "programs on PATH"
TOOLCHAIN = "a toolchain"
CONFIGURATION = "configuration without credentials"
GIT = "git's settings and your name"

_TOOLCHAINS = """
.local/bin bin .local/lib .local/include .local/share/man .local/opt .cargo/bin .cargo/env .rustup go/bin .goenv sdk
.local/go .nvm .fnm .local/share/fnm .volta .nodenv .nodebrew n .npm-global .npm-packages .bun/bin .bun/install/global
.deno/bin .yarn/bin .local/share/corepack .asdf .local/share/asdf .local/share/mise .local/share/rtx
.local/share/aquaproj-aqua .proto .pyenv .rye .local/share/pipx .local/pipx .virtualenvs .local/share/pypoetry .pixi
miniconda3 anaconda3 miniforge3 mambaforge micromamba .local/share/mamba .conda/envs .rbenv .rvm .local/share/rv .frum
.sdkman .jenv .jdks .jbang/bin .local/share/coursier .bloop .dotnet/tools .dotnet/sdk .dotnet/shared .dotnet/host
.dotnet/dotnet .dotnet/packs .ghcup .cabal/bin .stack/programs .opam .elan .julia/juliaup .juliaup
.local/share/juliaup .composer/vendor .config/composer/vendor .phpenv .plenv perl5 .swiftly .local/share/swiftly .zvm
.local/share/zigup .luarocks/bin .luarocks/lib .luarocks/share .nimble/bin .kiex .local/share/flutter .pub-cache/bin
.TinyTeX .local/share/texlive texmf nltk_data .gvm/gos .gvm/pkgsets .espressif .platformio/packages
.platformio/platforms .platformio/penv .arduino15/packages Android/Sdk flutter/bin flutter/packages flutter/version
.cmake/packages .linuxbrew .nix-profile .local/state/nix .local/share/claude .local/share/fonts .fonts
.terminfo
"""
_CONFIGURATION = """
.cargo/.crates.toml .cargo/.crates2.json .config/go/env .tool-versions .asdfrc
.config/mise/config.toml .config/rustfmt .rustfmt.toml .clang-format .editorconfig .inputrc .config/ripgrep .ripgreprc
.config/ruff .config/flake8 .pylintrc .config/black .config/matplotlib .config/fontconfig .config/pycodestyle
.prettierrc .config/ccache .irbrc .gdbinit .config/gdb .latexmkrc .tidyrc .vimrc .vim .config/nvim .nanorc .config/nano
.config/helix .mypy.ini .config/mypy .flake8 .isort.cfg .style.yapf .coveragerc .config/yapf .rgignore .ignore
.config/fd .config/bat .dircolors .lldbinit .sqliterc .psqlrc .config/yamllint .config/shellcheckrc .shellcheckrc
.markdownlint.json .config/prettier .eslintrc.json .Rprofile.d .config/clangd .clang-tidy .config/lazygit/config.yml
"""
_GIT = """
.gitconfig .config/git/config .config/git/ignore .config/git/attributes .gitignore .gitattributes .gitignore_global
.gitmessage .git-templates .config/git/template .hgignore .config/jj/config.toml
"""

SHOWN = tuple(
    (name, reason)
    for names, reason in ((_TOOLCHAINS, TOOLCHAIN), (_CONFIGURATION, CONFIGURATION), (_GIT, GIT))
    for name in names.split()
)  # (path below the home, reason)

# Variables that only say where a toolchain is: passed on, and what they name is shown. Those of caches: caches.py.
_POINTERS = """
JAVA_HOME JDK_HOME VIRTUAL_ENV CONDA_PREFIX CONDA_EXE RUSTUP_HOME GOROOT NVM_DIR NVM_BIN FNM_DIR VOLTA_HOME N_PREFIX
PYENV_ROOT PIPX_HOME POETRY_HOME ASDF_DIR ASDF_DATA_DIR MISE_DATA_DIR RBENV_ROOT GEM_PATH SDKMAN_DIR GRADLE_HOME
MAVEN_HOME M2_HOME DOTNET_ROOT BUN_INSTALL DENO_INSTALL GHCUP_INSTALL_BASE_PREFIX OPAMROOT ANDROID_HOME ANDROID_SDK_ROOT
ANDROID_NDK_HOME ANDROID_NDK_ROOT HOMEBREW_PREFIX CUDA_HOME CUDA_PATH QTDIR GVM_ROOT PERLBREW_ROOT PLENV_ROOT TEXMFHOME
TEXMFLOCAL NLTK_DATA IDF_TOOLS_PATH ZEPHYR_SDK_INSTALL_DIR KOTLIN_HOME SCALA_HOME GROOVY_HOME ANT_HOME SPARK_HOME
HADOOP_HOME FLINK_HOME CONDA_ROOT
"""
_CLONED = "FLUTTER_ROOT FLUTTER_HOME IDF_PATH VCPKG_ROOT EMSDK PICO_SDK_PATH ZEPHYR_BASE"
CLONED = _CLONED.split()
POINTERS = [*_POINTERS.split(), *CLONED]  # those are repositories, and no projects
RUN = ("EDITOR", "VISUAL", "GIT_EDITOR", "PAGER", "GIT_PAGER", "MANPAGER", "BROWSER")  # a program, with its arguments
